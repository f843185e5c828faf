"""A runner for a project: its App, the built-in handlers and the database's own steps together."""

from __future__ import annotations

import asyncio
import os
import socket
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from uuid import UUID

from pbdb.app.registry import App, Registered
from pbdb.database import Pool, Target
from pbdb.model import Outcome, Output, Step
from pbdb.runner.handlers import Batch, Handler, Inline, Limit, Stored, Task
from pbdb.runner.loop import Loop
from pbdb.runner.settings import Settings, Stats
from pbdb.runner.sql_steps import SqlSteps
from pbdb.steps import execute, execute_batch, execute_inline
from pbdb.steps.context import Services

_SQL: Final = Limit("sql", 4)
_SANDBOX: Final = Limit("sandbox", 2 * (os.cpu_count() or 1))


class Runner:
    """Runs steps in this process: those of an App, and all that need no App.

    `await runner.run()` works until `stop()` has been called and what it held is put away.
    """

    def __init__(
        self,
        target: Target | str,
        app: App | None = None,
        settings: Settings | None = None,
        *,
        name: str | None = None,
        execution_id: UUID | None = None,
    ) -> None:
        """Describe a runner of a database (a URL will do); nothing is opened before `run()`.

        An app without an embedding model gets the default one, if there is one. `name` is unique
        among live runners; default: host, process and a number. With `execution_id` it runs the
        steps of that execution and of what it calls, and nothing else: no embeddings of memories,
        no schedules. Raises SettingInvalid.
        """
        self.name: Final = name or f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:6]}"
        app = app or App()
        if isinstance(target, str):
            target = Target(target)
        self._services = Services(app)
        pool = Pool(target, "pbdb runner")
        sql = SqlSteps(pool, app, self.name)
        self._loop = Loop(
            target,
            handlers_of(self._services, sql),
            settings,
            name=self.name,
            pool=pool,
            chores=[sql.embed_memories] if app.embedders and execution_id is None else [],
            execution_id=execution_id,
        )

    @property
    def stats(self) -> Stats:
        """What it has done so far."""
        return self._loop.stats

    async def run(self) -> None:
        """Work until `stop()`; lost connections, restarts and standbys are waited out."""
        async with self._services:
            await self._loop.run()

    def stop(self) -> None:
        """Claim nothing more, finish within the grace period; the second call releases at once.

        From the thread of the event loop that runs it, a signal handler of that loop for example.
        """
        self._loop.stop()


def handlers_of(services: Services, sql: SqlSteps) -> list[Handler]:
    """Return how each handler key is run."""
    handlers: list[Handler] = [
        Stored("DATABASE_QUERY", sql.run, _SQL),
        Stored("MEMORY_SEARCH", sql.run, _SQL),
    ]
    for key in services.handlers():
        if key == "MEMORY_SEARCH:@embed":
            handlers.append(Stored(key, sql.embed_and_run, _SQL))
        else:
            handlers.append(_handler(services, key))
    return handlers


def _handler(services: Services, key: str) -> Handler:
    kind, _, name = key.partition(":")
    function = _registered(services.app, kind, name)
    if function is None:
        is_code = kind == "CUSTOM_FUNCTION" and name.startswith("@")
        return Task(key, _task(services), _SANDBOX if is_code else None)
    if function.batch:
        return Batch(key, _batch(services))
    if function.inline:
        return Inline(key, _inline(services))
    if function.concurrency is not None:
        return Task(key, _task(services), Limit(key, function.concurrency))
    # Not claimed before a thread is free: its time would run out in the queue.
    return Task(key, _task(services), None if function.is_async else _threads(services))


def _registered(app: App, kind: str, name: str) -> Registered | None:
    by_kind = {"CUSTOM_FUNCTION": app.functions, "AGENT_EXECUTION": app.agents}
    return by_kind.get(kind, {}).get(name)


def _threads(services: Services) -> Limit:
    return Limit("threads", services.threads)


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
