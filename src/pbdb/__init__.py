"""pbdb: an AI playbook engine that lives in PostgreSQL."""
