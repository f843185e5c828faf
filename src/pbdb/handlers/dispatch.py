"""From a claimed step to its outcome: find the handler, run it in time, check what it returns."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from pbdb.context import Context
from pbdb.handlers import custom_function
from pbdb.model import Outcome, Output, Step, StepFailed, StepType
from pbdb.payload import to_json

_PACKAGE = Path(__file__).parent.parent

Handler = Callable[[Step, Context], Awaitable[Output]]

_HANDLERS: dict[StepType, Handler] = {
    StepType.CUSTOM_FUNCTION: custom_function.handle,
}


async def execute(step: Step, context: Context) -> Output:
    """Run one step and return its output, which PostgreSQL can store.

    Raises StepFailed and nothing else, apart from CancelledError when the task is cancelled:
    TIMEOUT after `step.timeout_seconds`, HANDLER_ERROR for an exception of the author's code.
    """
    handler = _HANDLERS.get(step.step_type)
    if handler is None:
        raise StepFailed(
            "HANDLER_ERROR", f"no handler for {step.handler} in this runner", permanent=True
        )
    try:
        async with asyncio.timeout(step.timeout_seconds) as limit:
            output = await handler(step, context)
        return Output(to_json(output.value), output.usage)
    except StepFailed:
        raise
    except TimeoutError as error:
        if limit.expired():
            raise timed_out(step) from None
        raise _handler_error(step, error) from error
    except Exception as error:
        raise _handler_error(step, error) from error


async def execute_batch(steps: Sequence[Step], context: Context) -> list[Outcome]:
    """Run steps of the same batch function together: one outcome for each, in order.

    The batch has the longest timeout of its steps. An exception fails every step of the batch.
    """
    failure: StepFailed
    try:
        async with asyncio.timeout(max(step.timeout_seconds for step in steps)) as limit:
            return await custom_function.handle_batch(steps, context)
    except StepFailed as error:
        failure = error
    except TimeoutError as error:
        failure = timed_out(steps[0]) if limit.expired() else _handler_error(steps[0], error)
    except Exception as error:  # noqa: BLE001 - the author's code may raise anything
        failure = _handler_error(steps[0], error)
    return [failure] * len(steps)


def timed_out(step: Step) -> StepFailed:
    return StepFailed("TIMEOUT", f"{step.handler} did not finish in {step.timeout_seconds:g} s")


def _handler_error(step: Step, error: Exception) -> StepFailed:
    """The failure of the author's code, with the part of the trace that is the author's."""
    frames = traceback.extract_tb(error.__traceback__)
    authors = [frame for frame in frames if not Path(frame.filename).is_relative_to(_PACKAGE)]
    stack = "".join(traceback.format_list(authors or frames))
    summary = "".join(traceback.format_exception_only(error)).strip()
    return StepFailed("HANDLER_ERROR", summary[:4000], details={"stack": stack + summary})
