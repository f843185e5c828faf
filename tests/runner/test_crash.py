"""Runners and connections that die: no step is lost, no stale result is taken."""

from __future__ import annotations

import signal
import time

from runner.harness import Playground, eventually, function, lines


def test_the_step_of_a_killed_runner_is_run_again(here: Playground) -> None:
    first = here.start_runner("--lease", "2")
    note = here.note()
    playbook = here.apply(function("fatal", "die_once", note=str(note), _retry_delay_seconds=0))
    execution = here.client.start(playbook)
    assert first.wait() == -signal.SIGKILL

    second = here.start_runner("--lease", "2")

    assert here.wait(execution).output_data == "survived"
    assert lines(note) == [f"start {first.pid}", f"start {second.pid}"]
    assert [status for _, _, status, _ in here.attempts(execution)] == ["FAILED", "COMPLETED"]


def test_a_busy_loop_does_not_lose_its_lease(here: Playground) -> None:
    here.start_runner("--lease", "2")
    here.start_runner("--lease", "2")
    note = here.note()
    playbook = here.apply(function("busy", "block", seconds=5, note=str(note)))
    execution = here.client.start(playbook)

    assert here.wait(execution).status == "COMPLETED"
    assert len(lines(note)) == 1
    assert here.attempts(execution) == [("busy", 1, "COMPLETED", None)]


def test_a_cancelled_step_is_aborted_at_the_next_heartbeat(here: Playground) -> None:
    # Long enough for a busy machine: a lease that runs out starts the step once more.
    runner = here.start_runner("--lease", "9")
    note = here.note()
    playbook = here.apply(function("nap", "nap", seconds=60, note=str(note)))
    execution = here.client.start(playbook)
    eventually(lambda: lines(note))

    here.client.cancel(execution)

    eventually(lambda: len(lines(note)) == 2)
    assert lines(note)[1] == f"cancelled {runner.pid}"
    assert here.client.result(execution).status == "CANCELLED"


def test_a_function_in_a_thread_is_told_that_nobody_waits_for_it(here: Playground) -> None:
    runner = here.start_runner("--lease", "9")
    note = here.note()
    playbook = here.apply(function("wait", "wait_until_cancelled", note=str(note)))
    execution = here.client.start(playbook)
    eventually(lambda: lines(note))

    here.client.cancel(execution)

    eventually(lambda: f"told {runner.pid}" in lines(note))


def test_a_stale_result_is_discarded(here: Playground) -> None:
    """A runner that is stopped (not killed) beyond its lease comes back too late."""
    first = here.start_runner("--lease", "2")
    note = here.note()
    playbook = here.apply(function("nap", "nap", seconds=1, note=str(note), _retry_delay_seconds=0))
    execution = here.client.start(playbook)
    eventually(lambda: lines(note))
    first.signal(signal.SIGSTOP)
    here.start_runner("--lease", "2")

    result = here.wait(execution)
    first.signal(signal.SIGCONT)
    eventually(lambda: first.says("aborted") or first.says("discarded"), 10)

    assert result.status == "COMPLETED"
    assert here.client.result(execution) == result
    assert [attempt for _, attempt, _, _ in here.attempts(execution)] == [1, 2]


def test_terminated_connections_are_replaced(here: Playground) -> None:
    here.start_runner()
    here.run(function("warm", "async_double", number=1))

    with here.database.connect("owner") as owner:
        for _ in range(3):
            owner.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where usename = 'test_worker' and datname = current_database()"
            )
            result = here.run(function("double", "async_double", number=4))
            assert result.output_data == 8


def test_the_runner_listens_again_after_its_connection_was_lost(here: Playground) -> None:
    here.start_runner("--poll", "10")
    playbook = here.apply(function("double", "inline_double", number=4))
    listens = (
        "select w.listen_pid from pbdb.workers as w "
        "join pg_stat_activity as a on a.pid = w.listen_pid where w.is_idle"
    )
    with here.database.connect("owner") as owner:
        before = eventually(lambda: owner.execute(listens).fetchone())
        owner.execute("select pg_terminate_backend(%s)", before)
        eventually(lambda: owner.execute(listens).fetchone() not in (None, before))
    seconds = []
    for _ in range(3):
        start = time.monotonic()
        here.wait(here.client.start(playbook))
        seconds.append(time.monotonic() - start)

    assert sorted(seconds)[1] < 4


def test_a_result_is_reported_when_the_connection_is_lost_while_the_step_runs(
    here: Playground,
) -> None:
    here.start_runner()
    note = here.note()
    execution = here.client.start(here.apply(function("nap", "nap", seconds=1, note=str(note))))
    eventually(lambda: lines(note))

    with here.database.connect("owner") as owner:
        owner.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where usename = 'test_worker' and datname = current_database()"
        )

    assert here.wait(execution).status == "COMPLETED"
    assert here.attempts(execution) == [("nap", 1, "COMPLETED", None)]
