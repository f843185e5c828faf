"""One execution from every side: get_execution, its steps, its attempts, one attempt."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from build import Tenant, function, transform
from report import rows

Connection = psycopg.Connection[Any]
Ask = Callable[..., list[dict[str, Any]]]


def each(name: str, *steps: dict[str, Any], **config: Any) -> dict[str, Any]:
    """A for_each over $input.items that tolerates failures."""
    return {
        "name": name,
        "type": "PARALLEL_EXECUTION",
        "config": {"for_each": "$input.items", "on_branch_failure": "continue", **config},
        "steps": list(steps),
    }


def by_name(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["step_name"]: row for row in found}


def test_an_execution_is_one_row_with_input_output_and_usage(tenant: Tenant, ask: Ask) -> None:
    tenant.apply(function("score"), transform("end", "$steps.score.output"), name="leads")
    execution = tenant.one(
        "select pbdb.start_playbook(%s, %s, %s, %s, %s, null, %s)",
        "leads", Jsonb({"n": 7}), "key 1", "for Ada", "api", Jsonb({"customer": 7}),
    )  # fmt: skip
    tenant.claim()
    result_id, token = tenant.held["score"]
    tenant.worker.execute(
        "select * from pbdb.complete_playbook_steps('w1', %s, %s, %s, %s::jsonb[])",
        (
            [result_id], [token], ["42"],
            [Jsonb({"model": "m", "input_tokens": 10, "output_tokens": 5, "cost_usd": 0.25})],
        ),
    )  # fmt: skip

    (found,) = ask("select * from pbdb.get_execution(%s)", execution)

    times = {k: found.pop(k) for k in [*found] if k.endswith(("_at", "_ms"))}
    playbook = tenant.one("select id from pbdb.playbooks where name = 'leads'")
    assert found == {
        "execution_id": execution,
        "playbook_id": playbook,
        "playbook_name": "leads",
        "version": 1,
        "execution_name": "for Ada",
        "status": "COMPLETED",
        "progress_percentage": 100,
        "current_step_name": "end",
        "completed_steps": 2,
        "total_steps": 2,
        "pause_reason": None,
        "trigger_source": "api",
        "triggered_by": None,
        "idempotency_key": "key 1",
        "input_data": {"n": 7},
        "output_data": 42,
        "error_code": None,
        "error_message": None,
        "error_stack": None,
        "parent_execution_id": None,
        "parent_step_name": None,
        "root_execution_id": None,
        "metadata": {"customer": 7},
        "input_tokens": 10,
        "output_tokens": 5,
        "cost_usd": pytest.approx(0.25),
    }
    assert {k for k, v in times.items() if v is None} == {"paused_at"}


def test_progress_is_the_same_in_both_functions(tenant: Tenant, ask: Ask) -> None:
    tenant.apply(transform("a", 1), function("b"), transform("c", 1))
    execution = tenant.start()

    (found,) = ask("select * from pbdb.get_execution(%s)", execution)
    (progress,) = ask("select * from pbdb.get_execution_progress(%s)", execution)

    del progress["elapsed_time_ms"]
    assert progress.items() <= found.items()
    assert found["cost_usd"] is None


def test_a_called_execution_names_its_caller_and_the_caller_its_children(
    tenant: Tenant, ask: Ask
) -> None:
    tenant.apply(function("work"), name="inner")
    call = {"name": "call", "type": "CUSTOM_FUNCTION", "config": {"playbook": "inner"}}
    tenant.apply(transform("first", 1), call, name="outer")
    outer = tenant.start(name="outer")
    (inner,) = tenant.rows("select id from pbdb.playbook_executions where depth = 1")

    (found,) = ask("select * from pbdb.get_execution(%s)", inner[0])
    attempts = {
        row["step_name"]: row["step_result_id"]
        for row in ask("select * from pbdb.get_execution_timeline(%s)", outer)
    }
    (calling,) = ask("select * from pbdb.get_step_result(%s)", attempts["call"])
    (first,) = ask("select * from pbdb.get_step_result(%s)", attempts["first"])

    assert (found["parent_execution_id"], found["parent_step_name"]) == (outer, "call")
    assert found["root_execution_id"] == outer
    assert calling["child_execution_ids"] == [inner[0]]
    assert first["child_execution_ids"] == []


def test_the_input_of_a_step_is_what_it_read(tenant: Tenant, ask: Ask) -> None:
    tenant.apply(
        transform("whole", "$input"),
        transform("mapped", 1, input_mapping={"m": "$input.n"}),
        transform("skipped", 1, condition="$input.n > 100"),
        transform("failed", 1, input_mapping={"m": "$input.n / 0"}, is_optional=True),
        transform("optional", "$input.n / 0", is_optional=True),
        function("sent", config={"function": "sent", "parameters": {"x": "{{ input.n }}"}}),
    )
    execution = tenant.start({"n": 7})
    held = {step["step_name"]: step for step in tenant.claim()}

    found = {
        row["step_name"]: ask("select * from pbdb.get_step_result(%s)", row["step_result_id"])[0]
        for row in ask("select * from pbdb.get_execution_timeline(%s)", execution)
    }

    assert {name: row["input_data"] for name, row in found.items()} == {
        "whole": {"n": 7},
        "mapped": {"m": 7},
        "skipped": None,
        "failed": None,
        "optional": {"n": 7},
        "sent": held["sent"]["input"],
    }
    assert found["skipped"]["status"] == "SKIPPED"
    assert found["sent"]["worker"] == "w1"


def test_an_attempt_says_what_went_wrong_and_what_it_used(tenant: Tenant, ask: Ask) -> None:
    tenant.apply(function("f", output_schema={"type": "string"}), max_retries=0)
    tenant.start()
    tenant.claim()
    result_id, token = tenant.held["f"]
    tenant.worker.execute(
        "select * from pbdb.complete_playbook_steps('w1', %s, %s, %s, %s::jsonb[])",
        (
            [result_id], [token], ["7"],
            [Jsonb({"model": "m", "input_tokens": 3, "latency_ms": 12, "cached": 1})],
        ),
    )  # fmt: skip

    (found,) = ask("select * from pbdb.get_step_result(%s)", result_id)

    assert found["status"] == "FAILED"
    assert found["error_code"] == "OUTPUT_INVALID"
    assert found["output_data"] is None
    assert (found["model"], found["input_tokens"], found["latency_ms"]) == ("m", 3, 12)
    assert found["usage_details"]["cached"] == 1
    assert found["answers"] is None


def test_an_attempt_says_who_answered(tenant: Tenant, ask: Ask) -> None:
    ann, bob = uuid.uuid4(), uuid.uuid4()
    tenant.apply(
        {"name": "one", "type": "WAIT_FOR_INPUT", "config": {}},
        {"name": "two", "type": "WAIT_FOR_INPUT", "config": {"answers": 2}},
    )
    execution = tenant.start()
    answer = "select pbdb.submit_step_input(%s, %s, %s, %s)"
    tenant.one(answer, execution, "one", Jsonb({"ok": 1}), ann)
    tenant.one(answer, execution, "two", Jsonb({"ok": 2}), ann)
    tenant.one(answer, execution, "two", Jsonb({"ok": 3}), bob)

    answers = {
        row["step_name"]: [
            (each["answer"], each["answered_by"], each["answered_at"] is not None)
            for each in ask(
                "select * from pbdb.get_step_result(%s)", row["step_result_id"]
            )[0]["answers"]
        ]
        for row in ask("select * from pbdb.get_execution_timeline(%s)", execution)
    }  # fmt: skip

    assert answers == {
        "one": [({"ok": 1}, str(ann), True)],
        "two": [({"ok": 2}, str(ann), True), ({"ok": 3}, str(bob), True)],
    }


def test_the_timeline_comes_in_pages_of_one_step_and_of_what_went_wrong(
    tenant: Tenant, ask: Ask
) -> None:
    tenant.apply(transform("first", 1), each("all", function("f")), max_retries=0)
    execution = tenant.start({"items": [1, 2, 3]})
    held = tenant.claim()
    for number, step in enumerate(held):
        tenant.held["f"] = (step["step_result_id"], step["token"])
        tenant.fail("f") if number == 1 else tenant.complete("f", number)

    def names(arguments: str, *values: object) -> list[str]:
        found = ask(f"select * from get_execution_timeline(%s{arguments})", execution, *values)
        return [f"{row['step_name']} {row['item_index']}" for row in found]

    (first, second, *_) = ask("select * from get_execution_timeline(%s)", execution)
    assert names("") == ["first None", "all None", "f 0", "f 1", "f 2"]
    assert names(", p_limit => 2") == ["first None", "all None"]
    assert names(", %s, 2", second["step_result_id"]) == ["f 0", "f 1"]
    assert names(", %s", first["step_result_id"]) == ["all None", "f 0", "f 1", "f 2"]
    assert names(", p_step_name => 'f'") == ["f 0", "f 1", "f 2"]
    assert names(", p_step_name => 'g'") == []
    assert names(", p_only_open_or_failed => true") == ["f 1"]
    assert names(", p_only_open_or_failed => true, p_step_name => 'first'") == []
    assert names(", p_statuses => '{FAILED,TIMEOUT}'") == ["f 1"]
    assert names(", p_statuses => '{COMPLETED}', p_step_name => 'f'") == ["f 0", "f 2"]
    assert names(", p_item_index => 2") == ["f 2"]
    assert names(", p_item_index => 2, p_statuses => '{FAILED}'") == []


def test_each_step_is_one_row_with_its_items_counted(tenant: Tenant, ask: Ask) -> None:
    tenant.apply(
        transform("first", 1),
        each("all", function("f", max_retries=1, retry_delay_seconds=0), max_parallel=3),
        transform("last", 1),
    )
    execution = tenant.start({"items": [1, 2, 3, 4]})
    one, two, _ = tenant.claim(limit=3)
    tenant.held["f"] = (one["step_result_id"], one["token"])
    tenant.complete("f", 1)
    for _ in range(2):
        tenant.held["f"] = (two["step_result_id"], two["token"])
        tenant.fail("f")
        two = next((s for s in tenant.claim() if s["attempt_number"] == 2), two)

    found = by_name(ask("select * from pbdb.get_execution_steps(%s)", execution))

    keys = ("pending_count", "running_count", "completed_count", "failed_count")
    assert {name: tuple(row[key] for key in keys) for name, row in found.items()} == {
        "first": (0, 0, 1, 0),
        "all": (0, 1, 0, 0),
        "f": (0, 2, 1, 1),
        "last": (0, 0, 0, 0),
    }
    assert [(name, row["status"]) for name, row in found.items()] == [
        ("first", "COMPLETED"),
        ("all", "RUNNING"),
        ("f", "RUNNING"),
        ("last", None),
    ]
    inner, outer = found["f"], found["all"]
    assert (inner["attempts"], inner["visits"], inner["branch_total"]) == (5, 1, None)
    assert inner["parent_step_id"] == outer["step_id"]
    assert (
        outer["branch_total"], outer["branch_completed_count"], outer["branch_failed_count"]
    ) == (4, 1, 1)  # fmt: skip
    assert found["last"]["first_started_at"] is None
    assert found["first"]["last_step_result_id"] is not None


def test_only_the_branches_of_the_latest_visit_count(tenant: Tenant, ask: Ask) -> None:
    tenant.apply(each("all", function("f", max_retries=0), on_branch_failure="fail"), max_retries=0)
    execution = tenant.start({"items": [1, 2]})
    one, two = tenant.claim()
    tenant.held["f"] = (one["step_result_id"], one["token"])
    tenant.complete("f", 1)
    tenant.held["f"] = (two["step_result_id"], two["token"])
    tenant.fail("f")
    (failed,) = (
        row
        for row in ask("select * from pbdb.get_execution_steps(%s)", execution)
        if row["step_name"] == "f"
    )
    tenant.one("select pbdb.retry_playbook_execution(%s)", execution)
    tenant.claim()
    tenant.complete("f", 2)

    found = by_name(ask("select * from pbdb.get_execution_steps(%s)", execution))

    assert (failed["completed_count"], failed["failed_count"], failed["status"]) == (
        1, 1, "FAILED",
    )  # fmt: skip
    assert found["f"]["status"] == found["all"]["status"] == "COMPLETED"
    assert (found["f"]["completed_count"], found["f"]["failed_count"]) == (2, 0)
    assert found["f"]["attempts"] == 3
    assert (found["all"]["branch_total"], found["all"]["branch_completed_count"]) == (2, 2)
    assert found["all"]["visits"] == 2


def test_a_waiting_step_is_counted_as_waiting(tenant: Tenant, ask: Ask) -> None:
    tenant.apply({"name": "ask", "type": "WAIT_FOR_INPUT", "config": {}})
    execution = tenant.start()

    (found,) = ask("select * from pbdb.get_execution_steps(%s)", execution)

    assert (found["status"], found["waiting_count"], found["running_count"]) == ("RUNNING", 1, 1)


@pytest.mark.parametrize("function", ["get_execution", "get_execution_steps"])
def test_a_foreign_execution_gives_no_row(owner: Connection, ask: Ask, function: str) -> None:
    execution = rows.execution(owner, rows.playbook(owner, uuid.uuid4(), steps=1))

    assert ask(f"select * from {function}(%s)", execution) == []
    assert ask(f"select * from {function}(%s)", uuid.uuid4()) == []


def test_a_foreign_attempt_gives_no_row(tenant: Tenant, app: Connection, ask: Ask) -> None:
    other = Tenant(app, tenant.worker, uuid.uuid4())
    other.apply(transform("t", 1))
    execution = other.start()
    row = other.rows("select * from get_execution_timeline(%s)", execution)[0]

    assert other.rows("select * from get_step_result(%s)", row[0]) != []
    assert ask("select * from get_step_result(%s)", row[0]) == []
    assert ask("select * from get_step_result(%s)", uuid.uuid4()) == []


def test_the_monitor_reads_executions_of_any_tenant(tenant: Tenant, monitor: Connection) -> None:
    tenant.apply(transform("t", 1))
    execution = tenant.start()

    found = monitor.execute("select status from pbdb.get_execution(%s)", (execution,)).fetchall()

    assert found == [("COMPLETED",)]
