"""Figure 8: an item of a long list costs what an item of a short one costs."""

from __future__ import annotations

import json
import time
from typing import Any

from bench.chain import through
from bench.lab import Database, Figure, Lab, at_most, median, rounded

PART = "for_each"
LONG = 10_000
SHORT = 10


def document(name: str, body: dict[str, Any]) -> dict[str, Any]:
    """A playbook: one body for each of `$input.items`."""
    return {
        "name": name,
        "steps": [
            {
                "name": "each",
                "type": "PARALLEL_EXECUTION",
                "config": {"for_each": "$input.items"},
                "steps": [{"name": "item", "input_mapping": {"item": "$item"}, **body}],
            }
        ],
    }


def run(lab: Lab) -> list[Figure]:
    """Microseconds an item: of SQL bodies in one call, and of bodies that a runner executes."""
    database = lab.database("for_each")
    _, noop = database.apply(
        document("each_sql", {"type": "DATA_TRANSFORM", "config": {"output": "$item"}}),
        document("each_noop", {"type": "CUSTOM_FUNCTION", "config": {"function": "noop"}}),
    )
    long = lab.many(LONG, 1000)
    many = long // SHORT

    def through_runner(items: int, executions: int) -> float:
        rate = through(
            lab, database, noop, "inline", 1, executions, data={"items": list(range(items))}
        )
        return 1e6 / rate / items

    costs = lab.in_turns(
        sql_short=lambda: inside(database, SHORT, 50),
        sql_long=lambda: inside(database, long, 1),
        runner_short=lambda: through_runner(SHORT, many),
        runner_long=lambda: through_runner(long, 1),
    )
    return [
        at_most(
            PART, f"{name} item of {long} against one of {SHORT}",
            median(costs[f"{key}_long"]) / median(costs[f"{key}_short"]), "times", 1.4,
            us_an_item_long=rounded(costs[f"{key}_long"]),
            us_an_item_short=rounded(costs[f"{key}_short"]),
        )
        for key, name in (("sql", "SQL"), ("runner", "runner"))
    ]  # fmt: skip


def inside(database: Database, items: int, times: int) -> float:
    """Microseconds an item of run_playbook."""
    given = json.dumps({"items": list(range(items))})
    with database.connect() as app:
        app.prepare_threshold = 0
        began = time.perf_counter()
        for _ in range(times):
            app.execute("select pbdb.run_playbook('each_sql', %s::jsonb)", (given,)).fetchone()
        return (time.perf_counter() - began) * 1e6 / times / items
