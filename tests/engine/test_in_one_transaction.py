"""run_playbook and what_if_playbook: a whole playbook in the caller's transaction."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from build import Tenant, as_tenant, function, transform


def query(name: str, text: str, **config: Any) -> dict[str, Any]:
    return {"name": name, "type": "DATABASE_QUERY", "config": {"query": text, **config}}


def test_a_query_step_runs_with_bound_parameters(tenant: Tenant) -> None:
    tenant.apply(
        query("q", "select $1::int + g as n from generate_series(1, 3) as g", params=["$input.n"]),
        transform("end", {"$all": "$steps.q.output.rows[*].n"}),
    )

    assert tenant.run({"n": 10}) == [11, 12, 13]


def test_a_query_runs_as_the_weak_role_and_read_only(tenant: Tenant) -> None:
    tenant.apply(
        query(
            "q",
            "select current_user::text as who, current_setting('transaction_read_only') as ro",
        )
    )

    assert tenant.run()["rows"] == [{"who": "pbdb_query", "ro": "on"}]


def test_a_query_cannot_widen_its_tenant(
    tenant: Tenant, other_tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    owner.execute(
        "create table public.notes (organization_id uuid, note text);"
        " alter table public.notes enable row level security;"
        " create policy p on public.notes to pbdb_query"
        " using (organization_id = (select pbdb.current_organization_id()));"
        " grant select on public.notes to pbdb_query"
    )
    for each, note in ((tenant, "mine"), (other_tenant, "theirs")):
        owner.execute("insert into public.notes values (%s, %s)", (each.organization, note))
    tenant.apply(
        query(
            "q",
            "select note, set_config('app.current_organization_id', $1, true) from public.notes"
            " union all select note, '' from public.notes",
            params=[str(other_tenant.organization)],
        )
    )

    rows = tenant.run()["rows"]

    assert {row["note"] for row in rows} == {"mine"}


def test_a_query_leaves_the_callers_tenant_as_it_was(tenant: Tenant, other_tenant: Tenant) -> None:
    tenant.apply(
        query(
            "q",
            "select set_config('app.current_organization_id', $1, true) as a,"
            " set_config('request.jwt.claims', $2, true) as b",
            params=[
                str(other_tenant.organization),
                '{"organization_id": "' + str(other_tenant.organization) + '"}',
            ],
        )
    )

    with as_tenant(tenant.app, tenant.organization) as conn:
        conn.execute("select pbdb.run_playbook('test')")
        row = conn.execute("select pbdb.current_organization_id()").fetchone()

    assert row == (tenant.organization,)


def test_stacked_statements_are_refused(tenant: Tenant) -> None:
    with pytest.raises(psycopg.Error, match="multi-query") as refused:
        tenant.apply(query("q", "select 1; drop table pbdb.playbooks"))

    assert refused.value.sqlstate == "PB010"


def test_rows_beyond_the_cap_are_left_out_and_said(tenant: Tenant) -> None:
    tenant.apply(query("q", "select * from generate_series(1, 100)", max_rows=7))

    output = tenant.run()

    assert (output["row_count"], output["truncated"]) == (7, True)


def test_a_write_and_its_result_commit_together(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    owner.execute(
        "create table public.log (n int); grant insert, select on public.log to pbdb_query"
    )
    tenant.apply(query("q", "insert into public.log values (1) returning n", mode="write"))

    tenant.start()
    tenant.worker.execute("select pbdb.run_due_sql_steps()")

    assert owner.execute("select count(*) from public.log").fetchone() == (1,)


def test_a_what_if_run_leaves_no_trace_but_the_one_returned(tenant: Tenant) -> None:
    tenant.apply(transform("a", "$input.n"), function("f"), transform("end", "$steps.f.output"))

    trace = tenant.rows(
        "select step_name, status, output_data"
        " from pbdb.what_if_playbook('test', '{\"n\": 1}', '{\"f\": \"pretended\"}')"
    )

    assert trace == [
        ("a", "COMPLETED", 1),
        ("f", "COMPLETED", "pretended"),
        ("end", "COMPLETED", "pretended"),
        (None, "COMPLETED", "pretended"),
    ]
    assert tenant.one("select count(*) from pbdb.playbook_executions") == 0


def test_a_what_if_run_stops_where_it_has_no_output(tenant: Tenant) -> None:
    tenant.apply(transform("a", 1), function("f"))

    trace = tenant.rows("select step_name, status from pbdb.what_if_playbook('test')")

    assert trace == [("a", "COMPLETED"), ("f", "PENDING"), (None, "RUNNING")]


def test_what_if_takes_a_document_that_nobody_stored(tenant: Tenant, owner: Any) -> None:
    call = {"name": "call", "type": "CUSTOM_FUNCTION", "config": {"playbook": "child"}}
    tenant.apply(transform("answer", 42), name="child")
    document = {
        "name": "draft",
        "input_schema": {"required": ["n"]},
        "steps": [transform("a", "$input.n"), function("f"), call],
    }
    before = owner.execute("select count(*), max(xmin::text) from pbdb.playbooks").fetchone()
    query = "select step_name, status, output_data from pbdb.what_if_document(%s, %s, %s)"

    trace = tenant.rows(query, Jsonb(document), Jsonb({"n": 1}), Jsonb({"f": "pretended"}))

    assert trace == [
        ("a", "COMPLETED", 1),
        ("f", "COMPLETED", "pretended"),
        ("call", "COMPLETED", 42),
        (None, "COMPLETED", 42),
    ]
    after = owner.execute("select count(*), max(xmin::text) from pbdb.playbooks").fetchone()
    assert after == before
    assert tenant.one("select count(*) from pbdb.playbook_executions") == 0
    for code, refused, input in (
        ("PB009", {"name": "x"}, {}),
        ("PB010", {"name": "x", "steps": []}, {}),
        ("PB006", document, {}),
    ):
        with pytest.raises(psycopg.Error) as error:
            tenant.rows(query, Jsonb(refused), Jsonb(input), None)
        assert error.value.sqlstate == code
    assert owner.execute("select count(*) from pbdb.playbooks").fetchone() == (1,)


def test_a_child_playbook_gives_its_output_to_the_step_that_called_it(tenant: Tenant) -> None:
    tenant.apply(transform("double", "$input.n * 2"), name="child")
    tenant.apply(
        {
            "name": "call",
            "type": "CUSTOM_FUNCTION",
            "config": {"playbook": "child"},
            "input_mapping": {"n": "$input.n"},
        },
        transform("end", "$steps.call.output + 1"),
    )

    assert tenant.run({"n": 4}) == 9


def test_a_childs_failure_fails_the_step_and_cancelling_reaches_the_child(tenant: Tenant) -> None:
    tenant.apply(function("f", max_retries=0), name="child")
    tenant.apply({"name": "call", "type": "CUSTOM_FUNCTION", "config": {"playbook": "child"}})
    failing, cancelled = tenant.start(), tenant.start()
    held = tenant.claim(limit=1)
    assert len(held) == 1

    tenant.fail("f")
    assert tenant.result(failing)["error_code"] == "CHILD_FAILED"
    tenant.one("select pbdb.cancel_playbook_execution(%s)", cancelled)

    assert tenant.claim() == []
    assert tenant.rows(
        "select status::text from pbdb.playbook_executions where depth = 1 order by id"
    ) == [("FAILED",), ("CANCELLED",)]


def test_playbooks_that_call_each_other_without_end_are_stopped(tenant: Tenant) -> None:
    tenant.apply({"name": "call", "type": "CUSTOM_FUNCTION", "config": {"playbook": "test"}})

    execution = tenant.start()

    assert tenant.result(execution)["error_code"] == "CHILD_FAILED"
