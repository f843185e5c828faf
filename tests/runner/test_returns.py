"""A runner goes on beside what the database cannot take now, and brings it again."""

from __future__ import annotations

import time
import uuid

import planted
from pbdb.runner.queue import Answer
from pbdb.runner.returns import Returns
from runner.harness import Playground, function


def test_a_held_execution_keeps_no_other_back(here: Playground) -> None:
    name = here.apply(function("a", "nap", seconds=0.3), function("b", "nap", seconds=0))
    runner = here.start_runner("--lease", "5")
    held = here.client.start(name)
    with here.database.connect("owner", autocommit=False) as holder:
        holder.execute("select from pbdb.playbook_executions where id = %s for update", (held,))
        others = [here.client.start(name) for _ in range(5)]
        assert {here.wait(each, seconds=8).status for each in others} == {"COMPLETED"}
        time.sleep(6)  # longer than the lease: it is kept while the report waits
        holder.rollback()

    assert here.wait(held).status == "COMPLETED"
    assert [each[1:3] for each in here.attempts(held)] == [(1, "COMPLETED")] * 2
    assert runner.says("result busy")


def test_it_stops_in_time_though_somebody_holds_what_it_reports(here: Playground) -> None:
    name = here.apply(function("a", "nap", seconds=0.3))
    runner = here.start_runner("--grace", "2")
    held = here.client.start(name)
    with here.database.connect("owner", autocommit=False) as holder:
        holder.execute("select from pbdb.playbook_executions where id = %s for update", (held,))
        time.sleep(1)
        runner.signal(15)
        began = time.monotonic()
        assert runner.wait(20) == 0
        assert time.monotonic() - began < 12
        holder.rollback()


def test_what_cannot_be_written_fails_alone_after_its_turns(here: Playground) -> None:
    other = Playground(here.database, here.folder, here.connection)
    bad = here.apply(
        function("a", "inline_double", number=1), function("b", "inline_double", number=1)
    )
    good = other.apply(function("a", "inline_double", number=1))
    with here.database.connect("owner") as owner:
        planted.plant(owner)
        planted.everywhere(owner, here.organization, "playbook_ready_steps", "INSERT", "XX000")
    execution = here.client.start(bad)
    runner = here.start_runner()
    executions = [other.client.start(good) for _ in range(5)]

    assert {other.wait(each, seconds=10).status for each in executions} == {"COMPLETED"}
    assert here.client.result(execution).status == "RUNNING"
    result = here.wait(execution)

    assert (result.status, result.error_code) == ("FAILED", "ENGINE_ERROR")
    assert runner.says(str(execution))


def test_a_report_comes_again_later_each_time() -> None:
    returns, token = Returns(), uuid.uuid4()
    busy = Answer(uuid.uuid4(), "busy", "55P03")
    refused = Answer(uuid.uuid4(), "refused", "XX000")

    delays = [returns.delay(token, busy) for _ in range(8)]
    assert sorted(delays[:6]) == delays[:6]
    assert max(delays) < 3
    returns.forget(token)
    assert 1 <= returns.delay(token, refused) < 1.3
    assert not Returns.is_one(Answer(uuid.uuid4(), "failed", "ENGINE_ERROR"))
    assert Returns.comes_alone(Answer(uuid.uuid4(), "busy", "57014"))
