"""Figure 9: what dashboards ask, with a long history."""

from __future__ import annotations

import time
import uuid
from typing import Any

from bench import history
from bench.lab import Database, Figure, Lab, at_most, functions, percentile

PART = "reads"
PLAYBOOKS = 200
_LAST = (
    "select id, status, started_at, completed_at from pbdb.playbook_executions "
    "order by started_at desc limit 50"
)


def run(lab: Lab) -> list[Figure]:
    """p95 in milliseconds, through the app's login and its row-level security."""
    database, chain, _, past = history.full(lab)
    agent = str(uuid.uuid4())
    _with_playbooks(database, agent)
    one = database.value("select id from pbdb.playbook_executions offset 100 limit 1")
    asked: list[tuple[str, str, tuple[Any, ...], float]] = [
        ("summary of a playbook", "select * from pbdb.get_playbook_execution_summary(%s)",
         (chain,), 10),
        ("progress of an execution", "select * from pbdb.get_execution_progress(%s)", (one,), 1),
        (f"active playbooks of an agent with {PLAYBOOKS}",
         "select * from pbdb.get_active_playbooks(%s)", (agent,), 5),
        ("last 50 executions", _LAST, (), 5),
    ]  # fmt: skip
    figures = []
    for name, query, parameters, target in asked:
        times = _times(database, query, parameters, lab.many(200, 40))
        figures.append(
            at_most(PART, f"{name}, p95", percentile(times, 0.95), "ms", target,
                    p50=round(percentile(times, 0.5), 3), finished_executions=past)
        )  # fmt: skip
    return figures


def _with_playbooks(database: Database, agent: str) -> None:
    """Give the agent its playbooks, each with a few executions."""
    documents = [
        {**functions(5), "name": f"of_agent_{number}", "agent_id": agent}
        for number in range(PLAYBOOKS)
    ]
    for each in database.apply(*documents):
        database.start_many(each, 5)
    with database.connect() as app:
        app.execute(
            "select count(pbdb.cancel_playbook_execution(id)) from pbdb.playbook_executions "
            "where status in ('PENDING', 'RUNNING')"
        )
    with database.connect("owner") as owner:
        owner.execute("analyze")  # as autovacuum does within a minute


def _times(database: Database, query: str, parameters: tuple[Any, ...], count: int) -> list[float]:
    found: list[float] = []
    with database.connect() as app:
        app.prepare_threshold = 0
        app.execute(query.encode(), parameters).fetchall()
        for _ in range(count):
            began = time.perf_counter()
            app.execute(query.encode(), parameters).fetchall()
            found.append((time.perf_counter() - began) * 1000)
    return found
