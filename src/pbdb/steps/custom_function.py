"""CUSTOM_FUNCTION: a registered Python function, or the author's code in the sandbox."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, cast

from pbdb.app.registry import Registered
from pbdb.guard.sandbox import Language
from pbdb.model import CannotRunHere, Outcome, Output, Step, StepFailed
from pbdb.steps.context import Context

LANGUAGES = ("typescript", "javascript")


async def handle(step: Step, context: Context) -> Output:
    """The value that the function or the code returns."""
    name = step.handler.partition(":")[2]
    if name.startswith("@") or (not name and "code" in step.config):
        return Output(await _run_code(step, context))
    function = _function(step, context, name)
    if function.batch:
        outcome = (await handle_batch([step], context))[0]
        if isinstance(outcome, StepFailed):
            raise outcome
        return outcome
    return as_output(await call(function, step.arguments, step, context))


async def handle_batch(steps: Sequence[Step], context: Context) -> list[Outcome]:
    """One outcome for each step, all of the same batch function, in order."""
    name = steps[0].handler.partition(":")[2]
    function = _function(steps[0], context, name)
    given = {
        "inputs": [step.arguments for step in steps],
        "steps": list(steps),
        "context": context,
    }
    arguments = function.bind(None, given)
    if function.is_async:
        results = await function.call(**arguments)
    else:
        results = await context.services.in_thread(function.call, **arguments)
    if not isinstance(results, (list, tuple)) or len(results) != len(steps):
        got = f"{len(results)} results" if isinstance(results, (list, tuple)) else "no list"
        raise StepFailed(
            "HANDLER_ERROR",
            f"the batch function {name} got {len(steps)} inputs and returned {got}",
            permanent=True,
        )
    return [_outcome(result) for result in results]


def handle_inline(step: Step, context: Context) -> Output:
    """The value that an inline function returns."""
    function = _function(step, context, step.handler.partition(":")[2])
    bound = function.bind(step.arguments, {"step": step, "context": context})
    return as_output(function.call(**bound))


async def call(function: Registered, arguments: Any, step: Step, context: Context) -> Any:
    """Call a registered function with what its parameters ask for; sync ones run in a thread."""
    bound = function.bind(arguments, {"step": step, "context": context})
    if function.is_async:
        return await function.call(**bound)
    result = await context.services.in_thread(function.call, **bound)
    if hasattr(result, "__await__"):
        result = await result
    return result


def as_output(result: Any) -> Output:
    """What a function returned: an Output as it is, anything else as the value of one."""
    return result if isinstance(result, Output) else Output(result)


def _outcome(result: Any) -> Outcome:
    return result if isinstance(result, StepFailed) else as_output(result)


def _function(step: Step, context: Context, name: str) -> Registered:
    name = name or str(step.config.get("function") or "")
    function = context.app.functions.get(name)
    if function is None:
        raise CannotRunHere("HANDLER_ERROR", f"this runner has no function {name!r} registered")
    return function


async def _run_code(step: Step, context: Context) -> Any:
    language = step.config.get("language") or step.handler.partition(":@")[2] or "typescript"
    code = step.config.get("code")
    if language not in LANGUAGES or not isinstance(code, str):
        raise StepFailed(
            "CONFIG_INVALID",
            f"the step needs code as text in {' or '.join(LANGUAGES)}; language is {language!r}",
            permanent=True,
        )
    result = await context.sandbox.run(
        code,
        language=cast(Language, language),
        input=step.arguments,
        context={
            "execution_id": str(step.execution_id),
            "execution_name": step.execution_name,
            "playbook": step.playbook_name,
            "step": step.step_name,
            "attempt": step.attempt_number,
            "visit": step.visit,
        },
        timeout_seconds=min(_limit(step, "timeout_seconds") or math.inf, step.timeout_seconds),
        memory_mb=math.ceil(_limit(step, "memory_mb") or 0) or None,
    )
    return result.value


def _limit(step: Step, name: str) -> float | None:
    """A number of `config.limits`, by which a step may only lower what it gets."""
    limits = step.config.get("limits") or {}
    unknown = set(limits) - {"memory_mb", "timeout_seconds"}
    value = limits.get(name)
    if unknown or isinstance(value, bool) or not isinstance(value, int | float | None):
        raise StepFailed(
            "CONFIG_INVALID", "limits of code are memory_mb and timeout_seconds", permanent=True
        )
    if value is not None and value <= 0:
        raise StepFailed("CONFIG_INVALID", f"the limit {name} is more than 0", permanent=True)
    return value
