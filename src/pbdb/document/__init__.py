"""Playbook documents: YAML and JSON files, and the JSON Schema that editors read."""
