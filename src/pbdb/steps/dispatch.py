"""From a claimed step to its outcome: find the handler, run it, check what comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from pbdb.app.payload import storable, to_json
from pbdb.model import CannotRunHere, Outcome, Output, Step, StepFailed, StepType
from pbdb.steps import agent, api_call, custom_function
from pbdb.steps.context import Context

Handler = Callable[[Step, Context], Awaitable[Output]]

HANDLERS: dict[StepType, Handler] = {
    StepType.AGENT_EXECUTION: agent.handle,
    StepType.API_CALL: api_call.handle,
    StepType.CUSTOM_FUNCTION: custom_function.handle,
}


async def execute(step: Step, context: Context) -> Output:
    """Run one step and return its output: what PostgreSQL can store, without secrets.

    Raises StepFailed and nothing else, HANDLER_ERROR for an exception of the author's code, be it
    KeyboardInterrupt; apart from CancelledError, by which whoever watches the time ends it.
    """
    try:
        output = await _handler(step)(step, context)
        if step.step_type is StepType.CUSTOM_FUNCTION:
            return _shown(output, context)
        # A megabyte from outside takes half a second, in which other steps go on.
        return await asyncio.to_thread(_shown, output, context)
    except asyncio.CancelledError:
        raise
    except BaseException as error:
        raise _failure(error, context) from error


def execute_inline(step: Step, context: Context) -> Output:
    """Run one step of an inline function: like `execute`, but not awaited."""
    try:
        return _shown(custom_function.handle_inline(step, context), context)
    except BaseException as error:
        raise _failure(error, context) from error


async def execute_batch(steps: Sequence[Step], context: Context) -> list[Outcome]:
    """Run steps of the same batch function together: one outcome for each, in order.

    Raises StepFailed as `execute` does: that is the outcome of every step of the batch.
    """
    try:
        outcomes = await custom_function.handle_batch(steps, context)
        return [_outcome(each, context) for each in outcomes]
    except asyncio.CancelledError:
        raise
    except BaseException as error:
        raise _failure(error, context) from error


def _handler(step: Step) -> Handler:
    handler = HANDLERS.get(step.step_type)
    if handler is None:
        raise CannotRunHere("HANDLER_ERROR", f"this runner has no handler for {step.handler}")
    return handler


def _outcome(outcome: Outcome, context: Context) -> Outcome:
    if isinstance(outcome, StepFailed):
        return _failure(outcome, context)
    try:
        return _shown(outcome, context)
    except StepFailed as error:
        return _failure(error, context)


def _shown(output: Output, context: Context) -> Output:
    return Output(context.secrets.redact(to_json(output.value)), output.usage)


def _failure(error: BaseException, context: Context) -> StepFailed:
    """The failure that an exception means, without secrets, as PostgreSQL can store it."""
    failure = context.secrets.redact_failure(StepFailed.of(error))
    failure.message = storable(failure.message)
    failure.details = storable(failure.details)
    return failure
