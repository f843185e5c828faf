"""PARALLEL_EXECUTION: branches, items, joins, failures, nesting."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from build import Tenant, function, transform


def parallel(name: str, **fields: Any) -> dict[str, Any]:
    """A parallel step; keyword arguments that are config go there."""
    keys = ("for_each", "max_parallel", "join", "on_branch_failure")
    config = {key: fields.pop(key) for key in keys if key in fields}
    return {"name": name, "type": "PARALLEL_EXECUTION", "config": config, **fields}


def test_the_output_is_the_branches_outputs_by_name(tenant: Tenant) -> None:
    tenant.apply(
        parallel("p", branches={"left": [transform("l", "$input.n")], "right": [transform("r", 2)]})
    )

    assert tenant.run({"n": 1}) == {"left": 1, "right": 2}


def test_items_give_their_outputs_in_order_whoever_ends_first(tenant: Tenant) -> None:
    tenant.apply(
        parallel("p", for_each="$input.items", steps=[function("f", input_mapping={"i": "$item"})])
    )
    execution = tenant.start({"items": [10, 20, 30]})

    held = tenant.claim()
    for step in sorted(held, key=lambda s: -s["input"]["i"]):
        tenant.held["f"] = (step["step_result_id"], step["token"])
        tenant.complete("f", step["input"]["i"] + 1)

    assert tenant.result(execution)["output_data"] == [11, 21, 31]


@pytest.mark.parametrize("body", ["transform", "function", "query", "wait", "called"])
def test_items_do_not_store_the_input_of_the_execution_again(tenant: Tenant, body: str) -> None:
    tenant.apply(transform("all", "$input"), name="inner")
    bodies = {
        "transform": transform("b", {"item": "$item", "input": "$input"}),
        "function": function("b"),
        "query": {
            "name": "b",
            "type": "DATABASE_QUERY",
            "config": {"query": "select $1::int as item", "params": ["$item"]},
        },
        "wait": {"name": "b", "type": "WAIT_FOR_INPUT", "config": {"prompt": "?"}},
        "called": {"name": "b", "type": "CUSTOM_FUNCTION", "config": {"playbook": "inner"}},
    }
    tenant.apply(parallel("p", for_each="$input.items", steps=[bodies[body]]))
    given = {"items": [7, 8]}

    execution = tenant.start(given)
    claimed = tenant.claim()

    attempts = tenant.rows(
        "select r.input_data, g.input_data from pbdb.playbook_step_results as r"
        " cross join lateral pbdb.get_step_result(r.id) as g"
        " where r.execution_id = %s and r.scope_id is not null",
        execution,
    )
    assert attempts == [(None, given), (None, given)]
    assert [step["input"] for step in claimed] == [given] * (2 if body == "function" else 0)
    if body == "called":
        assert tenant.result(execution)["output_data"] == [given, given]


def test_a_handler_that_fails_gets_the_same_input_again(tenant: Tenant) -> None:
    tenant.apply(
        parallel("p", for_each="$input.items", steps=[function("f", retry_delay_seconds=0)])
    )
    tenant.start({"items": [1]})
    tenant.claim()
    tenant.fail("f")

    (again,) = tenant.claim()

    assert (again["attempt_number"], again["input"]) == (2, {"items": [1]})


def test_an_item_costs_the_same_however_many_there_are(tenant: Tenant) -> None:
    tenant.apply(parallel("p", for_each="$input.items", steps=[transform("t", "$item")]))

    def stored(count: int) -> float:
        execution = tenant.start({"items": [f"{number:064x}" for number in range(count)]})
        size: float = tenant.one(
            "select avg(pg_column_size(r.*))::float8 from pbdb.playbook_step_results as r"
            " where r.execution_id = %s and r.scope_id is not null",
            execution,
        )
        return size

    assert stored(200) < 1.2 * stored(10)


@pytest.mark.parametrize("join", ["all", "any"])
def test_no_items_complete_at_once(tenant: Tenant, join: str) -> None:
    each = parallel("p", join=join, for_each="$input.items", steps=[transform("t", "$item")])
    tenant.apply(each)

    assert tenant.run({"items": []}) == []


def test_a_number_of_successes_is_out_of_reach_of_no_items(tenant: Tenant) -> None:
    each = {"join": {"at_least": 1}, "for_each": "$input.items"}
    tenant.apply(parallel("p", **each, steps=[transform("t", "$item")]))

    assert tenant.result(tenant.start({"items": []}))["error_code"] == "BRANCH_FAILED"


def test_something_that_is_no_array_fails_the_step(tenant: Tenant) -> None:
    tenant.apply(parallel("p", for_each="$input.items", steps=[transform("t", "$item")]))

    execution = tenant.start({"items": "abc"})

    assert tenant.result(execution)["error_code"] == "CONFIG_INVALID"


def test_a_window_bounds_how_many_items_are_open(tenant: Tenant) -> None:
    tenant.apply(parallel("p", for_each="$input.items", max_parallel=4, steps=[function("f")]))
    execution = tenant.start({"items": list(range(20))})
    most = 0

    while tenant.status(execution) == "RUNNING":
        held = tenant.claim(limit=100)
        most = max(most, len(held))
        for step in held:
            tenant.held["f"] = (step["step_result_id"], step["token"])
            tenant.complete("f", 0)

    assert most == 4
    assert tenant.result(execution)["output_data"] == [0] * 20


def test_any_takes_the_first_success_and_closes_the_others(tenant: Tenant) -> None:
    tenant.apply(parallel("p", join="any", branches={"a": [function("f")], "b": [function("g")]}))
    execution = tenant.start()
    tenant.claim()

    tenant.complete("g", "won")

    assert tenant.result(execution)["output_data"] == {"a": None, "b": "won"}
    assert ("f", "FAILED", 1, 1, "CANCELLED") in tenant.attempts(execution)
    assert tenant.complete("f", "too late") == "stale"


def test_items_that_were_never_begun_have_their_place_in_the_output(tenant: Tenant) -> None:
    tenant.apply(
        parallel("p", join="any", max_parallel=1, for_each="$input.items", steps=[function("f")]),
        parallel(
            "q", join="any", max_parallel=1, branches={"a": [function("g")], "b": [function("h")]}
        ),
        transform("end", ["$steps.p.output", "$steps.q.output"]),
    )
    execution = tenant.start({"items": [1, 2, 3]})

    tenant.claim()
    tenant.complete("f", "won")
    tenant.claim()
    tenant.complete("g", "won")

    assert tenant.result(execution)["output_data"] == [["won", None, None], {"a": "won", "b": None}]


def test_a_place_that_is_free_in_the_window_is_taken_at_once(tenant: Tenant) -> None:
    tenant.apply(parallel("p", for_each="$input.items", max_parallel=3, steps=[function("f")]))
    tenant.start({"items": [1, 2, 3, 4]})
    assert len(tenant.claim()) == 3

    tenant.complete("f", "quick")

    assert len(tenant.claim()) == 1


def test_any_fails_only_when_all_branches_fail(tenant: Tenant) -> None:
    tenant.apply(
        parallel(
            "p",
            join="any",
            branches={"a": [function("f", max_retries=0)], "b": [function("g", max_retries=0)]},
        )
    )
    execution = tenant.start()
    tenant.claim()

    tenant.fail("f")
    assert tenant.status(execution) == "RUNNING"
    tenant.fail("g")

    assert tenant.result(execution)["error_code"] == "BRANCH_FAILED"


def test_at_least_n_successes_are_enough(tenant: Tenant) -> None:
    tenant.apply(
        parallel(
            "p", join={"at_least": 2}, for_each="$input.items", steps=[function("f", max_retries=0)]
        )
    )
    execution = tenant.start({"items": [1, 2, 3]})
    held = tenant.claim()
    for step, verb in zip(held, ("fail", "complete", "complete"), strict=True):
        tenant.held["f"] = (step["step_result_id"], step["token"])
        tenant.fail("f") if verb == "fail" else tenant.complete("f", "ok")

    assert tenant.result(execution)["output_data"] == [None, "ok", "ok"]


def test_one_failed_branch_fails_the_step_and_closes_the_rest(tenant: Tenant) -> None:
    tenant.apply(
        parallel("p", branches={"a": [function("f", max_retries=0)], "b": [function("g")]}),
    )
    execution = tenant.start()
    tenant.claim()

    tenant.fail("f", message="no luck")

    result = tenant.result(execution)
    assert (result["status"], result["error_code"]) == ("FAILED", "BRANCH_FAILED")
    assert 'branch "a"' in result["error_message"] and "no luck" in result["error_message"]


def test_failures_are_tolerated_when_asked(tenant: Tenant) -> None:
    tenant.apply(
        parallel(
            "p",
            on_branch_failure="continue",
            branches={"a": [function("f", max_retries=0)], "b": [function("g")]},
        )
    )
    execution = tenant.start()
    tenant.claim()
    tenant.fail("f")
    tenant.complete("g", 1)

    assert tenant.result(execution)["output_data"] == {"a": None, "b": 1}


def test_parallel_steps_nest(tenant: Tenant) -> None:
    tenant.apply(
        parallel(
            "outer",
            for_each="$input.rows",
            steps=[
                transform("row", "$item"),
                parallel(
                    "inner", for_each="$steps.row.output", steps=[transform("cell", "$item * 2")]
                ),
            ],
        ),
        transform("end", "$steps.outer.output"),
    )

    execution = tenant.start({"rows": [[1, 2], [3], []]})

    result = tenant.result(execution)
    assert result["output_data"] == [[2, 4], [6], []]
    assert (result["completed_steps"], result["total_steps"]) == (5, 5)


def test_a_step_in_a_branch_sees_its_own_branch_first(tenant: Tenant) -> None:
    tenant.apply(
        parallel(
            "p",
            for_each="$input.items",
            steps=[
                transform("one", "$item"),
                transform("two", {"i": "$index", "v": "$steps.one.output"}),
            ],
        )
    )

    assert tenant.run({"items": ["a", "b"]}) == [{"i": 0, "v": "a"}, {"i": 1, "v": "b"}]


def test_a_branch_inside_an_item_has_the_item(tenant: Tenant) -> None:
    inner = parallel("inner", branches={"a": [transform("t", ["$item", "$index"])]})
    tenant.apply(parallel("p", for_each="$input.items", steps=[inner]))

    assert tenant.run({"items": ["x", "y"]}) == [{"a": ["x", 0]}, {"a": ["y", 1]}]


def test_branches_on_a_failure_path_see_the_error(tenant: Tenant) -> None:
    tenant.apply(
        transform("try", "$input.word + 1", on_failure="tell", is_final=True),
        parallel(
            "tell",
            branches={
                "a": [transform("mail", "$error.step")],
                "b": [
                    transform("own", "$input.word + 1", on_failure="rescue", is_final=True),
                    transform("rescue", "$error.step"),
                ],
            },
        ),
    )

    assert tenant.run({"word": "x"}) == {"a": "try", "b": "own"}


def test_a_parallel_step_that_fails_at_once_is_the_error_of_its_handler(tenant: Tenant) -> None:
    inner = [
        parallel(
            "inner",
            for_each="$input.n",
            steps=[transform("t", 1)],
            on_failure="rescue",
            is_final=True,
        ),
        transform("rescue", "$error.code"),
    ]
    tenant.apply(parallel("p", branches={"a": inner}))

    assert tenant.run({"n": 1}) == {"a": "CONFIG_INVALID"}


def test_an_item_never_sees_what_other_items_did(tenant: Tenant) -> None:
    tenant.apply(
        parallel(
            "p",
            for_each="$input.items",
            steps=[
                transform("one", "$steps.two.output"),
                transform("two", "$item", is_final=True),
            ],
        )
    )

    execution = tenant.start({"items": ["a", "b"]})

    assert tenant.rows(
        "select r.output_data from pbdb.playbook_step_results as r"
        " inner join pbdb.playbook_steps as s on s.id = r.step_id"
        " where r.execution_id = %s and s.step_name = 'one'",
        execution,
    ) == [(None,), (None,)]


def test_an_output_that_its_branch_reads_is_accepted(tenant: Tenant) -> None:
    tenant.apply(parallel("p", branches={"a": [function("f"), transform("t", "$steps.f.output")]}))
    tenant.start()
    tenant.claim()

    assert tenant.complete("f", 1) == "accepted"


def test_an_error_handler_inside_a_branch_sees_its_branchs_error(tenant: Tenant) -> None:
    tenant.apply(
        parallel(
            "p",
            for_each="$input.items",
            steps=[
                transform("try", "$item + 1", on_failure="rescue", is_final=True),
                transform("rescue", "$error.code"),
            ],
        )
    )

    assert tenant.run({"items": [1, "x"]}) == [2, "EXPRESSION_ERROR"]


def test_retrying_runs_only_the_items_that_failed(tenant: Tenant) -> None:
    tenant.apply(
        parallel(
            "p",
            for_each="$input.items",
            on_branch_failure="fail",
            steps=[function("f", max_retries=0, input_mapping={"i": "$item"})],
        )
    )
    execution = tenant.start({"items": [1, 2, 3]})
    held = {step["input"]["i"]: step for step in tenant.claim()}
    for item in (1, 3):
        tenant.held["f"] = (held[item]["step_result_id"], held[item]["token"])
        tenant.complete("f", item)
    tenant.held["f"] = (held[2]["step_result_id"], held[2]["token"])
    tenant.fail("f")
    assert tenant.status(execution) == "FAILED"

    tenant.one("select pbdb.retry_playbook_execution(%s)", execution)
    again = tenant.claim()
    assert [step["input"]["i"] for step in again] == [2]
    tenant.complete("f", 20)

    assert tenant.result(execution)["output_data"] == [1, 20, 3]


@pytest.mark.parametrize("items", [2, 150])
def test_a_join_waits_for_every_item(
    tenant: Tenant, owner: psycopg.Connection[Any], items: int
) -> None:
    tenant.apply(
        parallel("p", for_each="$input.items", steps=[transform("t", "$item")]), function("f")
    )

    execution = tenant.start({"items": list(range(items))})

    assert len(tenant.claim()) == 1
    assert (
        tenant.one(
            "select jsonb_array_length(output_data) from pbdb.playbook_step_results"
            " where execution_id = %s and jsonb_typeof(output_data) = 'array'",
            execution,
        )
        == items
    )


def test_further_items_are_opened_without_a_look_at_those_that_are_done(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    items = parallel("p", for_each="$input.items", max_parallel=10, steps=[function("f")])
    tenant.apply(items)
    tenant.start({"items": list(range(120))})

    early = rows_read_by_a_report(tenant, owner)
    for _ in range(9):
        done = tenant.claim("CUSTOM_FUNCTION", limit=10)
        tenant.worker.execute(
            "select * from pbdb.complete_playbook_steps('w1', %s, %s, array_fill('1'::text, '{10}'))",
            ([d["step_result_id"] for d in done], [d["token"] for d in done]),
        )
    late = rows_read_by_a_report(tenant, owner)

    # 238 against 27 when the kept ones were looked for each time.
    assert late <= early + 20


def rows_read_by_a_report(tenant: Tenant, owner: psycopg.Connection[Any]) -> int:
    """Rows of scopes that a report of two items reads, the session being warm."""
    query = (
        "select sum(seq_tup_read + idx_tup_fetch) from pg_stat_xact_user_tables"
        " where relname = 'playbook_scopes'"
    )
    done = tenant.claim("CUSTOM_FUNCTION", limit=2)
    with owner.transaction():
        owner.execute(
            "select * from pbdb.complete_playbook_steps('w1', %s, %s, '{1,1}')",
            ([d["step_result_id"] for d in done], [d["token"] for d in done]),
        )
        row = owner.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def test_a_body_in_a_body_reads_the_items_around_it(tenant: Tenant) -> None:
    inner = transform("t", ["$item", "$outer.item", "$outer.index", "$outer.outer.item"])
    tenant.apply(
        parallel(
            "a",
            for_each="$input.a",
            steps=[
                parallel(
                    "b",
                    for_each="$input.b",
                    steps=[parallel("c", for_each="$input.c", steps=[inner])],
                )
            ],
        )
    )

    assert tenant.run({"a": ["a"], "b": ["x", "y"], "c": [1]}) == [
        [[[1, "x", 0, "a"]], [[1, "y", 1, "a"]]]
    ]


def test_the_item_around_is_refused_where_there_is_none(tenant: Tenant) -> None:
    with pytest.raises(psycopg.Error) as error:
        tenant.apply(parallel("p", for_each="$input.a", steps=[transform("t", "$outer.item")]))

    assert error.value.sqlstate == "PB010"
