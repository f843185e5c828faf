"""One report is written by statements of its own; the rows are those that a batch of reports gives."""

from __future__ import annotations

import json
import uuid
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from build import Tenant, function, transform, violations

Connection = psycopg.Connection[Any]

SHAPES: dict[str, list[dict[str, Any]]] = {
    "chain": [function("a"), function("b"), function("c")],
    "over an inline step": [function("a"), transform("b", "$steps.a.output.n"), function("c")],
    "retried": [function("a"), function("bad", max_retries=1), function("c")],
    "failed": [function("a"), function("bad", max_retries=0)],
    "handled": [function("a"), function("bad", max_retries=0, on_failure="c"), function("c")],
    "for somebody else": [function("a"), function("b"), {"name": "x", "type": "API_CALL",
        "config": {"url": "https://example.com"}}],
    "a query": [function("a"), {"name": "q", "type": "DATABASE_QUERY",
        "config": {"query": "select 1 as x"}}],
    "a question": [function("a"), {"name": "ask", "type": "WAIT_FOR_INPUT",
        "config": {"prompt": "Well?"}}],
    "an event": [function("a"), {"name": "wait", "type": "WAIT_FOR_INPUT",
        "config": {"event": "paid", "match": {"order": "$steps.a.output.n"}}}],
    "branches": [function("a"), {"name": "both", "type": "PARALLEL_EXECUTION", "branches": {
        "left": [function("b")], "right": [function("c")]}}, function("d")],
    "a refused output": [function("a", output_schema={"type": "string"}, max_retries=0)],
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("takes_next", [True, False])
def test_one_report_leaves_the_rows_that_a_batch_leaves(
    tenant: Tenant, owner: Connection, shape: str, takes_next: bool
) -> None:
    tenant.apply(*SHAPES[shape])
    alone, *batch = (tenant.start() for _ in range(3))

    drive(tenant, {alone}, takes_next)
    drive(tenant, set(batch), takes_next)

    assert rows(owner, alone) == rows(owner, batch[0]) == rows(owner, batch[1])
    assert violations(owner) == []


def drive(tenant: Tenant, executions: set[uuid.UUID], takes_next: bool) -> None:
    """Report everything that these have open in one call, until nothing is."""
    claimed = claim(tenant)
    while True:
        mine = [each for each in claimed if each["execution_id"] in executions]
        if not mine:
            break
        failed = [each for each in mine if each["step_name"] == "bad"]
        claimed = [each for each in claimed if each not in mine]
        claimed += complete(tenant, [each for each in mine if each not in failed], takes_next)
        fail(tenant, failed)
        claimed += claim(tenant)
    # What belongs to others is theirs to be claimed again.
    for each in claimed:
        tenant.worker.execute(
            "select pbdb.release_playbook_steps('w', %s, %s)",
            ([each["step_result_id"]], [each["token"]]),
        )


def claim(tenant: Tenant) -> list[dict[str, Any]]:
    with tenant.worker.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "select * from pbdb.claim_playbook_steps('w', '{CUSTOM_FUNCTION}', 10, 60)"
        ).fetchall()


def complete(tenant: Tenant, steps: list[dict[str, Any]], takes_next: bool) -> list[dict[str, Any]]:
    if not steps:
        return []
    with tenant.worker.cursor(row_factory=dict_row) as cursor:
        answers = cursor.execute(
            "select * from pbdb.complete_and_claim_playbook_steps("
            "'w', %s, %s, %s::text[], null, '{CUSTOM_FUNCTION}', %s, 60)",
            (*held(steps), [json.dumps({"n": 1})] * len(steps), 10 if takes_next else 0),
        ).fetchall()
    return [each for each in answers if each["outcome"] is None]


def fail(tenant: Tenant, steps: list[dict[str, Any]]) -> None:
    if steps:
        error = Jsonb({"code": "BOOM", "message": "no", "details": {"status": 404}})
        tenant.worker.execute(
            "select * from pbdb.fail_playbook_steps('w', %s, %s, %s::jsonb[])",
            (*held(steps), [error] * len(steps)),
        )


def held(steps: list[dict[str, Any]]) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    return [each["step_result_id"] for each in steps], [each["token"] for each in steps]


def rows(owner: Connection, execution: uuid.UUID) -> list[Any]:
    """Everything stored of an execution, without ids and times, which differ."""
    return owner.execute(
        """
        select to_jsonb(e) - %(of_its_own)s::text[] as row
        from pbdb.playbook_executions as e where e.id = %(id)s
        union all
        select t.row from (
            select to_jsonb(r) - %(of_its_own)s::text[]
                || jsonb_build_object('held', r.token is not null, 'over', r.completed_at is not null)
                as row
            from pbdb.playbook_step_results as r where r.execution_id = %(id)s
            order by r.step_id, r.visit, r.attempt_number
        ) as t
        union all
        select t.row from (
            select to_jsonb(q) - %(of_its_own)s::text[]
                || jsonb_build_object('held', q.token is not null)
                as row
            from pbdb.playbook_ready_steps as q where q.execution_id = %(id)s
            order by q.step_index
        ) as t
        """,
        {
            "id": execution,
            "of_its_own": [
                "id", "execution_id", "result_id", "scope_id", "token", "due_at", "deadline_at",
                "started_at", "completed_at", "created_at", "updated_at", "paused_at",
                "finished_xid", "duration_ms",
            ],
        },
    ).fetchall()  # fmt: skip
