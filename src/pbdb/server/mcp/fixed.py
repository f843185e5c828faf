"""The tools that are always there: executions, inbox, memories. Each is one SQL function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import mcp_types as types

from pbdb.server.routes import Answer

WAIT: Final = "wait_for_execution"

_ID: Final[dict[str, Any]] = {"type": "string", "format": "uuid"}
_TEXT: Final[dict[str, Any]] = {"type": "string"}
_LIMIT: Final[dict[str, Any]] = {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
_STATUSES: Final[dict[str, Any]] = {
    "type": "array",
    "items": {
        "enum": ["PENDING", "RUNNING", "PAUSED", "COMPLETED", "FAILED", "CANCELLED", "TIMEOUT"]
    },
}


@dataclass(frozen=True, slots=True)
class Fixed:
    """A tool: the function behind it, and which key becomes which argument, of which schema."""

    name: str
    function: str
    scope: str
    answer: Answer
    description: str
    keys: Mapping[str, tuple[str, Mapping[str, Any]]]
    required: tuple[str, ...] = ()
    constants: Mapping[str, Any] = field(default_factory=dict)

    def described(self) -> types.Tool:
        """Return it as clients see it."""
        schema = {
            "type": "object",
            "properties": {key: dict(schema) for key, (_, schema) in self.keys.items()},
            "required": list(self.required),
            "additionalProperties": False,
        }
        annotations = types.ToolAnnotations(
            read_only_hint=self.scope == "read",
            destructive_hint=self.name == "cancel_execution",
            open_world_hint=False,
        )
        return types.Tool(
            name=self.name,
            description=self.description,
            input_schema=schema,
            annotations=annotations,
        )


_EXECUTION: Final = {"execution_id": ("p_execution_id", _ID)}

FIXED: Final = {
    each.name: each
    for each in (
        Fixed(
            "get_execution",
            "get_execution",
            "read",
            Answer.ROW,
            "Where an execution stands: status, progress, input, output, error, tokens.",
            _EXECUTION,
            ("execution_id",),
        ),
        Fixed(
            WAIT,
            "get_execution",
            "read",
            Answer.ROW,
            "Wait until an execution has ended or waits for a person, that many seconds at most.",
            {
                **_EXECUTION,
                "seconds": ("", {"type": "integer", "minimum": 0, "maximum": 600, "default": 30}),
            },
            ("execution_id",),
        ),
        Fixed(
            "list_executions",
            "list_executions",
            "read",
            Answer.ITEMS,
            "The newest executions, by playbook, status, error code or metadata that they contain.",
            {
                "playbook_name": ("p_playbook_name", _TEXT),
                "status": ("p_statuses", _STATUSES),
                "error_code": ("p_error_code", _TEXT),
                "metadata": ("p_metadata", {"type": "object"}),
                "limit": ("p_limit", _LIMIT),
            },
            constants={"p_limit": 20},
        ),
        Fixed(
            "list_inbox",
            "list_inbox",
            "read",
            Answer.ITEMS,
            "The steps that wait for a person's answer: question, schema of the answer, address.",
            {
                "playbook_name": ("p_playbook_name", _TEXT),
                "execution_id": ("p_execution_id", _ID),
                "limit": ("p_limit", _LIMIT),
            },
            constants={"p_limit": 20},
        ),
        Fixed(
            "answer_step",
            "submit_step_input",
            "answer",
            Answer.NOTHING,
            "Answer a step that waits: for a person who said so, never on your own account.",
            {
                **_EXECUTION,
                "step": ("p_step_name", {"type": "string", "description": "its step_address"}),
                "answer": ("p_answer", {}),
            },
            ("execution_id", "step", "answer"),
        ),
        Fixed(
            "cancel_execution",
            "cancel_playbook_execution",
            "operate",
            Answer.NOTHING,
            "End an execution now.",
            {**_EXECUTION, "reason": ("p_reason", _TEXT)},
            ("execution_id",),
        ),
        Fixed(
            "search_memories",
            "search_memories",
            "read",
            Answer.ITEMS,
            "What is remembered, by words; best first.",
            {
                "query": ("p_query", _TEXT),
                "agent_id": ("p_agent_id", _ID),
                "filter": ("p_filter", {"type": "object"}),
                "limit": ("p_limit", _LIMIT),
            },
            ("query",),
            {"p_mode": "text"},
        ),
    )
}
"""By name."""
