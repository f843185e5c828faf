"""What each call does to an execution in each of its states, all of them, as one table."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from build import Tenant, function, transform, violations

STEPS = (
    function("f", max_retries=1, retry_delay_seconds=600),
    {"name": "ask", "type": "WAIT_FOR_INPUT", "config": {"prompt": "?"}},
    transform("end", "$steps.ask.output"),
)


class Situation:
    """An execution in some state, and the calls that can be made for it."""

    def __init__(self, tenant: Tenant, owner: psycopg.Connection[Any]) -> None:
        self.tenant, self.owner = tenant, owner
        self.execution = uuid.UUID(int=0)
        self.playbook = uuid.UUID(int=0)

    def reach(self, state: str) -> None:
        """Start an execution and bring it to this state."""
        self.playbook = self.tenant.apply(*STEPS)
        self.execution = self.tenant.start({"n": 1}, key=str(uuid.uuid4()))
        for act in STATES[state]:
            getattr(self, act)()

    def status(self) -> str:
        return self.tenant.status(self.execution)

    # Acts that lead to a state, and calls. An outcome is None or a short text.

    def claim(self) -> str:
        return f"{len(self.tenant.claim('CUSTOM_FUNCTION:f'))} claimed"

    def complete(self) -> str:
        return self._report("complete", "$$1$$", "text[]")

    def complete_again(self) -> str:
        return self._report("complete", "$$2$$", "text[]")

    def fail(self) -> str:
        return self._report("fail", """'{"code": "BOOM", "message": "x"}'""", "jsonb[]")

    def fail_for_good(self) -> str:
        return self._report(
            "fail", """'{"code": "BOOM", "message": "x", "permanent": true}'""", "jsonb[]"
        )

    def heartbeat(self) -> str:
        return self._outcome("heartbeat_playbook_steps('w1', %s, %s)")

    def release(self) -> str:
        return self._outcome("release_playbook_steps('w1', %s, %s)")

    def refuse(self) -> str:
        return self._report("refuse", """'{"code": "NOT_CONFIGURED", "message": "x"}'""", "jsonb[]")

    def pause(self) -> None:
        self._call("pause_playbook_execution(%s)")

    def resume(self) -> None:
        self._call("resume_playbook_execution(%s)")

    def cancel(self) -> None:
        self._call("cancel_playbook_execution(%s)")

    def retry(self) -> None:
        self._call("retry_playbook_execution(%s)")

    def retry_from_f(self) -> None:
        self._call("retry_playbook_execution(%s, 'f')")

    def answer(self) -> None:
        self._call("submit_step_input(%s, 'ask', '7')")

    def advance(self) -> None:
        self._call("advance_playbook_execution(%s)")

    def sweep(self) -> None:
        self.tenant.worker.execute("select * from pbdb.sweep()")

    def time_passes(self) -> None:
        """The deadline of the execution comes."""
        self.owner.execute(
            "update pbdb.playbook_executions set deadline_at = clock_timestamp() where id = %s",
            (self.execution,),
        )
        self.sweep()

    def lease_passes(self) -> None:
        self.owner.execute(
            "update pbdb.playbook_ready_steps set due_at = clock_timestamp()"
            " where execution_id = %s and state = 'LEASED'",
            (self.execution,),
        )
        self.sweep()

    def event(self) -> str:
        woken = self.tenant.one("select pbdb.emit_playbook_event('e', '{}', 0)")
        return f"{woken} woken"

    def start_again(self) -> str:
        key = self.tenant.one(
            "select idempotency_key from pbdb.playbook_executions where id = %s", self.execution
        )
        return "same" if self.tenant.start({"n": 1}, key=key) == self.execution else "another"

    def start_otherwise(self) -> None:
        key = self.tenant.one(
            "select idempotency_key from pbdb.playbook_executions where id = %s", self.execution
        )
        self.tenant.start({"n": 2}, key=key)

    def deprecate(self) -> None:
        self.tenant.one("select pbdb.deprecate_playbook(%s)", self.playbook)

    def archive(self) -> None:
        self.tenant.one("select pbdb.archive_playbook(%s)", self.playbook)

    def delete(self) -> None:
        self.tenant.one("select pbdb.delete_playbook(%s)", self.playbook)

    def look(self) -> None:
        for report in (
            "get_execution_result",
            "get_execution_timeline",
            "get_execution_progress",
            "diagnose_execution",
        ):
            self.tenant.rows(f"select * from pbdb.{report}(%s)", self.execution)

    def foreign_cancel(self) -> None:
        stranger = Tenant(self.tenant.app, self.tenant.worker, uuid.uuid4())
        stranger.one("select pbdb.cancel_playbook_execution(%s)", self.execution)

    def _call(self, call: str) -> None:
        self.tenant.one(f"select pbdb.{call}", self.execution)

    def _report(self, verb: str, value: str, kind: str) -> str:
        return self._outcome(f"{verb}_playbook_steps('w1', %s, %s, array[{value}]::{kind})")

    def _outcome(self, call: str) -> str:
        result_id, token = self.tenant.held.get("f", (uuid.uuid4(), uuid.uuid4()))
        row = self.tenant.worker.execute(
            f"select outcome from pbdb.{call}".encode(), ([result_id], [token])
        ).fetchone()
        assert row is not None
        return str(row[0])


STATES: dict[str, list[str]] = {
    "queued": [],
    "leased": ["claim"],
    "retrying": ["claim", "fail"],
    "waiting": ["claim", "complete"],
    "held": ["pause"],
    "pausing": ["claim", "pause"],
    "waiting and paused": ["claim", "complete", "pause"],
    "COMPLETED": ["claim", "complete", "answer"],
    "FAILED": ["claim", "fail_for_good"],
    "CANCELLED": ["claim", "cancel"],
    "TIMEOUT": ["claim", "time_passes"],
}
# For each call, the outcome in each state, in the order of STATES; "=": the status does not change.
TABLE = """
claim           : 1 claimed | 0 claimed       | 0 claimed | 0 claimed | 0 claimed | 0 claimed       | 0 claimed | 0 claimed | 0 claimed | 0 claimed | 0 claimed
complete        : stale     | accepted PAUSED | conflict  | repeated  | stale     | accepted        | repeated  | repeated  | conflict  | stale     | stale
complete_again  : stale     | accepted PAUSED | conflict  | conflict  | stale     | accepted        | conflict  | conflict  | conflict  | stale     | stale
fail            : stale     | accepted        | repeated  | conflict  | stale     | accepted        | conflict  | conflict  | conflict  | stale     | stale
fail_for_good   : stale     | accepted FAILED | conflict  | conflict  | stale     | accepted FAILED | conflict  | conflict  | repeated  | stale     | stale
heartbeat       : stale     | extended        | stale     | stale     | stale     | extended        | stale     | stale     | stale     | cancelled | timed_out
release         : stale     | released        | stale     | stale     | stale     | released        | stale     | stale     | stale     | stale     | stale
refuse          : stale     | released        | stale     | stale     | stale     | released        | stale     | stale     | stale     | stale     | stale
pause           : PAUSED    | PAUSED          | PAUSED    | =         | =         | =               | =         | PB008     | PB008     | PB008     | PB008
resume          : =         | =               | =         | PB008     | RUNNING   | RUNNING         | =         | PB008     | PB008     | PB008     | PB008
cancel          : CANCELLED | CANCELLED       | CANCELLED | CANCELLED | CANCELLED | CANCELLED       | CANCELLED | PB008     | PB008     | =         | PB008
retry           : PB008     | PB008           | PB008     | PB008     | PB008     | PB008           | PB008     | PB008     | RUNNING   | RUNNING   | RUNNING
retry_from_f    : PB008     | PB008           | PB008     | PB008     | PB008     | PB008           | PB008     | PB008     | RUNNING   | RUNNING   | RUNNING
answer          : PB023     | PB023           | PB023     | COMPLETED | PB023     | PB023           | =         | PB023     | PB023     | PB023     | PB023
advance         : =         | =               | =         | =         | =         | =               | =         | =         | =         | =         | =
sweep           : =         | =               | =         | =         | =         | =               | =         | =         | =         | =         | =
time_passes     : TIMEOUT   | TIMEOUT         | TIMEOUT   | =         | =         | =               | =         | =         | =         | =         | =
lease_passes    : =         | =               | =         | =         | =         | =               | =         | =         | =         | =         | =
event           : 0 woken   | 0 woken         | 0 woken   | 0 woken   | 0 woken   | 0 woken         | 0 woken   | 0 woken   | 0 woken   | 0 woken   | 0 woken
start_again     : same      | same            | same      | same      | same      | same            | same      | same      | same      | same      | same
start_otherwise : PB007     | PB007           | PB007     | PB007     | PB007     | PB007           | PB007     | PB007     | PB007     | PB007     | PB007
deprecate       : =         | =               | =         | =         | =         | =               | =         | =         | =         | =         | =
archive         : PB008     | PB008           | PB008     | PB008     | PB008     | PB008           | PB008     | =         | =         | =         | =
delete          : PB008     | PB008           | PB008     | PB008     | PB008     | PB008           | PB008     | gone      | gone      | gone      | gone
look            : =         | =               | =         | =         | =         | =               | =         | =         | =         | =         | =
foreign_cancel  : PB004     | PB004           | PB004     | PB004     | PB004     | PB004           | PB004     | PB004     | PB004     | PB004     | PB004
"""
CALLS = {
    call.strip(): [cell.strip() for cell in cells.split("|")]
    for call, cells in (line.split(" : ") for line in TABLE.strip().splitlines())
}


def made(situation: Situation, call: str) -> str:
    """The outcome of the call, or its SQLSTATE, and the status afterwards unless it is as before."""
    before = situation.status()
    try:
        outcome = getattr(situation, call)()
    except psycopg.Error as error:
        outcome = error.sqlstate
    count = "select count(*) from pbdb.playbook_executions where id = %s"
    after = situation.status() if situation.tenant.one(count, situation.execution) else "gone"
    return " ".join(filter(None, (outcome, after if after != before else None))) or "="


@pytest.mark.parametrize("state", STATES)
def test_every_call_does_what_the_table_says(
    connect: Callable[..., psycopg.Connection[Any]], owner: psycopg.Connection[Any], state: str
) -> None:
    app, worker = connect("app"), connect("worker")
    column = list(STATES).index(state)
    expected = {call: cells[column] for call, cells in CALLS.items()}
    found = {}
    for call in CALLS:
        situation = Situation(Tenant(app, worker, uuid.uuid4()), owner)
        situation.reach(state)
        found[call] = made(situation, call)
        assert violations(owner) == [], call
        owner.execute("delete from pbdb.playbook_executions")

    assert found == expected
    print(f"{state}: {len(found)} calls")


def test_the_table_has_every_call_and_every_state() -> None:
    acts = {name for name in vars(Situation) if not name.startswith("_")} - {"reach", "status"}

    assert set(CALLS) == acts
    assert all(len(cells) == len(STATES) for cells in CALLS.values())
    print(f"{len(CALLS)} calls in {len(STATES)} states: {len(CALLS) * len(STATES)} pairs")
