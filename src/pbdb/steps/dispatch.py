"""From a claimed step to its outcome: find the handler, run it in time, check what it returns."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from pbdb.app.payload import storable, to_json
from pbdb.model import Outcome, Output, Step, StepFailed, StepType
from pbdb.steps import agent, api_call, custom_function
from pbdb.steps.context import Context

_PACKAGE = Path(__file__).parent.parent

Handler = Callable[[Step, Context], Awaitable[Output]]

HANDLERS: dict[StepType, Handler] = {
    StepType.AGENT_EXECUTION: agent.handle,
    StepType.API_CALL: api_call.handle,
    StepType.CUSTOM_FUNCTION: custom_function.handle,
}


async def execute(step: Step, context: Context) -> Output:
    """Run one step and return its output: what PostgreSQL can store, without secrets.

    Raises StepFailed and nothing else, apart from CancelledError when the task is cancelled:
    TIMEOUT after `step.timeout_seconds`, HANDLER_ERROR for an exception of the author's code.
    """
    outcome: Outcome
    try:
        async with asyncio.timeout(step.timeout_seconds) as limit:
            output = await _handler(step)(step, context)
        outcome = Output(to_json(output.value), output.usage)
    except StepFailed as error:
        outcome = error
    except TimeoutError as error:
        outcome = timed_out(step) if limit.expired() else _handler_error(step, error)
    except Exception as error:  # noqa: BLE001 - the author's code may raise anything
        outcome = _handler_error(step, error)
    outcome = _redacted(outcome, context)
    if isinstance(outcome, StepFailed):
        raise outcome
    return outcome


def execute_inline(step: Step, context: Context) -> Output:
    """Run one step of an inline function: like `execute`, but neither awaited nor timed."""
    outcome: Outcome
    try:
        output = custom_function.handle_inline(step, context)
        outcome = Output(to_json(output.value), output.usage)
    except StepFailed as error:
        outcome = error
    except Exception as error:  # noqa: BLE001 - the author's code may raise anything
        outcome = _handler_error(step, error)
    outcome = _redacted(outcome, context)
    if isinstance(outcome, StepFailed):
        raise outcome
    return outcome


async def execute_batch(steps: Sequence[Step], context: Context) -> list[Outcome]:
    """Run steps of the same batch function together: one outcome for each, in order.

    The batch has the longest timeout of its steps. An exception fails every step of the batch.
    """
    failure: StepFailed
    try:
        async with asyncio.timeout(max(step.timeout_seconds for step in steps)) as limit:
            outcomes = await custom_function.handle_batch(steps, context)
        return [_redacted(outcome, context) for outcome in outcomes]
    except StepFailed as error:
        failure = error
    except TimeoutError as error:
        failure = timed_out(steps[0]) if limit.expired() else _handler_error(steps[0], error)
    except Exception as error:  # noqa: BLE001 - the author's code may raise anything
        failure = _handler_error(steps[0], error)
    return [_redacted(failure, context)] * len(steps)


def _handler(step: Step) -> Handler:
    handler = HANDLERS.get(step.step_type)
    if handler is None:
        raise StepFailed(
            "HANDLER_ERROR", f"no handler for {step.handler} in this runner", permanent=True
        )
    return handler


def _redacted(outcome: Outcome, context: Context) -> Outcome:
    if isinstance(outcome, StepFailed):
        failure = context.secrets.redact_failure(outcome)
        failure.message = storable(failure.message)
        failure.details = storable(failure.details)
        return failure
    return Output(context.secrets.redact(outcome.value), outcome.usage)


def timed_out(step: Step) -> StepFailed:
    return StepFailed("TIMEOUT", f"{step.handler} did not finish in {step.timeout_seconds:g} s")


def _handler_error(step: Step, error: Exception) -> StepFailed:
    """The failure of the author's code, with the part of the trace that is the author's."""
    frames = traceback.extract_tb(error.__traceback__)
    authors = [frame for frame in frames if not Path(frame.filename).is_relative_to(_PACKAGE)]
    stack = "".join(traceback.format_list(authors or frames))
    summary = "".join(traceback.format_exception_only(error)).strip()
    return StepFailed("HANDLER_ERROR", summary[:4000], details={"stack": stack + summary})
