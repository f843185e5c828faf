"""Figure 6: history does not slow anything down; neither does a snapshot that somebody holds."""

from __future__ import annotations

import json
import time

from bench import history, sql_chain
from bench.chain import through
from bench.lab import (
    Database,
    Figure,
    Lab,
    at_least,
    at_most,
    functions,
    median,
    percentile,
    ratio,
    rounded,
)

PART = "flat"
_CLAIM = "select * from pbdb.claim_playbook_steps('bench', array['CUSTOM_FUNCTION:noop'], %s, 60)"
_PLANNER = [
    "enable_seqscan", "enable_indexscan", "enable_bitmapscan", "enable_indexonlyscan",
    "enable_sort", "enable_nestloop", "enable_hashjoin", "enable_mergejoin",
]  # fmt: skip


def run(lab: Lab) -> list[Figure]:
    """With a long history against an empty database; claims; a held snapshot."""
    return [*with_history(lab), *claims(lab), *held_snapshot(lab)]


def with_history(lab: Lab) -> list[Figure]:
    old, old_chain, old_sql, past = history.full(lab)
    new = lab.database("flat")
    new_chain, new_sql = new.apply(functions(5), sql_chain.document())
    count = lab.many(2000, 200)
    seconds = max(2.0, 6 * lab.scale)

    def chain(database: Database, playbook: str) -> float:
        return through(lab, database, playbook, "inline", 1, count, forget=False)

    def inside(database: Database, playbook: str) -> float:
        text = sql_chain.script(playbook)
        return lab.pgbench(database.url(), text, clients=1, seconds=seconds)

    def start(database: Database, playbook: str) -> float:
        rate = count / database.start_many(playbook, count)
        with lab.runners(database, "inline"):
            database.wait_until_done()
        return rate

    rates = lab.in_turns(
        new_chain=lambda: chain(new, new_chain),
        old_chain=lambda: chain(old, old_chain),
        new_sql=lambda: inside(new, new_sql),
        old_sql=lambda: inside(old, old_sql),
        new_start=lambda: start(new, new_chain),
        old_start=lambda: start(old, old_chain),
    )
    names = {"chain": "runner chain", "sql": "SQL chain", "start": "bulk start"}
    return [
        at_least(
            PART, f"{name} with history against without",
            ratio(rates[f"old_{key}"], rates[f"new_{key}"]), "", 0.9,
            finished_executions=past, results=past * history.STEPS,
            with_history=rounded(rates[f"old_{key}"]), without=rounded(rates[f"new_{key}"]),
        )
        for key, name in names.items()
    ]  # fmt: skip


def claims(lab: Lab) -> list[Figure]:
    """What a claim reads and takes in the database with history, and which index it uses."""
    database, chain, _, past = history.full(lab)
    count = lab.many(2000, 400)
    database.start_many(chain, count)
    with database.connect("worker") as worker:
        worker.prepare_threshold = 0
        times: list[float] = []
        for _ in range(count // 2):
            began = time.perf_counter()
            worker.execute(_CLAIM.encode(), (1,)).fetchall()
            times.append((time.perf_counter() - began) * 1000)
        buffers: list[float] = []
        for _ in range(20):
            row = worker.execute(
                f"explain (analyze, buffers, format json) {_CLAIM}".encode(), (1,)
            ).fetchone()
            assert row is not None
            plan = (row[0] if isinstance(row[0], list) else json.loads(row[0]))[0]["Plan"]
            buffers.append(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
        scans = {setting: _sequential_scans(database, setting) for setting in _PLANNER}
    with lab.runners(database, "inline"):
        time.sleep(1)
    database.value("update pbdb.playbook_ready_steps set due_at = now() where state = 'LEASED'"
                   " returning 1")  # fmt: skip
    with lab.runners(database, "inline"):
        database.wait_until_done()
    raw = {"ready_steps": count, "finished_executions": past}
    return [
        at_most(PART, "buffers a claim reads", median(buffers), "", 40, most=max(buffers), **raw),
        at_most(PART, "claim of one step, p99", percentile(times, 0.99), "ms", 5,
                p50=round(percentile(times, 0.5), 3), **raw),
        at_most(PART, "planner settings under which a claim scans the table", sum(scans.values()),
                "", 0, scans=scans),
    ]  # fmt: skip


def _sequential_scans(database: Database, setting: str) -> int:
    """Whether the claim scans the ready table as a whole when the planner may not use `setting`."""
    with database.connect("owner") as connection, connection.transaction(force_rollback=True):
        connection.execute(f"set local {setting} = off".encode())
        connection.execute(_CLAIM.encode(), (1,)).fetchall()
        row = connection.execute(
            "select pg_stat_get_xact_numscans('pbdb.playbook_ready_steps'::regclass)"
        ).fetchone()
        return int(row[0] > 0) if row else 0


def held_snapshot(lab: Lab) -> list[Figure]:
    """A report somewhere holds its snapshot: nothing can be vacuumed away meanwhile."""
    database = lab.database("held")
    (chain,) = database.apply(functions(5))
    count = lab.many(1000, 200)
    seconds = max(15.0, 120 * lab.scale)

    def rates(until: float, least: int) -> list[float]:
        found: list[float] = []
        while len(found) < least or time.monotonic() < until:
            found.append(through(lab, database, chain, "inline", 1, count, forget=False))
        return found

    before = rates(0, 3)
    with database.connect("owner") as holder:
        holder.execute("begin isolation level repeatable read")
        holder.execute("select count(*) from pbdb.playbook_ready_steps")
        during = rates(time.monotonic() + seconds, 3)
        holder.execute("rollback")
    after = rates(time.monotonic() + min(60.0, seconds / 2), 3)
    raw = {"before": rounded(before), "during": rounded(during), "after": rounded(after)}
    return [
        at_least(PART, "rate while a snapshot is held", median(during[-3:]) / median(before), "",
                 0.5, seconds=seconds, **raw),
        at_least(PART, "rate within a minute after", median(after[-3:]) / median(before), "", 0.95),
    ]  # fmt: skip
