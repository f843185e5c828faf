"""Who may still say something about an attempt: every writer against every kind of token.

The matrix is data: what each writer is answered, and what the attempt and its execution look like
afterwards. A token that does not hold the attempt changes nothing at all, whoever carries it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from build import Tenant, as_tenant, function, transform

Age = Callable[[str], None]
Connection = psycopg.Connection[Any]

WAIT = {"name": "ask", "type": "WAIT_FOR_INPUT", "config": {"prompt": "?"}}
EVENT = {"name": "ask", "type": "WAIT_FOR_INPUT", "config": {"event": "go"}}

# Reports carry a token. Each writer: the call, and its answer when the token holds the attempt.
HELD = "%(ids)s, %(tokens)s"
ERROR = """array['{"code": "X", "message": "x", "permanent": true}'::jsonb]"""
REPORTS = {
    "heartbeat": (f"heartbeat_playbook_steps('w', {HELD})", "extended"),
    "complete": (f"complete_playbook_steps('w', {HELD}, array['1'])", "accepted"),
    "complete and claim": (
        f"complete_and_claim_playbook_steps('w', {HELD}, array['1'], null, array['x'], 1, 60)",
        "accepted",
    ),
    "fail": (f"fail_playbook_steps('w', {HELD}, {ERROR})", "accepted"),
    "release": (f"release_playbook_steps('w', {HELD})", "released"),
    "refuse": (f"refuse_playbook_steps('w', {HELD}, {ERROR})", "released"),
}
AFTER = {  # when the token holds the attempt: attempt, execution
    "heartbeat": ("RUNNING", "RUNNING"),
    "complete": ("COMPLETED", "COMPLETED"),
    "complete and claim": ("COMPLETED", "COMPLETED"),
    "fail": ("FAILED", "FAILED"),
    "release": ("PENDING", "RUNNING"),
    "refuse": ("PENDING", "RUNNING"),
}
# Tokens that once were right, or never: how the attempt came out of the reporter's hands.
STALE = {
    "random": None,
    "of another attempt": None,
    "of another tenant": None,
    "null": None,
    "superseded by a claim": "claim",
    "lost and retried": "sweep",
    "released": "release",
    "released and claimed by another": "release and claim",
    "cancelled": "cancel",
    "failed": "fail",
    "timed out with its execution": "deadline",
    "lost and handed to a person": "wait",
}


def snapshot(owner: Connection) -> Any:
    """Everything that a report could change."""
    return owner.execute(
        "select jsonb_build_object("
        "'executions', (select jsonb_agg(to_jsonb(e) order by e.id)"
        " from pbdb.playbook_executions as e),"
        "'results', (select jsonb_agg(to_jsonb(r) order by r.id)"
        " from pbdb.playbook_step_results as r),"
        "'ready', (select jsonb_agg(to_jsonb(q) order by q.result_id)"
        " from pbdb.playbook_ready_steps as q),"
        "'usage', (select count(*) from pbdb.playbook_usage))"
    ).fetchone()


def report(
    tenant: Tenant,
    writer: str,
    ids: list[Any],
    tokens: list[Any],
    organizations: list[uuid.UUID | None] | None = None,
) -> list[Any]:
    call = REPORTS[writer][0].removesuffix(")")
    with tenant.worker.cursor(row_factory=psycopg.rows.dict_row) as cur:
        return [
            row["outcome"]
            for row in cur.execute(
                f"select * from pbdb.{call}, p_organization_ids => %(organizations)s)",
                {"ids": ids, "tokens": tokens, "organizations": organizations},
            )
            if row["outcome"] is not None
        ]


def held(tenant: Tenant, **fields: Any) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID]:
    """An execution with one leased step: (execution, attempt, token)."""
    config = {"function": "a", **fields.pop("config", {})}
    tenant.apply(function("a", config=config, retry_delay_seconds=0, **fields))
    execution = tenant.start()
    row = tenant.claim(lease=30)[0]
    return execution, row["step_result_id"], row["token"]


def take_away(how: str, tenant: Tenant, owner: Connection, age: Age, execution: uuid.UUID) -> None:
    """Let somebody else decide about the attempt that `tenant.held["a"]` holds."""
    mine = tenant.held["a"]
    if how in ("claim", "sweep", "wait"):
        age("31 s")
        tenant.worker.execute("select pbdb.sweep()")
    if how == "claim":
        assert len(tenant.claim()) == 1
    elif how in ("release", "release and claim"):
        assert report(tenant, "release", [mine[0]], [mine[1]]) == ["released"]
        if how == "release and claim":
            assert [row["step_result_id"] for row in tenant.claim()] == [mine[0]]
    elif how == "cancel":
        tenant.one("select pbdb.cancel_playbook_execution(%s)", execution)
    elif how == "fail":
        assert tenant.fail("a") == "accepted"
    elif how == "deadline":
        owner.execute("update pbdb.playbook_executions set deadline_at = now()")
        tenant.worker.execute("select pbdb.sweep()")
    tenant.held["a"] = mine


@pytest.mark.parametrize("writer", REPORTS)
def test_the_token_of_the_lease_is_believed(tenant: Tenant, writer: str) -> None:
    execution, result_id, token = held(tenant)
    assert report(tenant, writer, [result_id], [token]) == [REPORTS[writer][1]]
    assert (tenant.attempts(execution)[0][1], tenant.status(execution)) == AFTER[writer]


@pytest.mark.parametrize("token_is", STALE)
@pytest.mark.parametrize("writer", REPORTS)
def test_any_other_token_changes_nothing(
    tenant: Tenant, other_tenant: Tenant, owner: Connection, age: Age, writer: str, token_is: str
) -> None:
    how = STALE[token_is]
    execution, result_id, token = held(tenant, config={"on_lost": "wait"} if how == "wait" else {})
    if token_is == "random":
        token = uuid.uuid4()
    elif token_is == "null":
        token = None  # type: ignore[assignment]
    elif token_is == "of another attempt":
        tenant.start()
        token = tenant.claim()[0]["token"]
    elif token_is == "of another tenant":
        token = held(other_tenant)[2]
    elif how is not None:
        take_away(how, tenant, owner, age, execution)
    before = snapshot(owner)

    outcomes = report(tenant, writer, [result_id], [token])

    if token_is == "failed" and writer in ("complete", "complete and claim", "fail"):
        assert outcomes == ["conflict"]
    elif writer == "heartbeat" and how in ("cancel", "deadline"):
        assert outcomes == [{"cancel": "cancelled", "deadline": "timed_out"}[how]]
    else:
        assert outcomes == ["stale"]
    assert snapshot(owner) == before


@pytest.mark.parametrize("writer", REPORTS)
def test_a_report_that_names_its_organization_is_believed(tenant: Tenant, writer: str) -> None:
    execution, result_id, token = held(tenant)
    answer = report(tenant, writer, [result_id], [token], [tenant.organization])
    assert answer == [REPORTS[writer][1]]
    assert (tenant.attempts(execution)[0][1], tenant.status(execution)) == AFTER[writer]


@pytest.mark.parametrize("writer", REPORTS)
def test_a_report_sent_to_another_organization_is_stale(
    tenant: Tenant, other_tenant: Tenant, owner: Connection, writer: str
) -> None:
    _, result_id, token = held(tenant)
    before = snapshot(owner)
    for elsewhere in (other_tenant.organization, uuid.uuid4()):
        assert report(tenant, writer, [result_id], [token], [elsewhere]) == ["stale"]
        assert snapshot(owner) == before
    with pytest.raises(psycopg.Error, match="1 step results but 2 values"):
        report(tenant, writer, [result_id], [token], [tenant.organization] * 2)
    assert report(tenant, writer, [result_id], [token], [None]) == [REPORTS[writer][1]]


@pytest.mark.parametrize("writer", REPORTS)
def test_an_attempt_that_does_not_exist_is_stale(
    tenant: Tenant, owner: Connection, writer: str
) -> None:
    before = snapshot(owner)
    assert report(tenant, writer, [uuid.uuid4()], [uuid.uuid4()]) == ["stale"]
    assert report(tenant, writer, [None], [None]) == ["stale"]
    assert snapshot(owner) == before


# Writers without a token, in the order of the matrix: what they do to an attempt that is leased.
APP_CALLS = {
    "cancel": ("cancel_playbook_execution(%s)", "FAILED", "CANCELLED", "stale"),
    "pause": ("pause_playbook_execution(%s)", "RUNNING", "PAUSED", "accepted"),
    "resume": ("resume_playbook_execution(%s)", "RUNNING", "RUNNING", "accepted"),
}


@pytest.mark.parametrize("call", APP_CALLS)
def test_what_an_app_does_to_a_leased_step(tenant: Tenant, call: str) -> None:
    query, attempt, status, late = APP_CALLS[call]
    execution, *_ = held(tenant)
    tenant.one(f"select pbdb.{query}", execution)
    assert (tenant.attempts(execution)[0][1], tenant.status(execution)) == (attempt, status)
    assert tenant.complete("a", 1) == late


@pytest.mark.parametrize(
    "query",
    [
        "cancel_playbook_execution(%s)",
        "pause_playbook_execution(%s)",
        "resume_playbook_execution(%s)",
        "retry_playbook_execution(%s)",
        "submit_step_input(%s, 'a', '1')",
    ],
)
def test_another_tenants_execution_looks_like_none(
    tenant: Tenant, other_tenant: Tenant, owner: Connection, query: str
) -> None:
    execution, *_ = held(tenant)
    before = snapshot(owner)
    said = []
    for id_ in (execution, uuid.uuid4()):
        with pytest.raises(psycopg.Error) as caught:
            other_tenant.one(f"select pbdb.{query}", id_)
        assert caught.value.sqlstate == "PB004"
        said.append(str(caught.value).replace(str(id_), "…"))
    assert said[0] == said[1]
    assert snapshot(owner) == before


@pytest.mark.parametrize(
    ("query", "sqlstate"),
    [("retry_playbook_execution(%s)", "PB008"), ("submit_step_input(%s, 'a', '1')", "PB023")],
)
def test_an_app_cannot_take_a_leased_step_from_its_runner(
    tenant: Tenant, query: str, sqlstate: str
) -> None:
    execution, *_ = held(tenant)
    with pytest.raises(psycopg.Error) as caught:
        tenant.one(f"select pbdb.{query}", execution)
    assert caught.value.sqlstate == sqlstate
    assert tenant.complete("a", 1) == "accepted"


def test_an_event_of_another_tenant_wakes_nothing(tenant: Tenant, other_tenant: Tenant) -> None:
    tenant.apply(EVENT)
    execution = tenant.start()
    assert other_tenant.one("select pbdb.emit_playbook_event('go')") == 0
    assert tenant.status(execution) == "PAUSED"
    assert tenant.one("select pbdb.emit_playbook_event('go')") == 1
    assert tenant.status(execution) == "COMPLETED"


def test_the_second_answer_is_refused(tenant: Tenant) -> None:
    tenant.apply(WAIT, function("a"))
    execution = tenant.start()
    tenant.one("select pbdb.submit_step_input(%s, 'ask', '1')", execution)
    with pytest.raises(psycopg.Error) as caught:
        tenant.one("select pbdb.submit_step_input(%s, 'ask', '2')", execution)
    assert caught.value.sqlstate == "PB023"


@pytest.mark.parametrize("how", ["claim", "sweep", "cancel", "deadline"])
def test_a_sweep_never_touches_what_has_ended(
    tenant: Tenant, owner: Connection, age: Age, how: str
) -> None:
    execution, *_ = held(tenant)
    assert tenant.complete("a", 1) == "accepted"
    before = snapshot(owner)
    age("1 hour")
    owner.execute("select pbdb.sweep()")
    assert tenant.claim() == []
    assert snapshot(owner) == before
    assert tenant.status(execution) == "COMPLETED"


def test_a_retry_does_not_bring_old_tokens_back(tenant: Tenant) -> None:
    execution, result_id, token = held(tenant, max_retries=0)
    tenant.one("select pbdb.cancel_playbook_execution(%s)", execution)
    tenant.one("select pbdb.retry_playbook_execution(%s)", execution)
    assert tenant.complete("a", "old") == "stale"
    assert len(tenant.claim()) == 1
    assert report(tenant, "complete", [result_id], [token]) == ["stale"]
    assert tenant.complete("a", "new") == "accepted"
    assert tenant.result(execution)["output_data"] == "new"


# -- the same report again -----------------------------------------------------------------------


def test_the_same_report_again_is_repeated_and_another_one_a_conflict(
    tenant: Tenant, owner: Connection
) -> None:
    held(tenant)
    assert tenant.complete("a", {"n": 1}) == "accepted"
    before = snapshot(owner)
    assert tenant.complete("a", {"n": 1}) == "repeated"
    assert tenant.complete("a", {"n": 2}) == "conflict"
    assert tenant.fail("a") == "conflict"
    assert snapshot(owner) == before


def test_once_it_has_ended_a_foreign_token_is_stale_whatever_it_says(
    tenant: Tenant, owner: Connection
) -> None:
    """Who never held the attempt must not learn what its result was."""
    _, result_id, _ = held(tenant)
    assert tenant.complete("a", 1) == "accepted"
    before = snapshot(owner)
    for writer in ("complete", "fail"):
        assert report(tenant, writer, [result_id], [uuid.uuid4()]) == ["stale"]
    assert snapshot(owner) == before


def test_the_same_failure_again_is_repeated(tenant: Tenant, owner: Connection) -> None:
    held(tenant)
    assert tenant.fail("a", "BOOM", permanent=True) == "accepted"
    assert tenant.fail("a", "BOOM", permanent=True) == "repeated"
    assert tenant.fail("a", "OTHER") == "conflict"
    assert tenant.complete("a", 1) == "conflict"


def test_a_report_is_repeated_within_one_call_as_well(tenant: Tenant) -> None:
    execution, result_id, token = held(tenant)
    rows = tenant.worker.execute(
        "select outcome from pbdb.complete_playbook_steps('w', %s, %s, %s)",
        ([result_id] * 3, [token] * 3, ["1", "1", "2"]),
    ).fetchall()
    assert [row[0] for row in rows] == ["accepted", "repeated", "conflict"]
    assert tenant.result(execution)["output_data"] == 1


def test_no_output_at_all_is_null_and_can_be_repeated(tenant: Tenant, owner: Connection) -> None:
    _, result_id, token = held(tenant)
    for outcome in ("accepted", "repeated"):
        row = tenant.worker.execute(
            "select outcome from pbdb.complete_playbook_steps('w', %s, %s, %s::text[])",
            ([result_id], [token], [None]),
        ).fetchone()
        assert row == (outcome,)
    assert owner.execute(
        "select output_data = 'null' from pbdb.playbook_step_results"
    ).fetchone() == (True,)


def test_an_output_may_be_deep_and_have_many_parts(tenant: Tenant) -> None:
    execution, *_ = held(tenant)
    output = [{"items": [[i]]} for i in range(600)]
    assert tenant.complete("a", output) == "accepted"
    assert tenant.result(execution)["output_data"] == output


def test_good_and_stale_reports_of_one_call_are_told_apart(tenant: Tenant) -> None:
    tenant.apply(function("a"))
    executions = [tenant.start() for _ in range(6)]
    rows = tenant.claim(limit=6)
    ids = [row["step_result_id"] for row in rows]
    tokens = [row["token"] if i % 2 else uuid.uuid4() for i, row in enumerate(rows)]
    answers = tenant.worker.execute(
        "select step_result_id, outcome from pbdb.complete_playbook_steps('w', %s, %s, %s)",
        (ids, tokens, ["1"] * 6),
    ).fetchall()
    assert dict(answers) == {id_: "accepted" if i % 2 else "stale" for i, id_ in enumerate(ids)}
    assert sorted(map(tenant.status, executions)) == ["COMPLETED"] * 3 + ["RUNNING"] * 3


def test_usage_is_written_once(tenant: Tenant, owner: Connection) -> None:
    _, result_id, token = held(tenant)
    usage = {"model": "m", "input_tokens": 10, "output_tokens": 5, "cost_usd": 0.25}

    def complete(output: str, with_token: uuid.UUID = token, model: str = "m") -> str:
        row = tenant.worker.execute(
            "select outcome from pbdb.complete_playbook_steps('w', %s, %s, %s, %s)",
            ([result_id], [with_token], [output], [Jsonb({**usage, "model": model})]),
        ).fetchone()
        assert row is not None
        return str(row[0])

    assert complete("1", uuid.uuid4(), "somebody else's") == "stale"
    assert [complete("1"), complete("1"), complete("2")] == ["accepted", "repeated", "conflict"]
    assert owner.execute(
        "select model, input_tokens, output_tokens, cost_usd::float from pbdb.playbook_usage"
    ).fetchall() == [("m", 10, 5, 0.25)]


# -- what a report may contain -------------------------------------------------------------------

DEEP = 20_000


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ('"a\\u0000b"', "OUTPUT_INVALID"),
        ("NaN", "OUTPUT_INVALID"),
        ('{"a": Infinity}', "OUTPUT_INVALID"),
        ("", "OUTPUT_INVALID"),
        ("{", "OUTPUT_INVALID"),
        ('"\\ud800"', "OUTPUT_INVALID"),
        ("[" * 510 + "]" * 510, "OUTPUT_INVALID"),
        ("[" * DEEP + "]" * DEEP, "OUTPUT_INVALID"),
        ('{"a":' * DEEP + "1" + "}" * DEEP, "OUTPUT_INVALID"),
        (json.dumps("x" * 1_100_000), "OUTPUT_TOO_LARGE"),
        ("1e400000", "OUTPUT_INVALID"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_an_output_that_cannot_be_stored_is_a_failed_attempt_not_an_error(
    tenant: Tenant, output: str | None, code: str
) -> None:
    execution, result_id, token = held(tenant, max_retries=0)
    row = tenant.worker.execute(
        "select outcome, code from pbdb.complete_playbook_steps('w', %s, %s, %s)",
        ([result_id], [token], [output]),
    ).fetchone()
    assert row == ("failed", code)
    assert tenant.attempts(execution) == [("a", "FAILED", 1, 1, code)]
    assert tenant.status(execution) == "FAILED"
    again = tenant.worker.execute(
        "select outcome from pbdb.complete_playbook_steps('w', %s, %s, %s)",
        ([result_id], [token], [output]),
    ).fetchone()
    assert again == ("repeated",)


def test_one_bad_output_does_not_spoil_the_good_ones_beside_it(tenant: Tenant) -> None:
    tenant.apply(function("a", max_retries=0))
    executions = [tenant.start() for _ in range(3)]
    rows = sorted(tenant.claim(limit=3), key=lambda row: executions.index(row["execution_id"]))
    answers = tenant.worker.execute(
        "select step_result_id, outcome from pbdb.complete_playbook_steps('w', %s, %s, %s)",
        (
            [row["step_result_id"] for row in rows],
            [row["token"] for row in rows],
            ["1", "[" * DEEP + "]" * DEEP, "3"],
        ),
    ).fetchall()
    outcomes = dict(answers)
    assert [outcomes[row["step_result_id"]] for row in rows] == ["accepted", "failed", "accepted"]
    assert [tenant.status(each) for each in executions] == ["COMPLETED", "FAILED", "COMPLETED"]


@pytest.mark.parametrize(
    "error",
    [
        {},
        None,
        "text",
        ["list"],
        {"code": None, "message": {"a": 1}},
        {"code": "", "message": "x" * 100_000, "stack": "y" * 100_000},
        {"code": "X", "permanent": "yes"},
        {"code": "X", "retry_after_seconds": "soon"},
        {"code": "X", "retry_after_seconds": -5},
        {"code": "X", "retry_after_seconds": 10**400},
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_failure_is_taken_whatever_it_looks_like(tenant: Tenant, error: Any) -> None:
    execution, result_id, token = held(tenant)
    row = tenant.worker.execute(
        "select outcome from pbdb.fail_playbook_steps('w', %s, %s, %s)",
        ([result_id], [token], [Jsonb(error)]),
    ).fetchone()
    assert row == ("accepted",)
    assert [a[1] for a in tenant.attempts(execution)] == ["FAILED", "PENDING"]


def test_a_failure_that_is_sql_null_is_taken_as_one(tenant: Tenant) -> None:
    execution, result_id, token = held(tenant)
    row = tenant.worker.execute(
        "select outcome from pbdb.fail_playbook_steps('w', %s, %s, %s::jsonb[])",
        ([result_id], [token], [None]),
    ).fetchone()
    assert row == ("accepted",)
    assert [a[1] for a in tenant.attempts(execution)] == ["FAILED", "PENDING"]


@pytest.mark.parametrize(
    "usage",
    [
        {},
        {"input_tokens": "many"},
        {"input_tokens": 1.5},
        {"input_tokens": -1},
        {"input_tokens": 10**30},
        {"cost_usd": "free"},
        {"cost_usd": -1},
        {"latency_ms": {"a": 1}},
        {"latency_ms": 10**30},
        {"model": {"name": "m"}},
        "text",
        [1],
    ],
    ids=str,
)
def test_a_usage_that_makes_no_sense_does_not_undo_the_completion(
    tenant: Tenant, usage: Any
) -> None:
    execution, result_id, token = held(tenant)
    row = tenant.worker.execute(
        "select outcome from pbdb.complete_playbook_steps('w', %s, %s, %s, %s)",
        ([result_id], [token], ["1"], [Jsonb(usage)]),
    ).fetchone()
    assert row == ("accepted",)
    assert tenant.status(execution) == "COMPLETED"


def test_arrays_of_different_length_are_refused_as_a_whole(
    tenant: Tenant, owner: Connection
) -> None:
    _, result_id, token = held(tenant)
    before = snapshot(owner)
    for ids, tokens, outputs in (
        ([result_id], [token, token], ["1"]),
        ([result_id], [token], ["1", "2"]),
        (None, [token], ["1"]),
    ):
        with pytest.raises(psycopg.Error) as caught:
            tenant.worker.execute(
                "select pbdb.complete_playbook_steps('w', %s, %s, %s)", (ids, tokens, outputs)
            )
        assert caught.value.sqlstate == "PB017"
    assert snapshot(owner) == before


def test_two_steps_of_one_execution_complete_in_one_call(tenant: Tenant) -> None:
    tenant.apply(
        {
            "name": "both",
            "type": "PARALLEL_EXECUTION",
            "branches": {"left": [function("l")], "right": [function("r")]},
        },
        transform("join", {"l": "$step_1_output.left", "r": "$step_1_output.right"}),
    )
    execution = tenant.start()
    rows = tenant.claim(limit=2)
    answers = tenant.worker.execute(
        "select outcome from pbdb.complete_playbook_steps('w', %s, %s, %s)",
        (
            [row["step_result_id"] for row in rows],
            [row["token"] for row in rows],
            [json.dumps(row["step_name"]) for row in rows],
        ),
    ).fetchall()
    assert answers == [("accepted",), ("accepted",)]
    assert tenant.result(execution)["output_data"] == {"l": "l", "r": "r"}


def test_reports_run_in_the_tenant_of_the_attempt_not_of_the_session(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    execution, result_id, token = held(tenant)
    with as_tenant(tenant.worker, other_tenant.organization) as conn:
        row = conn.execute(
            "select outcome from pbdb.complete_playbook_steps('w', %s, %s, %s)",
            ([result_id], [token], ["1"]),
        ).fetchone()
    assert row == ("accepted",)
    assert tenant.status(execution) == "COMPLETED"
