"""Figure 5: what a sequential runner step and an idle runner cost the server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.chain import through
from bench.lab import Database, Figure, Lab, Process, at_most, functions, plain

PART = "cost"


@dataclass(frozen=True, slots=True)
class Meter:
    """What the server has counted: WAL bytes, transaction ids, transactions of the database."""

    wal: int
    xids: int
    transactions: int

    @classmethod
    def read(cls, database: Database) -> Meter:
        time.sleep(10.5)  # an idle session hands its last counts over after ten seconds
        with database.connect("owner") as connection:
            row = connection.execute(
                "select pg_current_wal_insert_lsn() - '0/0', "
                "pg_snapshot_xmax(pg_current_snapshot())::text::bigint, "
                "xact_commit + xact_rollback from pg_stat_database "
                "where datname = current_database()"
            ).fetchone()
        assert row is not None
        return cls(int(row[0]), int(row[1]), int(row[2]))

    def since(self, earlier: Meter) -> Meter:
        return Meter(
            self.wal - earlier.wal,
            self.xids - earlier.xids,
            self.transactions - earlier.transactions,
        )


def run(lab: Lab) -> list[Figure]:
    """Per step: of a chain that runs alone, and of many chains side by side. Then idleness.

    WAL and transaction ids are counted by the server as a whole, so it does nothing else meanwhile.
    """
    with without_autovacuum(lab.database("cost")):
        return [*sequential(lab), *loaded(lab), *idle(lab)]


@contextmanager
def without_autovacuum(database: Database) -> Iterator[None]:
    """Let the server do nothing of its own."""
    with database.connect("owner") as connection:
        connection.execute("alter system set autovacuum = off")
        connection.execute("select pg_reload_conf()")
        try:
            yield
        finally:
            connection.execute("alter system reset autovacuum")
            connection.execute("select pg_reload_conf()")


def sequential(lab: Lab) -> list[Figure]:
    """One chain of a hundred steps, nothing beside it: no batch shares a transaction."""
    database = lab.database("cost")
    (playbook,) = database.apply(functions(100))
    through(lab, database, playbook, "inline", 1, 1)
    steps = 100 * lab.many(10, 2)
    with lab.runners(database, "inline"):
        with database.connect("owner") as connection:
            connection.execute("checkpoint")
        database.start_many(playbook, 1)
        database.wait_until_done()
        before = Meter.read(database)
        looks = sum(_one(database, playbook) for _ in range(steps // 100))
        used = Meter.read(database).since(before)
    short = of_short_chains(lab, database)
    # A session and a start, and the claim of the first step, belong to the execution.
    of_steps = used.transactions - looks - 3 * (steps // 100)
    return [
        at_most(PART, "transactions of a sequential runner step", of_steps / steps, "", 1,
                steps=steps, all_transactions=used.transactions, our_own=looks),
        at_most(PART, "WAL of a sequential runner step", used.wal / steps, "bytes", 1250,
                chain=100),
        at_most(PART, "WAL of a sequential runner step, chain of five, its start included", short,
                "bytes", 1500, chain=5),
        at_most(PART, "transaction ids of a sequential runner step", used.xids / steps, "", 3),
    ]  # fmt: skip


def of_short_chains(lab: Lab, database: Database) -> float:
    """WAL bytes a step of chains of five, one after the other: what peers' figures compare with."""
    (playbook,) = database.apply(functions(5))
    executions = lab.many(100, 20)
    with lab.runners(database, "inline"):
        _one(database, playbook)
        with database.connect("owner") as connection:
            connection.execute("checkpoint")
        _one(database, playbook)
        before = Meter.read(database)
        for _ in range(executions):
            _one(database, playbook, 0.02)
        used = Meter.read(database).since(before)
    return used.wal / (5 * executions)


def _one(database: Database, playbook: str, pause: float = 0.2) -> int:
    """Run one execution to its end; how often we looked."""
    database.start_many(playbook, 1)
    looks = 0
    with database.connect("owner") as connection:
        while True:
            looks += 1
            row = connection.execute("select count(*) from pbdb.playbook_ready_steps").fetchone()
            if row == (0,):
                return looks + 1  # the session
            time.sleep(pause)


def loaded(lab: Lab) -> list[Figure]:
    """Many chains of five: transactions are shared, full-page images are not."""
    database = lab.database("cost")
    (playbook,) = database.apply(functions(5))
    count = lab.many(2000, 200)
    database.start_many(playbook, count)
    with database.connect("owner") as connection:
        connection.execute("checkpoint")
    before = Meter.read(database)
    with lab.runners(database, "inline"):
        database.wait_until_done()
    used = Meter.read(database).since(before)
    steps = 5 * count
    return [
        plain(PART, "WAL of a step under load", used.wal / steps, "bytes", steps=steps),
        plain(PART, "transactions of a step under load", used.transactions / steps, ""),
        plain(PART, "transaction ids of a step under load", used.xids / steps, ""),
    ]


def idle(lab: Lab) -> list[Figure]:
    """Fifty runners with nothing to do."""
    database = lab.database("idle")
    database.apply(functions(5))
    runners = Process("bench.runner_process", database.url("worker"), "inline", "50")
    try:
        runners.wait_until_ready(120)
        while database.value("select count(*) from pbdb.workers where is_idle") < 50:
            time.sleep(0.5)
        time.sleep(12)  # what the parts before left to be rolled up is, by then
        seconds = max(10.0, 30 * lab.scale)
        before = Meter.read(database)
        began = time.monotonic()
        time.sleep(seconds)
        used = Meter.read(database).since(before)
        passed = time.monotonic() - began
    finally:
        runners.stop()
    return [
        at_most(PART, "queries of an idle runner", used.transactions / passed / 50, "/s", 1,
                runners=50, seconds=round(passed)),
        at_most(PART, "transaction ids of 50 idle runners", used.xids / passed, "/s", 0.05,
                xids=used.xids),
    ]  # fmt: skip
