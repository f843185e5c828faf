"""Who may do what with which table: the access matrix, as data.

A letter a privilege: s select, i insert, u update, d delete. Capital letters stand for a right on
all columns but those that WITHHELD lists: ids, for one, are never for an application to choose. TRUNCATE, REFERENCES and TRIGGER are never granted: they
do not look at row level security.
"""

from __future__ import annotations

ROLES = ("pbdb_app", "pbdb_worker", "pbdb_query", "pbdb_monitor")

#                               app     worker query  monitor
TABLES: dict[str, tuple[str, str, str, str]] = {
    "playbooks": ("sIUd", "", "", "s"),
    "playbook_steps": ("sIUd", "", "", "s"),
    "agents": ("sIUd", "", "", "s"),
    "prompt_templates": ("sIUd", "", "", "s"),
    "playbook_triggers": ("sIUd", "", "", "s"),
    "playbook_programs": ("s", "", "", "s"),
    "playbook_sources": ("s", "", "", "s"),
    "playbook_executions": ("s", "", "", "s"),
    "playbook_idempotency_keys": ("s", "", "", "s"),
    "playbook_replaced_inputs": ("s", "", "", "s"),
    "playbook_execution_rollups": ("s", "", "", "s"),
    "playbook_execution_hours": ("s", "", "", "s"),
    "playbook_scopes": ("s", "", "", "s"),
    "playbook_step_results": ("s", "", "", "s"),
    "playbook_ready_steps": ("s", "", "", "s"),
    "playbook_joins": ("s", "", "", "s"),
    "playbook_events": ("s", "", "", "s"),
    "playbook_event_receipts": ("s", "", "", "s"),
    "playbook_event_horizon": ("", "", "", ""),
    "playbook_setbacks": ("s", "", "", "s"),
    "playbook_usage": ("s", "", "", "s"),
    "playbook_audit": ("s", "", "", "s"),
    "agent_memories": ("sUd", "", "", "s"),
    "agent_memory_embeddings": ("s", "", "", "s"),
    "agent_memories_to_embed": ("", "", "", "s"),
    "embedding_models": ("s", "s", "", "s"),
    "workers": ("", "", "", "s"),
    "query_contexts": ("", "", "", ""),
}

# What an application may not write although it may write other columns of the table.
WITHHELD: dict[tuple[str, str], set[str]] = {
    ("playbooks", "I"): {"id", "activated_at", "definition_hash"},
    ("playbooks", "U"): {
        "id", "organization_id", "status", "created_by", "created_at", "activated_at",
        "definition_hash",
    },
    ("playbook_steps", "I"): {"id"},
    ("playbook_steps", "U"): {"id", "organization_id", "playbook_id", "created_at"},
    ("agents", "I"): {"id"},
    ("agents", "U"): {"id", "organization_id", "created_at"},
    ("prompt_templates", "I"): {"id"},
    ("prompt_templates", "U"): {"id", "organization_id", "name", "version", "created_at"},
    ("agent_memories", "U"): {
        "id", "organization_id", "agent_id", "content", "content_search", "created_at",
        "updated_at",
    },
    ("playbook_triggers", "I"): {"id", "last_fired_at", "last_error"},
    ("playbook_triggers", "U"): {"id", "organization_id", "created_at", "last_fired_at", "last_error"},
}  # fmt: skip

# Tables whose rows are of no tenant, or not for a tenant to see.
NOT_OF_A_TENANT = {
    "workers", "query_contexts", "embedding_models", "agent_memories_to_embed",
    "playbook_event_horizon",
}  # fmt: skip
