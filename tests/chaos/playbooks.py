"""The playbooks of a chaos run: every kind of step that can be interrupted."""

from __future__ import annotations

from typing import Any

from build import transform

_RETRIES = {"max_retries": 60, "retry_delay_seconds": 0}


def effect(name: str, function: str = "effect") -> dict[str, Any]:
    return {
        "name": name,
        "type": "CUSTOM_FUNCTION",
        "config": {"function": function},
        **_RETRIES,
    }


CHAIN = [
    effect("first"),
    transform("between", {"from": "$step_1_output.attempt"}),
    effect("second", "effect_in_thread"),
    effect("third", "effect_inline"),
]
PARALLEL = [
    {
        "name": "parts",
        "type": "PARALLEL_EXECUTION",
        "branches": {
            "left": [effect("left"), effect("left again", "effect_inline")],
            "right": [effect("right", "effect_in_thread")],
        },
    },
    transform("join", {"left": "$step_1_output.left", "right": "$step_1_output.right"}),
]
EACH = [
    {
        "name": "each",
        "type": "PARALLEL_EXECUTION",
        "config": {"for_each": "$input.items", "max_parallel": 2},
        "steps": [effect("item", "effect_inline")],
    }
]
QUERY = [
    {
        "name": "write",
        "type": "DATABASE_QUERY",
        "config": {
            "query": "insert into public.chaos_effects (key) values ($1) returning key",
            "params": ["$execution.id"],
            "mode": "write",
        },
        **_RETRIES,
    },
    effect("after"),
]
PAUSE = [
    effect("before"),
    {"name": "pause", "type": "WAIT_FOR_INPUT", "config": {"for": 1}},
    effect("after", "slow_effect"),
]
CALL = [
    {"name": "call", "type": "CUSTOM_FUNCTION", "config": {"playbook": "chain"}},
    effect("after"),
]

PLAYBOOKS = {
    "chain": CHAIN,
    "parallel": PARALLEL,
    "each": EACH,
    "query": QUERY,
    "pause": PAUSE,
    "call": CALL,
}
