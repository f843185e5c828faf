"""A runner for a project: its App, the built-in handlers and the database's own steps together."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

from pbdb.app.registry import App, Registered
from pbdb.database import Pool, Target
from pbdb.model import Outcome, Output, Step
from pbdb.runner.flights import Batch, Handler, Inline, Limit, Stored, Task
from pbdb.runner.loop import Runner, Settings
from pbdb.runner.sql_steps import SqlSteps
from pbdb.steps import execute, execute_batch, execute_inline
from pbdb.steps.context import Services

_SQL: Final = Limit("sql", 4)
_SANDBOX: Final = Limit("sandbox", 2 * (os.cpu_count() or 1))


@asynccontextmanager
async def open_runner(
    target: Target, app: App, settings: Settings | None = None, *, name: str | None = None
) -> AsyncIterator[Runner]:
    """Yield a runner for everything that this process can execute."""
    async with Services(app) as services:
        pool = Pool(target, "pbdb runner")
        sql = SqlSteps(pool, app)
        runner = Runner(
            target,
            handlers_of(services, sql),
            settings,
            pool=pool,
            name=name,
            chores=[sql.embed_memories] if app.embedders else [],
        )
        sql.worker = runner.name
        yield runner


def handlers_of(services: Services, sql: SqlSteps) -> list[Handler]:
    """Return how each handler key is run."""
    handlers: list[Handler] = [
        Stored("DATABASE_QUERY", sql.run, _SQL),
        Stored("MEMORY_SEARCH", sql.run, _SQL),
    ]
    threads = Limit("threads", services.threads)
    for key in services.handlers():
        kind, _, name = key.partition(":")
        function = _registered(services.app, kind, name)
        if key == "MEMORY_SEARCH:@embed":
            handlers.append(Stored(key, sql.embed_and_run, _SQL))
        elif function is not None and function.batch:
            handlers.append(Batch(key, _batch(services)))
        elif function is not None and function.inline:
            handlers.append(Inline(key, _inline(services)))
        elif kind == "CUSTOM_FUNCTION" and name.startswith("@"):
            handlers.append(Task(key, _task(services), _SANDBOX))
        elif function is not None and function.concurrency is not None:
            handlers.append(Task(key, _task(services), Limit(key, function.concurrency)))
        elif function is not None and not function.is_async:
            # Not claimed before a thread is free: its time would run out in the queue.
            handlers.append(Task(key, _task(services), threads))
        else:
            handlers.append(Task(key, _task(services)))
    return handlers


def _registered(app: App, kind: str, name: str) -> Registered | None:
    by_kind = {"CUSTOM_FUNCTION": app.functions, "AGENT_EXECUTION": app.agents}
    return by_kind.get(kind, {}).get(name)


def _task(services: Services) -> Callable[[Step], Awaitable[Output]]:
    async def run(step: Step) -> Output:
        cancelled = asyncio.Event()
        try:
            return await execute(step, services.context(cancelled))
        finally:
            # A function in a thread cannot be stopped, but told that nobody waits for it.
            cancelled.set()

    return run


def _batch(services: Services) -> Callable[[Sequence[Step]], Awaitable[Sequence[Outcome]]]:
    async def run(steps: Sequence[Step]) -> Sequence[Outcome]:
        return await execute_batch(steps, services.context())

    return run


def _inline(services: Services) -> Callable[[Step], Output]:
    context = services.context()
    return lambda step: execute_inline(step, context)
