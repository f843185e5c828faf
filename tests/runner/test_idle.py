"""An idle runner costs the database next to nothing, and is quick all the same."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from pbdb.database import AsyncConnection, Pool, Target
from pbdb.model import Output, Step
from pbdb.runner.handlers import Task
from pbdb.runner.loop import Loop
from runner.harness import Playground, eventually, function
from server import Database


class CountingPool(Pool):
    """A pool that counts how often a connection is taken: once for each statement."""

    count = 0

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        self.count += 1
        async with super().connection() as connection:
            yield connection


async def _nothing(step: Step) -> Output:
    return Output(None)


@pytest.mark.anyio
async def test_an_idle_runner_asks_less_than_once_a_second(database: Database) -> None:
    target = Target(database.url("worker"))
    pool = CountingPool(target)
    runner = Loop(target, [Task("CUSTOM_FUNCTION:f", _nothing)], name="idle", pool=pool)
    running = asyncio.create_task(runner.run())
    await asyncio.sleep(3)

    before = pool.count
    await asyncio.sleep(8)

    assert 3 <= pool.count - before <= 8
    runner.stop()
    await running


def test_an_idle_claim_writes_nothing(here: Playground) -> None:
    with here.database.connect("worker") as worker, worker.transaction():
        worker.execute("set transaction read only")
        rows = worker.execute(
            "select from pbdb.claim_playbook_steps('me', '{API_CALL,CUSTOM_FUNCTION:f}', 10)"
        ).fetchall()
        (transaction,) = worker.execute("select pg_current_xact_id_if_assigned()").fetchall()[0]

    assert (rows, transaction) == ([], None)


def test_an_idle_runner_hears_of_a_step_at_once(here: Playground) -> None:
    here.start_runner("--poll", "10")
    with here.database.connect("owner") as owner:
        eventually(lambda: owner.execute("select true from pbdb.workers where is_idle").fetchone())
    playbook = here.apply(function("double", "inline_double", number=1))
    seconds = []
    for _ in range(5):
        start = time.monotonic()
        here.wait(here.client.start(playbook))
        seconds.append(time.monotonic() - start)

    assert sorted(seconds)[2] < 3


def test_a_runner_whose_namesake_stops_is_still_notified(here: Playground) -> None:
    def is_idle() -> Any:
        with here.database.connect("owner") as owner:
            return owner.execute("select true from pbdb.workers where is_idle").fetchone()

    first = here.start_runner("--name", "same", "--poll", "20")
    here.start_runner("--name", "same", "--poll", "20")
    eventually(is_idle)
    first.process.send_signal(signal.SIGTERM)
    assert first.process.wait(20) == 0
    eventually(is_idle)
    playbook = here.apply(function("double", "inline_double", number=1))
    for _ in range(3):
        assert here.wait(here.client.start(playbook), seconds=8).status == "COMPLETED"


def test_a_step_whose_notification_is_lost_is_found_by_polling(here: Playground) -> None:
    here.start_runner()
    playbook = here.apply(function("double", "inline_double", number=1))
    with here.database.connect("app", options="-c pbdb.notify=off") as app, app.transaction():
        app.execute("select pbdb.set_organization(%s)", (here.organization,))
        found = app.execute("select pbdb.start_playbook(%s)", (playbook,)).fetchone()
        assert found is not None

    assert here.wait(found[0], seconds=6).status == "COMPLETED"


QUERY = {"name": "query", "type": "DATABASE_QUERY", "config": {"query": "select 1 as a"}}


@pytest.mark.parametrize("narrow", [QUERY, function("one", "one_at_once")], ids=["query", "one"])
def test_a_step_whose_places_a_claim_under_way_had_taken_is_not_left_to_polling(
    here: Playground, narrow: dict[str, Any]
) -> None:
    """The claim that reports the step before it cannot ask for it, and notifies only ourselves."""
    here.start_runner("--poll", "20")
    with here.database.connect("owner") as owner:
        eventually(lambda: owner.execute("select true from pbdb.workers where is_idle").fetchone())
    playbook = here.apply(function("before", "at_once"), narrow)
    for _ in range(12):
        assert here.wait(here.client.start(playbook), seconds=10).status == "COMPLETED"


@pytest.mark.anyio
async def test_under_a_storm_of_notifications_a_runner_looks_by_itself(database: Database) -> None:
    """Commits that notify wait for each other, so nobody is to notify a runner that is awake."""

    def is_idle() -> bool:
        with database.connect("owner") as owner:
            return owner.execute("select is_idle from pbdb.workers").fetchall() == [(True,)]

    runner = Loop(
        Target(database.url("worker")), [Task("CUSTOM_FUNCTION:f", _nothing)], name="awake"
    )
    running = asyncio.create_task(runner.run())
    await asyncio.to_thread(eventually, is_idle)

    def storm() -> bool:
        with database.connect("owner") as owner:
            for _ in range(30):
                owner.execute("notify pbdb_ready")
        return not is_idle()

    await asyncio.to_thread(eventually, storm)
    await asyncio.to_thread(eventually, is_idle)  # calm again
    runner.stop()
    await running
