"""Functions registered by name: how they get their input, and what becomes of their results."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from pbdb.app.registry import App
from pbdb.model import Output, Step, StepFailed, Usage
from pbdb.steps import execute_batch, execute_inline
from pbdb.steps.context import Context, Services


def fails(run_step: Any, step: Step, app: App | None = None) -> StepFailed:
    with pytest.raises(StepFailed) as caught:
        run_step(step, app=app)
    return caught.value


def test_parameters_come_from_the_input_by_name(make_step: Any, run_step: Any) -> None:
    app = App()

    @app.function("add")
    def add(a: float, b: float = 10) -> float:
        return a + b

    assert run_step(make_step("CUSTOM_FUNCTION:add", {}, {"a": 1, "other": 2}), app=app).value == 11


def test_input_is_the_mapped_input_over_the_parameters(make_step: Any, run_step: Any) -> None:
    app = App()

    @app.function("echo")
    async def echo(input: dict[str, Any], step: Step, context: Context) -> Any:
        return [input, step.step_name, context.cancelled.is_set()]

    step = make_step("CUSTOM_FUNCTION:echo", {"parameters": {"a": 1, "b": 2}}, {"b": 3})
    assert run_step(step, app=app).value == [{"a": 1, "b": 3}, "the step", False]


def test_a_sync_function_runs_in_a_thread(make_step: Any, run_step: Any) -> None:
    app = App()

    @app.function("where")
    def where() -> bool:
        return threading.current_thread() is not threading.main_thread()

    assert run_step(make_step("CUSTOM_FUNCTION:where", {}), app=app).value is True


def test_annotations_convert_and_refuse_values(make_step: Any, run_step: Any) -> None:
    app = App()

    @app.function("age")
    def age(born: date, name: str) -> str:
        return f"{name} {born.year}"

    good = make_step("CUSTOM_FUNCTION:age", {}, {"born": "1990-05-01", "name": "Ada"})
    assert run_step(good, app=app).value == "Ada 1990"
    bad = make_step("CUSTOM_FUNCTION:age", {}, {"born": "soon", "name": "Ada"})
    failure = fails(run_step, bad, app)
    assert (failure.code, failure.permanent) == ("INPUT_INVALID", True)
    assert "born" in failure.message
    assert "soon" not in failure.message


def test_a_missing_parameter_is_named(make_step: Any, run_step: Any) -> None:
    app = App()

    @app.function("add")
    def add(a: float, b: float) -> float:
        return a + b

    failure = fails(run_step, make_step("CUSTOM_FUNCTION:add", {}, {"a": 1}), app)
    assert failure.message == "add needs b; its input has: a"


def test_results_become_json(make_step: Any, run_step: Any) -> None:
    app = App()

    @dataclass
    class Lead:
        id: UUID
        worth: Decimal
        since: date

    @app.function("lead")
    def lead() -> Lead:
        return Lead(UUID(int=1), Decimal("1.50"), date(2026, 1, 2))

    assert run_step(make_step("CUSTOM_FUNCTION:lead", {}), app=app).value == {
        "id": "00000000-0000-0000-0000-000000000001",
        "worth": "1.50",
        "since": "2026-01-02",
    }


@pytest.mark.parametrize(
    "value",
    [float("nan"), "a\x00", "\ud800", {1: 2}, object(), 10**6000],
    ids=["nan", "nul", "surrogate", "key", "object", "digits"],
)
def test_a_result_that_postgres_cannot_store_is_refused(
    make_step: Any, run_step: Any, value: Any
) -> None:
    app = App()
    app.function("give")(lambda: {"deep": [value]})
    failure = fails(run_step, make_step("CUSTOM_FUNCTION:give", {}), app)
    assert (failure.code, failure.permanent) == ("OUTPUT_INVALID", True)
    assert "$.deep[0]" in failure.message


def test_an_exception_is_a_handler_error_with_the_authors_stack(
    make_step: Any, run_step: Any
) -> None:
    app = App()

    @app.function("fail")
    def fail() -> None:
        raise KeyError("lead")

    failure = fails(run_step, make_step("CUSTOM_FUNCTION:fail", {}), app)
    assert (failure.code, failure.permanent) == ("HANDLER_ERROR", False)
    assert failure.message == "KeyError: 'lead'"
    assert "in fail" in failure.details["stack"]


@pytest.mark.parametrize("end", [SystemExit, ValueError, TimeoutError])
def test_no_exception_takes_a_secret_along(
    make_step: Any, run_step: Any, end: type[BaseException]
) -> None:
    app = App()

    @app.function("leave")
    def leave() -> None:
        raise end("the key is s3cret-value")

    @app.function("leave_together", batch=True)
    def leave_together(inputs: list[Any]) -> list[Any]:
        raise end("the key is s3cret-value")

    environ = {"PBDB_SECRET_KEY": "s3cret-value"}
    one, both = (make_step(f"CUSTOM_FUNCTION:{name}", {}) for name in ("leave", "leave_together"))
    for run in (
        lambda: run_step(one, app=app, environ=environ),
        lambda: run_batch(app, [both, both], environ),
        lambda: execute_inline(one, Services(app, environ=environ).context()),
    ):
        with pytest.raises(StepFailed) as caught:
            run()
        assert caught.value.code == "HANDLER_ERROR"
        assert "s3cret" not in caught.value.message + str(caught.value.details)


def test_a_function_may_fail_its_step_in_its_own_words(make_step: Any, run_step: Any) -> None:
    app = App()

    @app.function("later")
    def later() -> None:
        raise StepFailed("HANDLER_ERROR", "busy", retry_after_seconds=60)

    failure = fails(run_step, make_step("CUSTOM_FUNCTION:later", {}), app)
    assert (failure.message, failure.retry_after_seconds) == ("busy", 60)


def test_usage_of_a_function_is_passed_on(make_step: Any, run_step: Any) -> None:
    app = App()
    app.function("cost")(lambda: Output(1, Usage(model="m", input_tokens=5)))
    output = run_step(make_step("CUSTOM_FUNCTION:cost", {}), app=app)
    assert (output.value, output.usage.input_tokens) == (1, 5)


def test_an_unknown_function_is_a_permanent_failure(make_step: Any, run_step: Any) -> None:
    failure = fails(run_step, make_step("CUSTOM_FUNCTION:nothing", {}))
    assert (failure.code, failure.permanent) == ("HANDLER_ERROR", True)


def run_batch(app: App, steps: list[Step], environ: Mapping[str, str] | None = None) -> list[Any]:
    async def main() -> list[Any]:
        async with Services(app, environ=environ or {}) as services:
            return list(await execute_batch(steps, services.context()))

    return asyncio.run(main())


def test_a_batch_function_gets_all_inputs_and_answers_each(make_step: Any) -> None:
    app = App()

    @app.function("double", batch=True)
    def double(inputs: list[Any], steps: list[Step]) -> list[Any]:
        assert len(inputs) == len(steps)
        return [
            StepFailed("HANDLER_ERROR", "odd", permanent=True) if n % 2 else n * 2 for n in inputs
        ]

    steps = [make_step("CUSTOM_FUNCTION:double", {}, n) for n in (2, 3, 4)]
    first, second, third = run_batch(app, steps)
    assert (first, third) == (Output(4), Output(8))
    assert second.message == "odd"


def test_one_bad_result_of_a_batch_fails_only_its_step(make_step: Any) -> None:
    app = App()
    app.function("give", batch=True)(lambda inputs: [1, float("nan")])
    good, bad = run_batch(app, [make_step("CUSTOM_FUNCTION:give", {}) for _ in range(2)])
    assert good == Output(1)
    assert bad.code == "OUTPUT_INVALID"


@pytest.mark.parametrize("results", [[1], None, "ab"])
def test_a_batch_with_the_wrong_number_of_results_fails_as_a_whole(
    make_step: Any, results: Any
) -> None:
    app = App()
    app.function("give", batch=True)(lambda inputs: results)
    with pytest.raises(StepFailed, match="got 2 inputs"):
        run_batch(app, [make_step("CUSTOM_FUNCTION:give", {}) for _ in range(2)])


def test_names_are_registered_once_and_without_at_sign() -> None:
    app = App()
    app.function("mine")(lambda: 1)
    with pytest.raises(ValueError, match="twice"):
        app.function("mine")(lambda: 2)
    with pytest.raises(ValueError, match="@"):
        app.function("@mine")(lambda: 1)
    app.function("sum")(lambda: "a predefined function may be replaced")


def test_handlers_lists_the_keys_of_what_is_registered() -> None:
    app = App(predefined=False)
    app.function("add")(lambda: 1)
    app.agent("greeter")(lambda: 1)
    app.embedder("tiny", dimensions=1)(lambda texts: [[1.0] for _ in texts])
    assert app.handlers() == [
        "AGENT_EXECUTION:greeter",
        "CUSTOM_FUNCTION:add",
        "MEMORY_SEARCH:@embed",
    ]


@pytest.mark.parametrize(
    ("name", "input", "expected"),
    [
        ("concatenate", {"values": ["a", 1, {"b": 2}], "separator": "-"}, 'a-1-{"b":2}'),
        (
            "filterArray",
            {"array": [{"n": 1}, {"n": 5}], "field": "n", "operator": "greaterThan", "value": 2},
            [{"n": 5}],
        ),
        ("sum", {"values": [1, 2.5]}, 3.5),
        ("sum", {"values": []}, 0),
        ("average", {"values": [1, 2, 3]}, 2),
        ("average", {"values": []}, 0),
        ("formatDate", {"date": "2026-01-31T08:00:00Z"}, "2026-01-31T08:00:00+00:00"),
        ("formatDate", {"date": "2026-01-31", "format": "short"}, "1/31/2026"),
        ("formatDate", {"date": "2026-01-31", "format": "long"}, "January 31, 2026"),
        ("parseJSON", {"jsonString": '{"a":[1]}'}, {"a": [1]}),
        ("stringifyJSON", {"data": {"a": 1}}, '{"a":1}'),
        ("stringifyJSON", {"data": {"a": 1}, "pretty": True}, '{\n  "a": 1\n}'),
        ("extractFields", {"data": {"a": 1, "b": 2}, "fields": ["a", "c"]}, {"a": 1}),
    ],
)
def test_a_predefined_function_does_what_its_name_says(
    make_step: Any, run_step: Any, name: str, input: Any, expected: Any
) -> None:
    assert run_step(make_step(f"CUSTOM_FUNCTION:{name}", {}, input)).value == expected


@pytest.mark.parametrize(
    ("name", "input"),
    [
        ("filterArray", {"array": [], "field": "n", "operator": "like"}),
        ("formatDate", {"date": "tomorrow"}),
        ("parseJSON", {"jsonString": "{"}),
        ("sum", {"values": "many"}),
    ],
)
def test_a_predefined_function_refuses_what_it_cannot_do(
    make_step: Any, run_step: Any, name: str, input: Any
) -> None:
    failure = fails(run_step, make_step(f"CUSTOM_FUNCTION:{name}", {}, input))
    assert (failure.code, failure.permanent) == ("INPUT_INVALID", True)


def test_code_runs_in_the_sandbox_with_parameters_and_context(
    make_step: Any, run_step: Any
) -> None:
    config = {
        "language": "typescript",
        "code": "return [base + lead.score, context.step, context.playbook]",
        "parameters": {"base": 1},
    }
    step = make_step("CUSTOM_FUNCTION:@typescript", config, {"lead": {"score": 41}})
    assert run_step(step).value == [42, "the step", "the playbook"]


def test_a_step_may_lower_the_limits_of_its_code(make_step: Any, run_step: Any) -> None:
    def code(body: str, **limits: float) -> Step:
        step: Step = make_step("CUSTOM_FUNCTION:@javascript", {"code": body, "limits": limits})
        return step

    bomb = "const a = new Uint8Array(60 << 20).fill(1); await new Promise(r => setTimeout(r, 500));"
    assert run_step(code(bomb + "return a[0]")).value == 1
    assert fails(run_step, code(bomb, memory_mb=20)).code == "SANDBOX_LIMIT"
    assert fails(run_step, code("for (;;);", timeout_seconds=0.2)).code == "TIMEOUT"
    for limits in ({"memory_mb": -1}, {"memory": 5}, {"memory_mb": "20"}):
        assert fails(run_step, code("return 1", **limits)).code == "CONFIG_INVALID"


def test_code_in_another_language_is_refused(make_step: Any, run_step: Any) -> None:
    step = make_step("CUSTOM_FUNCTION:@typescript", {"language": "ruby", "code": "1"})
    assert fails(run_step, step).code == "CONFIG_INVALID"
