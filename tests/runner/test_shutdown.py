"""A runner that is told to stop puts its work away first."""

from __future__ import annotations

import signal

import pytest

from runner.harness import Playground, eventually, function, lines


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_runner_stops_at_once_with_exit_code_zero(here: Playground, number: int) -> None:
    runner = here.start_runner()

    runner.signal(number)

    assert runner.wait(5) == 0
    with here.database.connect("owner") as owner:
        assert owner.execute("select count(*) from pbdb.workers").fetchone() == (0,)


def test_a_running_step_may_finish(here: Playground) -> None:
    runner = here.start_runner()
    note = here.note()
    playbook = here.apply(function("nap", "nap", seconds=1.5, note=str(note)))
    execution = here.client.start(playbook)
    eventually(lambda: lines(note))

    runner.signal(signal.SIGTERM)

    assert runner.wait(10) == 0
    assert here.client.result(execution).status == "COMPLETED"


def test_nothing_new_is_claimed_after_the_first_signal(here: Playground) -> None:
    runner = here.start_runner()
    note = here.note()
    running = here.client.start(
        here.apply(
            function("first", "nap", seconds=1, note=str(note)),
            function("second", "nap", seconds=0),
        )
    )
    eventually(lambda: lines(note))
    runner.signal(signal.SIGTERM)

    assert runner.wait(10) == 0
    assert here.attempts(running) == [
        ("first", 1, "COMPLETED", None),
        ("second", 1, "PENDING", None),
    ]


def test_a_second_signal_releases_the_step_and_another_runner_runs_it(here: Playground) -> None:
    first = here.start_runner()
    note = here.note()
    playbook = here.apply(function("nap", "nap", seconds=3, note=str(note)))
    execution = here.client.start(playbook)
    eventually(lambda: lines(note))

    first.signal(signal.SIGTERM)
    eventually(lambda: first.says("runner stops"))
    first.signal(signal.SIGTERM)
    assert first.wait(5) == 0
    assert here.attempts(execution) == [("nap", 1, "PENDING", None)]
    second = here.start_runner()

    assert here.wait(execution).status == "COMPLETED"
    assert here.attempts(execution) == [("nap", 1, "COMPLETED", None)]
    assert lines(note) == [
        f"start {first.pid}",
        f"cancelled {first.pid}",
        f"start {second.pid}",
    ]


def test_what_does_not_end_in_time_is_released(here: Playground) -> None:
    runner = here.start_runner("--grace", "0.5")
    note = here.note()
    playbook = here.apply(function("wait", "wait_until_cancelled", note=str(note)))
    execution = here.client.start(playbook)
    eventually(lambda: lines(note))

    runner.signal(signal.SIGTERM)

    assert runner.wait(10) == 0
    assert here.attempts(execution) == [("wait", 1, "PENDING", None)]
