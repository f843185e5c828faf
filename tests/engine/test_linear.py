"""Steps in order: start, input, outputs, the end."""

from __future__ import annotations

import psycopg
import pytest

from build import Tenant, function, transform


def test_a_playbook_of_sql_steps_is_over_when_start_returns(tenant: Tenant) -> None:
    tenant.apply(transform("a", {"n": "$input.n"}), transform("b", "$steps.a.output.n + 1"))

    execution = tenant.start({"n": 4})

    result = tenant.result(execution)
    assert (result["status"], result["output_data"]) == ("COMPLETED", 5)
    assert (result["completed_steps"], result["total_steps"]) == (2, 2)


def test_each_step_has_one_row_with_its_input_and_output(tenant: Tenant) -> None:
    tenant.apply(
        transform("a", "$input.n"),
        transform("b", "$step_1_output", input_mapping={"x": "$input.n"}),
    )

    execution = tenant.start({"n": 4})

    assert tenant.rows(
        "select input_data, output_data, status::text from pbdb.playbook_step_results"
        " where execution_id = %s order by id",
        execution,
    ) == [({"n": 4}, 4, "COMPLETED"), ({"x": 4}, 4, "COMPLETED")]


def test_later_visits_of_a_step_do_not_store_the_input_again(tenant: Tenant) -> None:
    tenant.apply(transform("a", "$input.n", on_success="a", max_visits=3))

    execution = tenant.start({"n": 4})

    assert tenant.rows(
        "select r.visit, r.input_data, g.input_data from pbdb.playbook_step_results as r"
        " cross join lateral pbdb.get_step_result(r.id) as g"
        " where r.execution_id = %s order by r.visit",
        execution,
    ) == [(1, {"n": 4}, {"n": 4}), (2, None, {"n": 4}), (3, None, {"n": 4})]


def test_steps_do_not_store_a_long_input_of_the_execution_again(tenant: Tenant) -> None:
    tenant.apply(transform("a", "$input.n"), function("f"), transform("b", "$input.n"))
    given = {"n": 4, "long": [f"{n * n:x}" for n in range(2_000)]}

    execution = tenant.start(given)
    (claimed,) = tenant.claim()
    tenant.complete("f", 1)

    assert claimed["input"] == given
    assert tenant.status(execution) == "COMPLETED"
    assert (
        tenant.rows(
            "select r.input_data, g.input_data from pbdb.playbook_step_results as r"
            " cross join lateral pbdb.get_step_result(r.id) as g where r.execution_id = %s",
            execution,
        )
        == [(None, given)] * 3
    )


def test_a_final_step_ends_the_playbook(tenant: Tenant) -> None:
    tenant.apply(transform("a", 1, is_final=True), transform("b", 2))

    assert tenant.run() == 1


def test_success_may_lead_elsewhere_than_the_next_step(tenant: Tenant) -> None:
    tenant.apply(transform("a", 1, on_success="c"), transform("b", 2), transform("c", 3))

    execution = tenant.start()

    assert [a[0] for a in tenant.attempts(execution)] == ["a", "c"]


def test_a_false_condition_skips_the_step_and_goes_on(tenant: Tenant) -> None:
    tenant.apply(
        transform("a", 1),
        transform("b", 2, condition="$input.n > 5"),
        transform("c", {"b": "$steps.b.status", "out": "$steps.b.output"}),
    )

    execution = tenant.start({"n": 1})

    assert tenant.result(execution)["output_data"] == {"b": "SKIPPED", "out": None}
    assert ("b", "SKIPPED", 1, 1, None) in tenant.attempts(execution)


def test_the_output_mapping_gives_the_output(tenant: Tenant) -> None:
    tenant.apply(
        transform("a", 1),
        transform("b", 2),
        output_mapping={"sum": "$steps.a.output + $step_2_output"},
    )

    assert tenant.run() == {"sum": 3}


def test_without_a_mapping_the_last_completed_step_gives_the_output(tenant: Tenant) -> None:
    tenant.apply(transform("a", 1), transform("b", 2, condition="1 > 2"))

    assert tenant.run() == 1


def test_an_output_that_does_not_fit_its_schema_fails_the_execution(tenant: Tenant) -> None:
    tenant.apply(transform("a", "text"), output_schema={"type": "number"})

    execution = tenant.start()

    result = tenant.result(execution)
    assert (result["status"], result["error_code"]) == ("FAILED", "OUTPUT_INVALID")
    assert result["output_data"] is None


def test_input_that_does_not_fit_starts_nothing(tenant: Tenant) -> None:
    tenant.apply(transform("a", 1), input_schema={"type": "object", "required": ["question"]})

    with pytest.raises(psycopg.Error) as refused:
        tenant.start({"query": "?"})

    assert refused.value.sqlstate == "PB006"
    assert "question" in str(refused.value)
    assert tenant.one("select count(*) from pbdb.playbook_executions") == 0


def test_a_start_that_rolls_back_leaves_nothing(tenant: Tenant) -> None:
    tenant.apply(function("f"))

    with pytest.raises(ZeroDivisionError), tenant.app.transaction():
        tenant.app.execute("select pbdb.set_organization(%s)", (tenant.organization,))
        tenant.app.execute("select pbdb.start_playbook('test')")
        raise ZeroDivisionError

    assert tenant.claim() == []


def test_a_draft_cannot_start(tenant: Tenant) -> None:
    tenant.one("select pbdb.import_playbook(%s::jsonb)", '{"name": "d", "steps": []}')

    with pytest.raises(psycopg.Error) as refused:
        tenant.start(name="d")

    assert refused.value.sqlstate == "PB005"


def test_another_tenants_playbook_is_not_found(tenant: Tenant, other_tenant: Tenant) -> None:
    theirs = other_tenant.apply(transform("a", 1))

    with pytest.raises(psycopg.Error) as refused:
        tenant.one("select pbdb.start_playbook_execution(%s)", theirs)

    assert refused.value.sqlstate == "PB004"


def test_the_same_key_and_input_give_the_same_execution(tenant: Tenant) -> None:
    tenant.apply(function("f"))

    first = tenant.start({"n": 1}, key="order-7")

    assert tenant.start({"n": 1}, key="order-7") == first
    assert len(tenant.claim()) == 1


def test_the_same_key_with_another_input_is_refused(tenant: Tenant) -> None:
    tenant.apply(function("f"))
    tenant.start({"n": 1}, key="order-7")

    with pytest.raises(psycopg.Error) as refused:
        tenant.start({"n": 2}, key="order-7")

    assert refused.value.sqlstate == "PB007"
    assert "order-7" in str(refused.value)


def test_two_tenants_may_use_the_same_key(tenant: Tenant, other_tenant: Tenant) -> None:
    for each in (tenant, other_tenant):
        each.apply(function("f"))

    assert tenant.start(key="k") != other_tenant.start(key="k")


def test_a_bulk_start_starts_one_for_each_input_in_order(tenant: Tenant) -> None:
    playbook = tenant.apply(transform("a", "$input.n"))

    started = tenant.rows(
        "select * from pbdb.start_playbook_executions("
        "%s, array['{\"n\": 1}', '{\"n\": 2}', '{\"n\": 3}']::jsonb[])",
        playbook,
    )

    assert [tenant.result(row[0])["output_data"] for row in started] == [1, 2, 3]


def test_an_execution_runs_the_version_that_it_started_on(tenant: Tenant) -> None:
    tenant.apply(function("f"), transform("end", "old"))
    execution = tenant.start()
    tenant.apply(function("f"), transform("end", "new"))

    tenant.claim()
    tenant.complete("f", None)

    assert tenant.result(execution)["output_data"] == "old"
    assert tenant.one("select max(version) from pbdb.playbooks") == 2


def test_an_error_in_an_expression_fails_the_step_with_its_code(tenant: Tenant) -> None:
    tenant.apply(transform("a", "$input.word + 1"))

    execution = tenant.start({"word": "x"})

    assert tenant.attempts(execution) == [("a", "FAILED", 1, 1, "EXPRESSION_ERROR")]
    assert tenant.result(execution)["status"] == "FAILED"


def test_a_failure_handler_sees_the_error(tenant: Tenant) -> None:
    tenant.apply(
        transform("a", "$input.word + 1", on_failure="rescue", is_final=True),
        transform("rescue", {"code": "$error.code", "step": "$error.step"}),
    )

    assert tenant.run({"word": "x"}) == {"code": "EXPRESSION_ERROR", "step": "a"}


def test_an_optional_step_that_fails_is_skipped(tenant: Tenant) -> None:
    tenant.apply(transform("a", "$input.word + 1", is_optional=True), transform("b", "done"))

    execution = tenant.start({"word": "x"})

    assert tenant.attempts(execution)[0] == ("a", "SKIPPED", 1, 1, "EXPRESSION_ERROR")
    assert tenant.result(execution)["output_data"] == "done"


def test_an_output_that_does_not_fit_is_nobodys_output(tenant: Tenant) -> None:
    tenant.apply(
        transform("a", "text", output_schema={"type": "number"}, is_optional=True),
        transform("b", "$steps.a"),
    )

    execution = tenant.start()

    output = tenant.result(execution)["output_data"]
    assert (output["status"], output["output"]) == ("SKIPPED", None)
    assert output["error"]["code"] == "OUTPUT_INVALID"


def test_run_playbook_says_which_step_needs_a_runner(tenant: Tenant) -> None:
    tenant.apply(function("f"))

    with pytest.raises(psycopg.Error) as refused:
        tenant.run()

    assert refused.value.sqlstate == "PB018"
    assert '"f"' in str(refused.value)


def test_run_playbook_raises_the_playbooks_own_failure(tenant: Tenant) -> None:
    tenant.apply(transform("a", "$input.word + 1"))

    with pytest.raises(psycopg.Error) as failed:
        tenant.run({"word": "x"})

    assert failed.value.sqlstate == "PB025"
    assert tenant.one("select count(*) from pbdb.playbook_executions") == 0


def test_a_list_grows_in_a_loop(tenant: Tenant) -> None:
    tenant.apply(
        {
            **transform("keep", {"$append": ["$steps.keep.output", "$input.x"]}),
            "max_visits": 9,
        },
        {
            "name": "more",
            "type": "CONDITIONAL_BRANCH",
            "max_visits": 9,
            "config": {
                "branches": [{"when": "$steps.keep.output.size() < 3", "then": "keep"}],
                "default": "all",
            },
        },
        transform("all", "$steps.keep.output"),
    )

    assert tenant.run({"x": "x"}) == ["x", "x", "x"]


def test_now_is_one_time_for_everything_in_a_step(tenant: Tenant) -> None:
    tenant.apply(
        {
            **transform("a", {"here": "$now", "given": "$step_input.at"}),
            "condition": "$now >= $execution.started_at",
            "input_mapping": {"at": "$now"},
        },
    )

    output = tenant.run()

    assert output["here"] == output["given"]
    assert tenant.one("select %s::timestamptz - now() < interval '1 hour'", output["here"])
