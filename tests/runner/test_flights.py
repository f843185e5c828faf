"""Steps handed to handlers, without a database: what is reported, and when a slot is free again."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from pbdb.model import Outcome, Output, Step, StepFailed, StepType, Usage
from pbdb.runner.flights import Flights
from pbdb.runner.handlers import Batch, Handler, Inline, Task
from pbdb.runner.reports import Reports, error_text, to_text
from pbdb.runner.slots import Group

pytestmark = pytest.mark.anyio


def step(handler: str = "CUSTOM_FUNCTION:f", *, timeout: int = 30, value: Any = None) -> Step:
    return Step(
        step_result_id=uuid4(),
        token=uuid4(),
        organization_id=uuid4(),
        execution_id=uuid4(),
        step_id=uuid4(),
        step_name="s",
        step_type=StepType.CUSTOM_FUNCTION,
        handler=handler,
        attempt_number=1,
        visit=1,
        config={},
        input=value,
        output_schema=None,
        timeout_seconds=timeout,
        deadline_at=None,
        idempotency_key="k",
        playbook_name="p",
    )


class Air:
    """Flights with handlers that share a hundred slots, and what they report."""

    def __init__(self, *handlers: Handler) -> None:
        self.group = Group(tuple(each.key for each in handlers), 100)
        self.reports = Reports(100)
        self.flights = Flights(handlers, [self.group], self.reports, lambda: None)

    async def settle(self) -> None:
        """Wait until every handler is through."""
        async with asyncio.timeout(5):
            while not all(each.is_landed for each in self.flights.by_token.values()):
                await asyncio.sleep(0.001)

    @property
    def outputs(self) -> list[str]:
        return [each.output for each in self.reports.done]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return [json.loads(each.error) for each in self.reports.failed]


async def test_an_inline_function_is_through_when_start_returns() -> None:
    one = Air(Inline("CUSTOM_FUNCTION:f", lambda step: Output(step.input + 1)))

    await one.flights.start([step(value=1), step(value=2)])

    assert one.outputs == ["2", "3"]
    assert one.group.running == 0


async def test_a_handler_of_a_type_takes_every_key_of_that_type() -> None:
    one = Air(Inline("CUSTOM_FUNCTION", lambda step: Output(step.handler)))

    await one.flights.start([step("CUSTOM_FUNCTION:anything")])

    assert one.outputs == ['"CUSTOM_FUNCTION:anything"']


async def test_a_failing_inline_function_fails_its_own_step_only() -> None:
    def half(step: Step) -> Output:
        return Output(1 / step.input)

    one = Air(Inline("CUSTOM_FUNCTION:f", half))

    await one.flights.start([step(value=0), step(value=1)])

    assert one.outputs == ["1.0"]
    (error,) = one.errors
    assert error["code"] == "HANDLER_ERROR"
    assert error["message"].startswith("ZeroDivisionError")
    assert "test_flights" in error["stack"]


async def test_tasks_run_at_the_same_time() -> None:
    met = asyncio.Barrier(3)

    async def wait(step: Step) -> Output:
        await met.wait()
        return Output(True)

    one = Air(Task("CUSTOM_FUNCTION:f", wait))
    await one.flights.start([step(), step(), step()])
    assert one.group.running == 3

    await one.settle()

    assert (len(one.reports.done), one.group.running) == (3, 0)


async def test_a_step_that_takes_too_long_is_cancelled_and_fails_with_timeout() -> None:
    cancelled = asyncio.Event()

    async def hang(step: Step) -> Output:
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()
        return Output(None)

    one = Air(Task("CUSTOM_FUNCTION:f", hang))
    await one.flights.start([step(timeout=0)])
    await one.settle()

    assert [each["code"] for each in one.errors] == ["TIMEOUT"]
    assert cancelled.is_set()


async def test_a_handlers_own_timeout_error_is_not_the_steps_timeout() -> None:
    async def give_up(step: Step) -> Output:
        raise TimeoutError("the service did not answer")

    one = Air(Task("CUSTOM_FUNCTION:f", give_up))
    await one.flights.start([step()])
    await one.settle()

    assert [each["code"] for each in one.errors] == ["HANDLER_ERROR"]


async def test_a_chosen_failure_arrives_with_all_it_says() -> None:
    async def refuse(step: Step) -> Output:
        raise StepFailed("HTTP_STATUS", "429", retry_after_seconds=7, details={"status": 429})

    one = Air(Task("CUSTOM_FUNCTION:f", refuse))
    await one.flights.start([step()])
    await one.settle()

    assert one.errors == [
        {
            "code": "HTTP_STATUS",
            "message": "429",
            "retry_after_seconds": 7,
            "details": {"status": 429},
        }
    ]


async def test_a_handler_that_exits_does_not_end_the_runner() -> None:
    async def leave(step: Step) -> Output:
        sys.exit(3)

    one = Air(Task("CUSTOM_FUNCTION:f", leave))
    await one.flights.start([step()])
    await one.settle()

    assert [each["code"] for each in one.errors] == ["HANDLER_ERROR"]


async def test_an_aborted_step_is_cancelled_and_reports_nothing() -> None:
    cancelled = asyncio.Event()

    async def hang(step: Step) -> Output:
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()
        return Output(None)

    one = Air(Task("CUSTOM_FUNCTION:f", hang))
    doomed = step()
    await one.flights.start([doomed])
    await asyncio.sleep(0)

    one.flights.abort([(doomed.step_result_id, doomed.token, "cancelled")])
    async with asyncio.timeout(5):
        await cancelled.wait()
    await asyncio.sleep(0)

    assert (
        list(one.reports.done),
        list(one.reports.failed),
        one.flights.by_token,
        one.group.running,
    ) == ([], [], {}, 0)


async def test_an_abort_for_an_older_claim_leaves_the_newer_one_alone() -> None:
    async def wait(step: Step) -> Output:
        await asyncio.sleep(0.01)
        return Output(1)

    one = Air(Task("CUSTOM_FUNCTION:f", wait))
    mine = step()
    await one.flights.start([mine])

    one.flights.abort([(mine.step_result_id, uuid4(), "stale")])
    await one.settle()

    assert len(one.reports.done) == 1


async def test_a_batch_function_takes_many_steps_and_fails_them_one_by_one() -> None:
    async def add(steps: Sequence[Step]) -> Sequence[Outcome]:
        return [
            Output(each.input) if each.input else StepFailed("INPUT_INVALID", "nothing")
            for each in steps
        ]

    one = Air(Batch("CUSTOM_FUNCTION:f", add))
    await one.flights.start([step(value=1), step(value=0), step(value=2)])
    await one.settle()

    assert one.outputs == ["1", "2"]
    assert [each["code"] for each in one.errors] == ["INPUT_INVALID"]


async def test_a_batch_of_the_wrong_length_fails_whole() -> None:
    async def lose(steps: Sequence[Step]) -> Sequence[Outcome]:
        return []

    one = Air(Batch("CUSTOM_FUNCTION:f", lose))
    await one.flights.start([step(), step()])
    await one.settle()

    assert [each["code"] for each in one.errors] == ["HANDLER_ERROR", "HANDLER_ERROR"]


async def test_only_steps_that_are_held_long_enough_need_a_heartbeat() -> None:
    async def hang(step: Step) -> Output:
        await asyncio.sleep(60)
        return Output(None)

    one = Air(Task("CUSTOM_FUNCTION:f", hang))
    held = step()
    await one.flights.start([held])

    assert one.flights.held(time.monotonic() - 1) == []
    assert one.flights.held(time.monotonic() + 1) == [
        (held.step_result_id, held.token, held.organization_id)
    ]


async def test_a_result_that_json_cannot_express_fails_the_step() -> None:
    one = Air(Inline("CUSTOM_FUNCTION:f", lambda step: Output({1, 2})))

    await one.flights.start([step()])

    (error,) = one.errors
    assert (error["code"], error["permanent"]) == ("OUTPUT_INVALID", True)


async def test_usage_travels_with_the_result() -> None:
    usage = Usage(model="m", input_tokens=3, output_tokens=4)
    one = Air(Inline("CUSTOM_FUNCTION:f", lambda step: Output("x", usage)))

    await one.flights.start([step()])

    assert json.loads(one.reports.done[0].usage or "") == {
        "model": "m",
        "input_tokens": 3,
        "output_tokens": 4,
        "cost_usd": None,
        "latency_ms": None,
        "details": {},
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [("grün", '"grün"'), ("\ud800", '"\\ud800"'), ({"a": [1]}, '{"a":[1]}')],
)
def test_output_text_can_always_be_encoded(value: Any, text: str) -> None:
    assert to_text(value) == text
    to_text(value).encode()


def test_a_failure_can_be_recorded_whatever_its_message_holds() -> None:
    text = error_text(ValueError("a\x00b\ud800"))

    assert "\\u0000" not in text
    assert json.loads(text)["message"] == "ValueError: a\ufffdb?"
