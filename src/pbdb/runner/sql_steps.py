"""Steps that the database executes by itself, in a transaction of their own that a runner opens."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any, Final

import psycopg

from pbdb.app.registry import App, Embedder
from pbdb.database import Backoff, Pool, is_transient
from pbdb.model import Step, StepFailed
from pbdb.runner import queue

log = logging.getLogger(__name__)

_EMBED_AT_ONCE: Final = 32
_EMBED_SECONDS: Final = 10.0
_UNKNOWN_MODEL_SECONDS: Final = 60.0
# Looking for memories that nobody enqueued reads all of them: soon after the start, then seldom.
_OLDER_SECONDS: Final = (5.0, 3600.0)
_OLDER_AT_ONCE: Final = 10000
_UNKNOWN_MODEL: Final = "PB017"
_STALE: Final = "PB002"


class SqlSteps:
    """DATABASE_QUERY and MEMORY_SEARCH for one runner, and the vectors that are still missing."""

    def __init__(self, pool: Pool, app: App, worker: str) -> None:
        self._worker = worker
        self._pool = pool
        self._embedders: Mapping[str, Embedder] = app.embedders
        self._announced: set[str] = set()
        self._older_at = 0.0
        self._older_seconds, _ = _OLDER_SECONDS
        self._embed_at = dict.fromkeys(app.embedders, 0.0)

    async def run(self, step: Step) -> bool:
        """Run a claimed step and store its result together; False when it was not ours any more.

        Raises StepFailed: TIMEOUT when the step's time is over, QUERY_ERROR for what the database
        refuses as a whole.
        """
        return await self._run(step, None)

    async def embed_and_run(self, step: Step) -> bool:
        """The same for a search whose text has to be embedded first."""
        given = step.input if isinstance(step.input, Mapping) else {}
        text = step.config.get("query") or given.get("query")
        if not isinstance(text, str) or not text.strip():
            return await self._run(step, None)  # the database says what is wrong with it
        embedder = self._embedder(step.config.get("model"))
        try:
            async with asyncio.timeout(step.timeout_seconds):
                await self._announce(embedder)
                (vector,) = await embedder.embed([text])
        except TimeoutError:
            raise StepFailed.late(step) from None
        return await self._run(step, vector)

    async def embed_memories(self) -> None:
        """Embed memories that were stored without a vector, a few at a time."""
        for name, embedder in self._embedders.items():
            if time.monotonic() < self._embed_at[name]:
                continue
            self._embed_at[name] = time.monotonic() + _EMBED_SECONDS
            try:
                await self._announce(embedder)
                await self._enqueue_older()
                async with self._pool.connection() as connection:
                    claimed = await queue.claim_memories(
                        connection, self._worker, name, _EMBED_AT_ONCE
                    )
            except psycopg.Error as error:
                if error.sqlstate != _UNKNOWN_MODEL:
                    raise
                # The model is not registered in this database; it may be one day.
                self._embed_at[name] = time.monotonic() + _UNKNOWN_MODEL_SECONDS
                continue
            if claimed:
                await self._embed(embedder, claimed)
                if len(claimed) == _EMBED_AT_ONCE:
                    self._embed_at[name] = 0.0

    async def _announce(self, embedder: Embedder) -> None:
        """Tell the database of a model once, so that nobody has to register it by hand."""
        if embedder.name in self._announced:
            return
        threshold = getattr(embedder, "default_threshold", None)
        async with self._pool.connection() as connection:
            await queue.register_model(connection, embedder.name, embedder.dimensions, threshold)
        self._announced.add(embedder.name)

    async def _enqueue_older(self) -> None:
        """Let memories wait for their vectors that were stored when no model was known.

        Looks again and again, though ever more seldom: a transaction that stored some may commit
        after the first model was announced, and one look takes only so many.
        """
        if time.monotonic() < self._older_at:
            return
        try:
            async with self._pool.connection() as connection:
                count = await queue.enqueue_memories(connection, _OLDER_AT_ONCE)
        except psycopg.Error as error:
            if error.sqlstate != _UNKNOWN_MODEL:  # of several models none is the default
                raise
            count = 0
        first, longest = _OLDER_SECONDS
        self._older_seconds = first if count else min(self._older_seconds * 2, longest)
        is_all = count < _OLDER_AT_ONCE
        self._older_at = time.monotonic() + (self._older_seconds if is_all else 0.0)

    async def _embed(self, embedder: Embedder, claimed: list[queue.Memory]) -> None:
        try:
            vectors = await embedder.embed([each.content for each in claimed])
        except Exception as error:  # noqa: BLE001
            log.warning("embedding failed", extra={"model": embedder.name, "count": len(claimed)})
            async with self._pool.connection() as connection:
                await queue.fail_memories(connection, embedder.name, claimed, str(error))
            return
        async with self._pool.connection() as connection:
            await queue.store_vectors(connection, embedder.name, claimed, vectors)

    async def _run(self, step: Step, embedding: list[float] | None) -> bool:
        backoff = Backoff()
        while True:
            try:
                async with self._pool.connection() as connection:
                    await queue.run_sql_step(connection, self._worker, step, embedding)
                return True
            except psycopg.errors.QueryCanceled:
                raise StepFailed.late(step) from None
            except psycopg.Error as error:
                if error.sqlstate == _STALE:
                    return False
                if not is_transient(error):
                    raise _refused(error) from error
            # The same token again: when the first COMMIT did arrive, nothing happens twice.
            await asyncio.sleep(backoff.next())

    def _embedder(self, name: Any) -> Embedder:
        if name is None:
            return next(iter(self._embedders.values()))
        try:
            return self._embedders[name]
        except KeyError:
            known = ", ".join(sorted(self._embedders))
            raise StepFailed(
                "EMBEDDING_ERROR",
                f"this runner has no embedding model {name!r}; it has: {known}",
                permanent=True,
            ) from None


def _refused(error: psycopg.Error) -> StepFailed:
    message = error.diag.message_primary or str(error)
    return StepFailed("QUERY_ERROR", message, details={"sqlstate": error.sqlstate})
