"""The App of the tests: what a project's functions do, well and badly."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any

from pbdb.app.registry import App
from pbdb.model import CannotRunHere, Output, StepFailed, Usage
from pbdb.steps.context import Context

app = App()


@app.function("inline_double", inline=True)
def inline_double(number: float) -> float:
    return number * 2


@app.function("thread_double")
def thread_double(number: float) -> float:
    return number * 2


@app.function("async_double")
async def async_double(number: float) -> float:
    await asyncio.sleep(0.001)
    return number * 2


@app.function("at_once")
async def at_once() -> str:
    return "done"


@app.function("one_at_once", concurrency=1)
async def one_at_once() -> str:
    return "done"


@app.function("batch_double", batch=True)
def batch_double(inputs: list[Any]) -> list[Any]:
    return [each["number"] * 2 for each in inputs]


@app.function("only_where_told")
def only_where_told() -> str:
    """A function that runs only on runners with a certain setting."""
    if "TOLD" not in os.environ:
        raise CannotRunHere("NOT_CONFIGURED", "set TOLD where the runner is started")
    return "here"


@app.agent("echo")
async def echo(prompt: str, input: Any) -> dict[str, Any]:
    return {"said": prompt}


@app.embedder("letters", dimensions=3)
def letters(texts: list[str]) -> list[list[float]]:
    """A vector that tells how many a, b and c a text has."""
    return [[text.count(letter) + 0.01 for letter in "abc"] for text in texts]


@app.function("nap")
async def nap(seconds: float, note: str | None = None) -> float:
    """Sleep; append a line to the file before, and another one when cancelled."""
    _write(note, f"start {os.getpid()}")
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        _write(note, f"cancelled {os.getpid()}")
        raise
    return seconds


@app.function("wait_until_cancelled")
def wait_until_cancelled(note: str, context: Context) -> str:
    _write(note, f"start {os.getpid()}")
    for _ in range(1000):
        if context.cancelled.is_set():
            _write(note, f"told {os.getpid()}")
            break
        time.sleep(0.02)
    return "done"


@app.function("block", inline=True)
def block(seconds: float, note: str | None = None) -> float:
    """Keep the event loop busy, as no inline function should."""
    _write(note, f"start {os.getpid()}")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    return seconds


@app.function("die_once")
async def die_once(note: str) -> str:
    """Kill the process, the first time."""
    is_first = not Path(note).exists()
    _write(note, f"start {os.getpid()}")
    if is_first:
        os.kill(os.getpid(), 9)
    return "survived"


@app.function("thread_sleep")
def thread_sleep(seconds: float) -> None:
    time.sleep(seconds)


@app.function("fail_until")
async def fail_until(attempt: int, context: Context, step: Any) -> int:
    if step.attempt_number < attempt:
        raise StepFailed("HANDLER_ERROR", "not yet", retry_after_seconds=0)
    return int(step.attempt_number)


RAISED: dict[str, BaseException] = {
    "StopIteration": StopIteration("no more"),
    "StopAsyncIteration": StopAsyncIteration("no more"),
    "GeneratorExit": GeneratorExit("closed"),
    "KeyboardInterrupt": KeyboardInterrupt("typed"),
    "SystemExit": SystemExit(3),
    "CancelledError": asyncio.CancelledError("gone"),
    "RecursionError": RecursionError("too deep"),
    "MemoryError": MemoryError("too much"),
    "ExceptionGroup": ExceptionGroup("several", [ValueError("one"), KeyError("two")]),
    "BaseException": BaseException("any"),
}


@app.function("inline_raise", inline=True)
def inline_raise(kind: str) -> None:
    raise RAISED[kind]


@app.function("thread_raise")
def thread_raise(kind: str) -> None:
    raise RAISED[kind]


@app.function("async_raise")
async def async_raise(kind: str) -> None:
    raise RAISED[kind]


@app.function("batch_raise", batch=True)
def batch_raise(inputs: list[Any]) -> list[Any]:
    raise RAISED[inputs[0]["kind"]]


@app.function("ask_for_time")
async def ask_for_time(seconds: str) -> None:
    raise StepFailed("HANDLER_ERROR", "later", retry_after_seconds=float(seconds))


@app.function("make_bad_value")
async def make_bad_value(kind: str) -> Any:
    return {"nan": float("nan"), "nul": "a\x00b", "half": "\ud800", "set": {1}}[kind]


@app.function("one_at_a_time", concurrency=1)
async def one_at_a_time(note: str) -> str:
    _write(note, "enter")
    await asyncio.sleep(0.1)
    _write(note, "leave")
    return "done"


@app.function("spend_nonsense", inline=True)
def spend_nonsense() -> Output:
    return Output("fine", Usage(model="m", cost_usd=float("nan")))


def _write(note: str | None, line: str) -> None:
    if note is not None:
        with Path(note).open("a") as file:
            file.write(line + "\n")
