"""Every way to damage the state is found by fsck, by its name, and diagnose says what to do."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from build import Tenant, function, transform, violations

Connection = psycopg.Connection[Any]

BOTH = {
    "name": "both",
    "type": "PARALLEL_EXECUTION",
    "branches": {"left": [function("l")], "right": [function("r")]},
}
ASK = {"name": "ask", "type": "WAIT_FOR_INPUT", "config": {"prompt": "?"}}


@pytest.fixture
def world(app: Connection, worker: Connection, organization: uuid.UUID) -> Tenant:
    """One execution in each state there is; not checked afterwards, because tests damage it."""
    tenant = Tenant(app, worker, organization)
    tenant.apply(function("a"), function("b"), name="leased")
    tenant.apply(function("q"), transform("t", 1), name="queued")
    tenant.apply(ASK, name="waiting")
    tenant.apply(BOTH, name="parallel")
    tenant.apply(transform("x", 1), transform("y", 2), name="done")
    tenant.apply(function("f", max_retries=1, retry_delay_seconds=0), name="failed")
    for name in ("leased", "queued", "waiting", "parallel", "done", "failed"):
        tenant.start(name=name, key=name)
    tenant.start(name="queued")
    assert [row["step_name"] for row in tenant.claim("CUSTOM_FUNCTION:a")] == ["a"]
    assert tenant.complete("a", 1) == "accepted"
    assert [row["step_name"] for row in tenant.claim("CUSTOM_FUNCTION:b")] == ["b"]
    assert [row["step_name"] for row in tenant.claim("CUSTOM_FUNCTION:l")] == ["l"]
    assert tenant.complete("l", 1) == "accepted"
    for _ in range(2):
        tenant.claim("CUSTOM_FUNCTION:f")
        tenant.fail("f")
    held = tenant.rows(
        "select e.id from pbdb.playbook_executions as e"
        " inner join pbdb.playbooks as p on p.id = e.playbook_id"
        " where p.name = 'queued' order by e.id desc limit 1"
    )[0][0]
    tenant.one("select pbdb.pause_playbook_execution(%s)", held)
    return tenant


def of(playbook: str) -> str:
    return (
        "(select e.id from pbdb.playbook_executions as e inner join pbdb.playbooks as p"
        f" on p.id = e.playbook_id where p.name = '{playbook}' order by e.id limit 1)"
    )


EXECUTIONS = "pbdb.playbook_executions"
RESULTS = "pbdb.playbook_step_results"
READY = "pbdb.playbook_ready_steps"
ENDED = "completed_at = now(), finished_xid = pg_current_xact_id()"

DAMAGE: dict[str, tuple[str, set[str]]] = {
    "the queue row of a leased step is gone": (
        f"delete from {READY} where execution_id = {of('leased')}",
        {"an open attempt is queued nowhere", "a running execution has nothing that could move it"},
    ),
    "the attempt of a queued step is gone": (
        f"delete from {RESULTS} where execution_id = {of('queued')}",
        {"a queued step has no open attempt"},
    ),
    "a queued step's attempt has ended": (
        (
            f"update {RESULTS} set status = 'COMPLETED', completed_at = now()"
            f" where execution_id = {of('queued')}"
        ),
        {"a queued step has no open attempt", "completed_steps is not what counting again gives"},
    ),
    "a queued step's attempt is running": (
        f"update {RESULTS} set status = 'RUNNING' where execution_id = {of('queued')}",
        {"a step that may be claimed is not PENDING"},
    ),
    "a leased step's attempt is pending": (
        (
            f"update {RESULTS} set status = 'PENDING'"
            f" where execution_id = {of('leased')} and status = 'RUNNING'"
        ),
        {"a leased or waiting step is not RUNNING"},
    ),
    "a lease has another token than its attempt": (
        f"update {READY} set token = gen_random_uuid() where state = 'LEASED'",
        {"the token of a lease is not the token of its attempt"},
    ),
    "a queue row names another execution": (
        f"update {READY} set execution_id = {of('waiting')} where execution_id = {of('leased')}",
        {
            "a queued step and its attempt belong to different executions",
            "an open attempt is queued nowhere",
            "a running execution has nothing that could move it",
        },
    ),
    "a visit has two open attempts": (
        (
            f"insert into {RESULTS} (execution_id, step_id, organization_id, status, attempt_number)"
            f" select execution_id, step_id, organization_id, 'PENDING', 2 from {RESULTS}"
            f" where execution_id = {of('queued')}"
        ),
        {"a visit has more than one open attempt", "an open attempt is queued nowhere"},
    ),
    "a visit was completed twice": (
        (
            f"insert into {RESULTS} (execution_id, step_id, organization_id, status, attempt_number,"
            " completed_at) select execution_id, step_id, organization_id, 'COMPLETED', 2, now()"
            f" from {RESULTS} where execution_id = {of('done')} limit 1"
        ),
        {"a visit was completed more than once"},
    ),
    "an attempt is missing from its visit": (
        f"delete from {RESULTS} where execution_id = {of('failed')} and attempt_number = 1",
        {"attempts of a visit are not numbered from 1"},
    ),
    "a step was attempted beyond its retries": (
        (
            f"insert into {RESULTS} (execution_id, step_id, organization_id, status, attempt_number,"
            " completed_at) select execution_id, step_id, organization_id, 'FAILED', 3, now()"
            f" from {RESULTS} where execution_id = {of('failed')} limit 1"
        ),
        {"a step was attempted more often than its retries allow"},
    ),
    "a step was visited too often": (
        f"update {RESULTS} set visit = 100000 where execution_id = {of('done')}",
        {"a step was entered more often than max_visits"},
    ),
    "an execution ended with work open": (
        f"update {EXECUTIONS} set status = 'COMPLETED', {ENDED} where id = {of('leased')}",
        {"an ended execution has an open attempt", "an ended execution has a queued step"},
    ),
    "an execution ended with branches open": (
        f"update {EXECUTIONS} set status = 'CANCELLED', {ENDED} where id = {of('parallel')}",
        {
            "an ended execution has an open attempt",
            "an ended execution has a queued step",
            "an ended execution has an open join",
            "an ended execution has an open branch",
        },
    ),
    "a waiting execution lost its wait": (
        f"delete from {READY} where execution_id = {of('waiting')}",
        {"a waiting execution waits for nothing", "an open attempt is queued nowhere"},
    ),
    "an ended execution came back to life": (
        (
            f"update {EXECUTIONS} set status = 'RUNNING', completed_at = null, finished_xid = null"
            f" where id = {of('done')}"
        ),
        {"a running execution has nothing that could move it"},
    ),
    "a paused execution can be claimed": (
        f"update {READY} set state = 'READY' where state = 'HELD'",
        {"a paused execution has a step that could be claimed"},
    ),
    "a running execution is held": (
        f"update {READY} set state = 'HELD' where execution_id = {of('queued')}",
        {"a held step belongs to an execution that is not paused"},
    ),
    "a join counts wrong": (
        "update pbdb.playbook_joins set open_count = open_count + 1",
        {"the counters of a join are not those of its branches"},
    ),
    "a join outlived its attempt": (
        (
            f"update {RESULTS} set status = 'COMPLETED', completed_at = now()"
            f" where execution_id = {of('parallel')} and scope_id is null"
        ),
        {
            "a join is open though its attempt has ended",
            "a parallel step ended before its branches",
            "completed_steps is not what counting again gives",
        },
    ),
    "a join is gone": (
        "delete from pbdb.playbook_joins",
        {"an open attempt is queued nowhere"},
    ),
    "a branch ended with work open": (
        "update pbdb.playbook_scopes set status = 'COMPLETED' where status = 'RUNNING'",
        {
            "an ended branch has an open attempt",
            "the counters of a join are not those of its branches",
        },
    ),
    "progress is counted wrong": (
        f"update {EXECUTIONS} set completed_steps = 7 where id = {of('done')}",
        {"completed_steps is not what counting again gives"},
    ),
    "a pinned definition was edited": (
        "update pbdb.playbook_steps set config = '{\"output\": 3}' where step_name = 'x'",
        {"the definition of a version beyond DRAFT has changed"},
    ),
    "a compiled program is gone": (
        (
            "delete from pbdb.playbook_programs where playbook_id ="
            " (select id from pbdb.playbooks where name = 'waiting')"
        ),
        {"a version beyond DRAFT has no compiled program"},
    ),
    "a result changed its tenant": (
        (
            f"update {RESULTS} set organization_id = gen_random_uuid()"
            f" where execution_id = {of('done')}"
        ),
        {
            "a row belongs to another organization than its execution",
            "completed_steps is not what counting again gives",
        },
    ),
    "a result is of another playbook": (
        (
            f"update {RESULTS} set step_id = (select id from pbdb.playbook_steps"
            f" where step_name = 't') where execution_id = {of('failed')} and attempt_number = 1"
        ),
        {
            "a step result belongs to another playbook than its execution",
            "attempts of a visit are not numbered from 1",
        },
    ),
    "a key leads nowhere": (
        f"delete from pbdb.playbook_idempotency_keys where execution_id = {of('done')}",
        {"the idempotency key of an execution does not lead to it"},
    ),
    "an execution forgot its key": (
        f"update {EXECUTIONS} set idempotency_key = null where id = {of('done')}",
        {"an idempotency key leads to an execution that was not started with it"},
    ),
}


def test_a_sound_world_has_no_violation(world: Tenant, owner: Connection) -> None:
    assert violations(owner) == []


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_found_and_named(world: Tenant, owner: Connection, name: str) -> None:
    statement, expected = DAMAGE[name]
    owner.execute("set session_replication_role = replica")
    assert owner.execute(statement.encode()).rowcount > 0
    owner.execute("reset session_replication_role")
    assert {violation for violation, _ in violations(owner)} == expected


def test_every_violation_that_fsck_knows_has_its_damage(owner: Connection) -> None:
    """Whoever adds an invariant adds the way to break it; roll-ups have tests of their own."""
    known = owner.execute(
        "select distinct m[1] from pg_proc as f cross join lateral regexp_matches("
        "pg_get_functiondef(f.oid), '''((?:a|an|the|attempts|completed_steps) [^'']*)''', 'g')"
        " as m where f.pronamespace = 'pbdb'::regnamespace and f.proname like '\\_fsck\\_%'"
        " and f.proname <> '_fsck_rollups'"
    ).fetchall()
    tested = set().union(*(expected for _, expected in DAMAGE.values()))
    named = {row[0] for row in known if "%" not in row[0]}
    assert named - tested - {"the attempt is missing"} == {
        # Needs a child execution: tests/engine has them.
        "a child execution is live though nobody waits for it",
    }


# -- diagnose_execution: why it does not move, and the call that repairs it -----------------------

Diagnosis = list[tuple[str, str | None]]


def diagnose(tenant: Tenant, playbook: str) -> Diagnosis:
    return tenant.rows(f"select finding, remedy from pbdb.diagnose_execution({of(playbook)})")


def test_it_names_the_missing_runner(world: Tenant) -> None:
    findings = diagnose(world, "queued")
    assert any("no runner that has handler CUSTOM_FUNCTION:q" in said for said, _ in findings)
    assert any("Start a runner" in (remedy or "") for _, remedy in findings)


def test_it_says_what_is_waited_for_and_its_remedy_works(world: Tenant) -> None:
    remedies = [remedy for _, remedy in diagnose(world, "waiting") if remedy]
    (answer,) = [remedy for remedy in remedies if "submit_step_input" in remedy]
    world.one(answer.replace("<json>", "1"))
    assert world.one(f"select status::text from {EXECUTIONS} where id = {of('waiting')}") == (
        "COMPLETED"
    )


def test_it_says_that_a_lease_is_over_and_its_remedy_works(
    world: Tenant, age: Callable[[str], None]
) -> None:
    assert any("leased by w1 until" in said for said, _ in diagnose(world, "leased"))
    age("1 hour")
    found = [(said, remedy) for said, remedy in diagnose(world, "leased") if "expired" in said]
    ((_, remedy),) = found
    assert remedy is not None
    world.one(remedy)
    assert any("retries at" in said or "is due" in said for said, _ in diagnose(world, "leased"))


def test_it_says_why_an_execution_failed_and_its_remedy_works(world: Tenant) -> None:
    ((said, remedy),) = diagnose(world, "failed")
    assert "FAILED" in said and "BOOM" in said
    assert remedy is not None
    world.one(remedy)
    assert world.one(f"select status::text from {EXECUTIONS} where id = {of('failed')}") == (
        "RUNNING"
    )


def test_it_reports_damage_as_a_fault_of_the_engine(world: Tenant, owner: Connection) -> None:
    owner.execute(f"delete from {READY} where execution_id = {of('leased')}".encode())
    said = dict(diagnose(world, "leased"))
    assert any("nothing that could move it" in finding for finding in said)


@pytest.mark.parametrize("table", ["playbook_executions", "playbook_ready_steps"])
def test_it_names_the_session_that_holds_its_rows_and_waits_for_nobody(
    world: Tenant, connect: Callable[..., Connection], table: str
) -> None:
    holder = connect("owner")
    execution = world.one(f"select {of('leased')}")
    column = "id" if table == "playbook_executions" else "execution_id"
    holder.execute("begin")
    holder.execute(
        f"select 1 from pbdb.{table} where {column} = %s for update".encode(), (execution,)
    )
    pid = holder.info.backend_pid

    found = [(said, remedy) for said, remedy in diagnose(world, "leased") if str(pid) in said]

    ((said, remedy),) = found
    assert f"locked by the session of process {pid}" in said
    assert f"pg_terminate_backend({pid})" in str(remedy)
    if table == "playbook_executions":
        with pytest.raises(psycopg.errors.LockNotAvailable):
            world.one("select pbdb.advance_playbook_execution(%s)", execution)
    holder.execute("rollback")
    assert not any("locked by" in said for said, _ in diagnose(world, "leased"))


def test_it_knows_nothing_of_other_tenants(world: Tenant, other_tenant: Tenant) -> None:
    execution = world.one(f"select {of('leased')}")
    with pytest.raises(psycopg.Error) as caught:
        other_tenant.one("select pbdb.diagnose_execution(%s)", execution)
    assert caught.value.sqlstate == "PB004"
