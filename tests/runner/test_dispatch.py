"""A runner process runs every kind of step."""

from __future__ import annotations

import time
from typing import Any

import pytest

from pbdb.client import Client
from runner import project
from runner.harness import Playground, eventually, function, lines


@pytest.mark.parametrize("name", ["inline_double", "thread_double", "async_double", "batch_double"])
def test_every_manner_of_function_gives_its_value(here: Playground, name: str) -> None:
    here.start_runner()

    result = here.run(function("double", name, number=21))

    assert (result.status, result.output_data) == ("COMPLETED", 42)


def test_the_steps_of_many_executions_all_run(here: Playground) -> None:
    here.start_runner()
    playbook = here.apply(
        *(
            function(f"step {number}", name, _input_mapping={"number": "$input.number"})
            for number, name in enumerate(["inline_double", "async_double", "batch_double"])
        )
    )

    executions = [here.client.start(playbook, {"number": number}) for number in range(50)]

    assert [here.wait(each).output_data for each in executions] == [2 * n for n in range(50)]


def test_a_registered_agent_runs(here: Playground) -> None:
    here.start_runner()

    result = here.run(
        {"name": "ask", "type": "AGENT_EXECUTION", "config": {"agent": "echo", "prompt": "hello"}}
    )

    assert result.status == "COMPLETED", result
    assert result.output_data["output"] == {"said": "hello"}


def test_authors_code_runs_in_the_sandbox(here: Playground) -> None:
    here.start_runner()
    code = "export default (input) => ({ twice: input.number * 2 })"

    result = here.run(
        {
            "name": "code",
            "type": "CUSTOM_FUNCTION",
            "config": {"language": "typescript", "code": code},
        },
        input={"number": 4},
    )

    assert (result.status, result.output_data) == ("COMPLETED", {"twice": 8}), result


def test_a_database_query_runs_in_the_database(here: Playground) -> None:
    here.start_runner()

    result = here.run(
        {
            "name": "query",
            "type": "DATABASE_QUERY",
            "config": {"query": "select $1::int + 1 as n", "params": ["$input.number"]},
        },
        input={"number": 4},
    )

    assert result.status == "COMPLETED", result
    assert result.output_data["rows"] == [{"n": 5}]


def test_a_query_that_takes_too_long_fails_with_timeout(here: Playground) -> None:
    here.start_runner()

    result = here.run(
        {
            "name": "query",
            "type": "DATABASE_QUERY",
            "timeout_seconds": 1,
            "max_retries": 0,
            "config": {
                "query": "select count(*) from generate_series(1, 30000) as a (n), "
                "generate_series(1, 30000) as b (m)"
            },
        }
    )

    assert (result.status, result.error_code) == ("FAILED", "TIMEOUT"), result


def test_a_search_is_embedded_by_the_runner_first(here: Playground) -> None:
    with here.database.connect("owner") as owner:
        owner.execute("select pbdb.register_embedding_model('letters', 3)")
    here.start_runner()
    here.client.store_memory("aaaa", embedding=[4, 0, 0], model="letters")
    here.client.store_memory("cccc", embedding=[0, 0, 4], model="letters")

    result = here.run(
        {
            "name": "search",
            "type": "MEMORY_SEARCH",
            "config": {"query": "a aa", "model": "letters", "limit": 1},
        }
    )

    assert result.status == "COMPLETED", result
    assert [each["content"] for each in result.output_data["results"]] == ["aaaa"]


def test_memories_without_a_vector_get_one_in_idle_moments(here: Playground) -> None:
    with here.database.connect("owner") as owner:
        owner.execute("select pbdb.register_embedding_model('letters', 3)")
    here.client.store_memory("abab")
    here.start_runner()

    def found() -> list[Any]:
        return list(here.client.search_memories(embedding=[1, 1, 0], model="letters"))

    assert [each["content"] for each in eventually(found, 15)] == ["abab"]


def test_memories_committed_after_the_model_was_announced_get_a_vector_too(
    here: Playground,
) -> None:
    def known() -> bool:
        return owner.execute("select from pbdb.embedding_models").fetchone() is not None

    with (
        here.database.connect("owner") as owner,
        here.database.connect("app") as slow,
        slow.transaction(),
    ):
        Client(slow, here.organization).store_memory("abab")
        here.start_runner()
        eventually(known, 15)
        time.sleep(2)  # its first look, right after the announcement, sees nothing

    def found() -> list[Any]:
        return list(here.client.search_memories(embedding=[1, 1, 0], model="letters"))

    assert [each["content"] for each in eventually(found, 40)] == ["abab"]


def test_a_failed_attempt_is_tried_again(here: Playground) -> None:
    here.start_runner()
    playbook = here.apply(function("flaky", "fail_until", attempt=3, _retry_delay_seconds=0))
    execution = here.client.start(playbook)

    assert here.wait(execution).output_data == 3
    assert here.attempts(execution) == [
        ("flaky", 1, "FAILED", "HANDLER_ERROR"),
        ("flaky", 2, "FAILED", "HANDLER_ERROR"),
        ("flaky", 3, "COMPLETED", None),
    ]


@pytest.mark.parametrize("kind", ["nan", "nul", "half"])
def test_a_value_that_cannot_be_stored_fails_its_step_alone(here: Playground, kind: str) -> None:
    here.start_runner()
    bad = here.client.start(here.apply(function("bad", "make_bad_value", kind=kind)))
    good = here.client.start(here.apply(function("good", "async_double", number=1)))

    assert here.wait(good).status == "COMPLETED"
    assert here.wait(bad).error_code == "OUTPUT_INVALID"


def test_whatever_a_function_raises_fails_its_step_at_once_and_alone(here: Playground) -> None:
    runner = here.start_runner()
    manners = ["inline_raise", "thread_raise", "async_raise", "batch_raise"]
    raised = {
        (manner, kind): here.client.start(
            here.apply(function("bad", manner, kind=kind, _max_retries=0, _timeout_seconds=60))
        )
        for manner in manners
        for kind in project.RAISED
    }
    good = here.client.start(here.apply(function("good", "thread_double", number=1)))

    assert here.wait(good).status == "COMPLETED"
    for (manner, kind), execution in raised.items():
        result = here.wait(execution, seconds=20)
        assert (result.status, result.error_code) == ("FAILED", "HANDLER_ERROR"), (manner, kind)
        # Those that wait meanwhile are one batch, and have its error.
        kinds = project.RAISED if manner == "batch_raise" else [kind]
        words = {"CancelledError": "cancelled itself"}
        assert any(
            each in str(result.error_message) or words.get(each, each) in str(result.error_message)
            for each in kinds
        ), (manner, kind, result.error_message)
    assert here.run(function("still", "async_double", number=2)).output_data == 4
    assert runner.process.poll() is None


@pytest.mark.parametrize("seconds", ["inf", "-inf", "nan"])
def test_no_time_to_try_again_at_fails_the_step_for_good(here: Playground, seconds: str) -> None:
    here.start_runner()
    result = here.run(function("bad", "ask_for_time", seconds=seconds, _max_retries=3))
    assert (result.status, result.error_message) == ("FAILED", "later")


def test_a_step_that_takes_too_long_fails_with_timeout(here: Playground) -> None:
    here.start_runner()
    note = here.note()

    result = here.run(
        function("slow", "nap", seconds=60, note=str(note), _timeout_seconds=1, _max_retries=0)
    )

    assert (result.status, result.error_code) == ("FAILED", "TIMEOUT"), result
    assert "cancelled" in note.read_text()


def test_a_runner_without_the_handler_leaves_the_step_alone(here: Playground) -> None:
    here.start_runner()
    execution = here.client.start(here.apply(function("other", "not_registered_here")))
    here.run(function("mine", "async_double", number=1))

    assert here.attempts(execution) == [("other", 1, "PENDING", None)]


def test_a_function_runs_no_more_often_at_a_time_than_it_allows(here: Playground) -> None:
    here.start_runner()
    note = here.note()
    playbook = here.apply(function("alone", "one_at_a_time", note=str(note)))
    executions = [here.client.start(playbook) for _ in range(6)]

    assert {here.wait(each).status for each in executions} == {"COMPLETED"}
    assert lines(note) == ["enter", "leave"] * 6


def test_a_login_without_the_right_is_told_so_at_once(here: Playground) -> None:
    with pytest.raises(AssertionError, match="grant pbdb_worker to test_app"):
        here.start_runner(url=here.database.url("app"))


def test_a_report_that_the_database_refuses_keeps_no_other_back(here: Playground) -> None:
    good = here.apply(function("good", "inline_double", number=1))
    bad = here.apply(function("bad", "spend_nonsense", _max_retries=0))
    executions = [here.client.start(each) for each in (good, bad, good, bad, good)]
    runner = here.start_runner()

    results = [here.wait(each) for each in executions]

    assert [each.status for each in results] == [
        "COMPLETED",
        "FAILED",
        "COMPLETED",
        "FAILED",
        "COMPLETED",
    ]
    assert "refused the result" in str(results[1].error_message)
    assert runner.says("result refused")
