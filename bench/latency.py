"""Figure 3: how long one execution takes when nothing else happens."""

from __future__ import annotations

import json
import time

from bench import sql_chain
from bench.lab import Database, Figure, Lab, at_most, functions, percentile, plain

PART = "latency"


def run(lab: Lab) -> list[Figure]:
    """Milliseconds that a client sees, from its call to the committed end.

    The first execution finds sessions that have compiled nothing yet, and is told apart.
    """
    database = lab.database("latency")
    chain, _ = database.apply(functions(5), sql_chain.document())
    count = lab.many(300, 40)
    with lab.runners(database, "inline"):
        time.sleep(1)
        first, *runner = through_runner(database, chain, 1 + count)
    inside = in_sql(database, lab.many(1000, 100))
    note = {"executions": count, "rate": "about 10 a second", "runners": 1}
    return [
        plain(PART, "five runner steps, the first of new sessions", first, "ms"),
        at_most(PART, "five runner steps, p50", percentile(runner, 0.5), "ms", 6, **note,
                p95=round(percentile(runner, 0.95), 2)),
        at_most(PART, "five runner steps, p99", percentile(runner, 0.99), "ms", 15, **note,
                longest=round(max(runner), 2)),
        at_most(PART, "run_playbook of five SQL steps, p50", percentile(inside, 0.5), "ms", 1.5,
                executions=len(inside), p99=round(percentile(inside, 0.99), 2)),
    ]  # fmt: skip


def through_runner(database: Database, playbook: str, count: int) -> list[float]:
    """Start one, look every half millisecond whether it has ended, pause, and again."""
    found: list[float] = []
    with database.connect() as app:
        app.prepare_threshold = 1
        for _ in range(count):
            began = time.perf_counter()
            row = app.execute(
                "select pbdb.start_playbook_execution(%s, '{\"a\": 1}'::jsonb)", (playbook,)
            ).fetchone()
            assert row is not None
            while True:
                ended = app.execute(
                    "select completed_at is not null from pbdb.playbook_executions where id = %s",
                    row,
                ).fetchone()
                if ended is not None and ended[0]:
                    break
                time.sleep(0.0005)
            found.append((time.perf_counter() - began) * 1000)
            time.sleep(0.08)
    return found


def in_sql(database: Database, count: int) -> list[float]:
    """Call run_playbook, a transaction each."""
    found: list[float] = []
    given = json.dumps(sql_chain.INPUT)
    with database.connect() as app:
        app.prepare_threshold = 1
        for _ in range(count):
            began = time.perf_counter()
            app.execute("select pbdb.run_playbook('sql_5', %s::jsonb)", (given,)).fetchone()
            found.append((time.perf_counter() - began) * 1000)
    return found
