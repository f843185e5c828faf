"""What handlers work with: the services of one runner process, and the context of one step."""

from __future__ import annotations

import asyncio
import contextvars
import importlib.util
import logging
import os
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self, TypeVar

from pbdb.app.registry import App, Embedder
from pbdb.guard.deno import Limits, find_deno
from pbdb.guard.egress import Egress, EgressPolicy
from pbdb.guard.sandbox import Sandbox
from pbdb.guard.secrets import Secrets
from pbdb.model import StepFailed
from pbdb.settings import whole_number
from pbdb.steps.embeddings import default_embedder

Value = TypeVar("Value")


class Services:
    """Everything the handlers of one process share. Use as an async context manager."""

    def __init__(self, app: App, *, environ: Mapping[str, str] | None = None) -> None:
        """An app without an embedder gets the default one, if there is one.

        Raises SettingInvalid.
        """
        self.app = app
        self.environ: Mapping[str, str] = os.environ if environ is None else environ
        self.sandbox = Sandbox(
            limits=Limits(
                memory_mb=whole_number(self.environ, "PBDB_SANDBOX_MEMORY_MB", 128, least=16)
            ),
            spare=whole_number(self.environ, "PBDB_SANDBOX_SPARE", 1),
        )
        self.secrets = Secrets.from_environ(self.environ)
        self.egress = Egress(EgressPolicy.from_environ(self.environ))
        if not app.embedders:
            embedder = default_embedder(self.environ, self.egress)
            if embedder is not None:
                app.add_embedder(embedder)
        self.threads = whole_number(self.environ, "PBDB_THREADS", 64, least=1)
        self._threads = ThreadPoolExecutor(
            max_workers=self.threads,
            thread_name_prefix="pbdb-function",
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.sandbox.close()
        await self.egress.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def handlers(self) -> list[str]:
        """Every handler key this process can execute, sorted."""
        keys = set(self.app.handlers())
        if find_deno() is not None:
            keys |= {"CUSTOM_FUNCTION:@typescript", "CUSTOM_FUNCTION:@javascript"}
        keys |= {"API_CALL", "AGENT_EXECUTION:assistant"}
        if _is_installed("pydantic_ai"):
            keys.add("AGENT_EXECUTION:@model")
        return sorted(keys)

    def context(self, cancelled: asyncio.Event | None = None) -> Context:
        """The context of one attempt; set `cancelled` when the attempt is no longer wanted."""
        return Context(services=self, cancelled=cancelled or asyncio.Event())

    async def in_thread(self, call: Callable[..., Value], **arguments: Any) -> Value:
        """Run a blocking function in this process's threads; it cannot be interrupted."""
        run = partial(contextvars.copy_context().run, partial(_contained, call), **arguments)
        return await asyncio.get_running_loop().run_in_executor(self._threads, run)


def _contained(call: Callable[..., Value], **arguments: Any) -> Value:
    """Call; what a future cannot carry, or would end the process, comes out as a failure.

    A future refuses StopIteration and then never ends; KeyboardInterrupt ends the event loop.
    """
    try:
        return call(**arguments)
    except BaseException as error:
        if isinstance(error, Exception) and not isinstance(error, (StopIteration, CancelledError)):
            raise
        raise StepFailed.of(error) from error


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler or a registered function may use beside its Step.

    `cancelled` is set when the step was cancelled or its lease lost; a long function should look
    at it (`context.cancelled.is_set()` is safe in a thread) and stop.
    """

    services: Services
    cancelled: asyncio.Event
    logger: logging.Logger = field(default=logging.getLogger("pbdb.step"))

    @property
    def app(self) -> App:
        return self.services.app

    @property
    def sandbox(self) -> Sandbox:
        return self.services.sandbox

    @property
    def secrets(self) -> Secrets:
        return self.services.secrets

    @property
    def egress(self) -> Egress:
        return self.services.egress

    def embedder(self, name: str | None = None) -> Embedder:
        """The embedder called `name`, or the default one.

        Raises StepFailed EMBEDDING_ERROR, permanent, when there is none.
        """
        embedders = self.app.embedders
        if name is None and embedders:
            return next(iter(embedders.values()))
        if name in embedders:
            return embedders[name]
        known = ", ".join(sorted(embedders)) or "none"
        raise StepFailed(
            "EMBEDDING_ERROR",
            f"this runner has no embedding model {name or ''!r}; it has: {known}",
            permanent=True,
        )


def _is_installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
