"""AGENT_EXECUTION: a registered Python agent, a row of `agents`, or the default assistant."""

from __future__ import annotations

import asyncio
import importlib
import time
from typing import Any

from pbdb.app.registry import Registered
from pbdb.model import CannotRunHere, Output, Step, Usage
from pbdb.steps.context import Context
from pbdb.steps.custom_function import as_output

ASSISTANT = "assistant"


async def handle(step: Step, context: Context) -> Output:
    """`{output, usage, model}`.

    Raises CannotRunHere without a model, and StepFailed: AGENT_ERROR, CONFIG_INVALID,
    SECRET_MISSING, EGRESS_DENIED, and what an agent's own code raises.
    """
    name = step.handler.partition(":")[2]
    agent = context.app.agents.get(name)
    if agent is not None:
        return await _call_registered(agent, step, context)
    if name == "@model":
        return await _ask_model(step, context, dict(step.agent or {}))
    if name == ASSISTANT:
        return await _ask_model(step, context, assistant_row(context))
    raise CannotRunHere("HANDLER_ERROR", f"this runner has no agent {name!r} registered")


def assistant_row(context: Context) -> dict[str, Any]:
    """The default assistant as a row of `agents`; raises CannotRunHere where it has no model."""
    model = context.services.environ.get("PBDB_OPENAI_MODEL")
    if not model:
        raise CannotRunHere(
            "NOT_CONFIGURED",
            "this runner has no model for the assistant: set PBDB_OPENAI_MODEL, with "
            "PBDB_OPENAI_BASE_URL for a service other than OpenAI's, or register an agent of "
            "that name",
        )
    return {"name": ASSISTANT, "model": model}


async def _ask_model(step: Step, context: Context, row: dict[str, Any]) -> Output:
    # In a thread: the first import takes a second, in which heartbeats must go on.
    try:
        module = await asyncio.to_thread(importlib.import_module, "pbdb.steps.model_agent")
    except ModuleNotFoundError as error:
        raise CannotRunHere(
            "NOT_CONFIGURED",
            f"this runner cannot ask a model ({error}): pip install 'pbdb[agents]'",
        ) from error
    output: Output = await module.run(step, context, row)
    return output


async def _call_registered(agent: Registered, step: Step, context: Context) -> Output:
    began = time.monotonic()
    given = {"step": step, "context": context, "prompt": step.config.get("prompt")}
    bound = agent.bind(step.arguments, given)
    if agent.is_async:
        result = await agent.call(**bound)
    else:
        result = await context.services.in_thread(agent.call, **bound)
        if hasattr(result, "__await__"):
            result = await result
    output = as_output(result)
    return reply(output.value, output.usage or Usage(), began)


def reply(value: Any, usage: Usage, began: float) -> Output:
    """The output of an agent step: `value` with what it cost; latency since `began`, if unknown."""
    latency = usage.latency_ms
    if latency is None:
        latency = round((time.monotonic() - began) * 1000)
    usage = Usage(
        usage.model, usage.input_tokens, usage.output_tokens, usage.cost_usd, latency, usage.details
    )
    shown = {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cost_usd": usage.cost_usd,
        "latency_ms": latency,
        **usage.details,
    }
    return Output({"output": value, "usage": shown, "model": usage.model}, usage)
