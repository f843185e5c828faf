"""An idle runner costs the database next to nothing, and is quick all the same."""

from __future__ import annotations

import asyncio
import json
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
from pbdb.runner.settings import Settings
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


def test_a_start_wakes_four_of_a_crowd_and_everybody_of_a_mixed_one(here: Playground) -> None:
    playbook = here.apply(function("f", "f"))

    def woken(listener: Any) -> list[str]:
        with here.database.connect("app") as app, app.transaction():
            app.execute("select pbdb.set_organization(%s)", (here.organization,))
            for _ in range(3):
                app.execute("select pbdb.start_playbook(%s)", (playbook,))
        return [note.payload for note in listener.notifies(timeout=1)]

    with here.database.connect("worker") as worker, here.database.connect("worker") as listener:
        listener.execute("listen pbdb_ready")

        def idle(name: str, handler: str) -> None:
            worker.execute("select pbdb.register_worker(%s, array[%s])", (name, handler))
            worker.execute("select pbdb.set_worker_idle(%s, true)", (name,))

        assert woken(listener) == []
        for number in range(4):
            idle(f"w{number}", "CUSTOM_FUNCTION:f")
        assert woken(listener) == [""]
        for number in range(4, 12):
            idle(f"w{number}", "CUSTOM_FUNCTION:f")
        (named,) = woken(listener)
        names = json.loads(named)
        assert len(names) == len({*names}) == 4
        assert {*names} <= {f"w{number}" for number in range(12)}
        with here.database.connect("owner") as owner:
            owner.execute("update pbdb.workers set last_seen_at = now() - interval '15 s'")
            owner.execute("update pbdb.workers set last_seen_at = now() where name > 'w5'")
        (named,) = woken(listener)
        assert {*json.loads(named)} == {"w6", "w7", "w8", "w9"}
        idle("other", "API_CALL")
        assert woken(listener) == [""]


@pytest.mark.anyio
async def test_a_runner_sleeps_on_when_others_are_meant(database: Database) -> None:
    target = Target(database.url("worker"))
    pool = CountingPool(target)
    runner = Loop(
        target,
        [Task("CUSTOM_FUNCTION:f", _nothing)],
        Settings(poll_seconds=60),
        name="me",
        pool=pool,
    )
    running = asyncio.create_task(runner.run())
    await asyncio.sleep(2)

    async def turns_after(payload: str) -> int:
        before = pool.count
        with database.connect("owner") as owner:
            owner.execute("select pg_notify('pbdb_ready', %s)", (payload,))
        await asyncio.sleep(0.3)
        return pool.count - before

    assert await turns_after('["you", "her"]') == 0
    for meant in ("", '["you", "me"]', "not json", '{"a": 1}', "[" * 3000):
        assert await turns_after(meant) > 0, meant
    runner.stop()
    await running
