"""What the runners of a chaos run do: effects, each written down outside of the database."""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from typing import Any

from pbdb.app.registry import App

app = App()


@app.function("effect")
async def effect(step: Any) -> dict[str, Any]:
    """An effect that takes a moment."""
    await asyncio.sleep(random.random() * 0.02)
    return _have_effect(step)


@app.function("effect_in_thread", concurrency=4)
def effect_in_thread(step: Any) -> dict[str, Any]:
    time.sleep(random.random() * 0.02)
    return _have_effect(step)


@app.function("effect_inline", inline=True)
def effect_inline(step: Any) -> dict[str, Any]:
    return _have_effect(step)


@app.function("slow_effect")
async def slow_effect(step: Any) -> dict[str, Any]:
    """An effect in the middle of a step that takes long, so that faults hit it."""
    await asyncio.sleep(random.random() * 0.3)
    output = _have_effect(step)
    await asyncio.sleep(random.random() * 0.3)
    return output


def _have_effect(step: Any) -> dict[str, Any]:
    """One line in the ledger: written at once and whole, so that it is there when we are killed."""
    output = {"effect": str(step.step_result_id), "attempt": step.attempt_number}
    line = {**output, "key": step.idempotency_key, "pid": os.getpid(), "at": time.time()}
    ledger = os.open(os.environ["CHAOS_LEDGER"], os.O_WRONLY | os.O_APPEND)
    try:
        os.write(ledger, (json.dumps(line) + "\n").encode())
    finally:
        os.close(ledger)
    return output
