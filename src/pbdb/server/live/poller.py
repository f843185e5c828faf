"""One task asks for the changes of everything that is watched, tenant by tenant.

Not a NOTIFY and not a write: those would cost every execution, watched or not. A look returns
states, not differences, so that one may come twice but none is lost (get_execution_changes).
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

import psycopg

from pbdb.server.access.principal import Principal
from pbdb.server.call import Database
from pbdb.server.catalog import Function
from pbdb.server.problems import Problem

log = logging.getLogger(__name__)

FUNCTIONS: Final = frozenset({"get_execution_changes", "get_execution_result"})
"""What the live feed calls beside the routes."""

ENDED: Final = frozenset({"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT"})

_LEAST: Final = 0.05
_QUICK: Final = 0.25
_SLOW: Final = 2.0
_IDS: Final = 1000
_OF_A_TENANT: Final = 500
_OF_ALL: Final = 5000


class Look(NamedTuple):
    """What one look at one execution found; `change` is None when nothing did."""

    cursor: str
    is_snapshot: bool
    change: dict[str, Any] | None

    @property
    def has_ended(self) -> bool:
        """Whether it shows a status that does not change by itself."""
        return self.change is not None and self.change["execution"]["status"] in ENDED


@dataclass(eq=False)
class Watcher:
    """One stream's place: at most one look waits in it, whatever the client's pace."""

    execution_id: UUID
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    found: Look | None = None
    is_behind: bool = False
    looked_at: float = 0.0

    def offer(self, look: Look, began: float) -> None:
        """Take what the poller found, unless a look of its own began later."""
        if began < self.looked_at:
            return
        # A second one that nobody has taken: the stream looks itself, from what it has sent.
        self.is_behind = self.is_behind or self.found is not None
        self.found = None if self.is_behind else look
        self.wake.set()


class Poller:
    """Who watches what; the task that looks for them. Quick while something happens, else slow."""

    def __init__(self, database: Database, functions: dict[str, Function]) -> None:
        self._database = database
        self._changes = functions["get_execution_changes"]
        self._result = functions["get_execution_result"]
        self._watchers: defaultdict[UUID, set[Watcher]] = defaultdict(set)
        self._cursors: dict[UUID, str] = {}
        self._task: asyncio.Task[None] | None = None
        self.is_stopping = False

    @contextmanager
    def watching(self, principal: Principal, execution_id: UUID) -> Iterator[Watcher]:
        """A place among the watchers. Raises Problem 429 when there are too many."""
        tenant = principal.organization_id
        count = sum(map(len, self._watchers.values()))
        if len(self._watchers[tenant]) >= _OF_A_TENANT or count >= _OF_ALL:
            raise Problem(429, "PB429", "too many streams are open", headers={"Retry-After": "15"})
        watcher = Watcher(execution_id)
        self._watchers[tenant].add(watcher)
        if self._task is None:
            self._task = asyncio.create_task(self._poll())
        try:
            yield watcher
        finally:
            self._watchers[tenant].discard(watcher)
            if not self._watchers[tenant]:
                del self._watchers[tenant]
                self._cursors.pop(tenant, None)

    def end_streams(self) -> None:
        """Let every stream end; their clients go on where the cursor is, at another server."""
        self.is_stopping = True
        for watchers in self._watchers.values():
            for each in watchers:
                each.wake.set()

    async def close(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def status(self, principal: Principal, execution_id: UUID) -> str:
        """The status of an execution. Raises Problem 404."""
        arguments = {"p_execution_id": str(execution_id)}
        found = await self._database.rows(
            principal, self._result, arguments, only_reads=True, is_live=True
        )
        if not found.number:
            raise Problem(404, "PB004", "there is no such thing in this organization")
        return str(json.loads(found.json)[0]["status"])

    async def look(self, principal: Principal, watcher: Watcher, cursor: str | None) -> Look:
        """Look at one execution since a cursor, or at all of it."""
        watcher.looked_at = time.monotonic()
        watcher.found, watcher.is_behind = None, False
        rows = await self._rows(principal, [watcher.execution_id], cursor)
        (row,) = rows
        return Look(row["next_cursor"], row["is_snapshot"], row["change"])

    async def until_ended(self, principal: Principal, execution_id: UUID, seconds: float) -> None:
        """Wait for the end of an execution, that long at most, and hold no connection meanwhile."""
        end = time.monotonic() + seconds
        with self.watching(principal, execution_id) as watcher:
            while await self.status(principal, execution_id) not in ENDED:
                rest = end - time.monotonic()
                if rest <= 0:
                    return
                await self.changed(watcher, rest)

    async def changed(self, watcher: Watcher, seconds: float) -> None:
        """Wait until what is watched may have changed, that long at most, or a slow look's time."""
        with suppress(TimeoutError):
            await asyncio.wait_for(watcher.wake.wait(), min(seconds, _SLOW))
        watcher.wake.clear()
        watcher.found, watcher.is_behind = None, False

    async def _poll(self) -> None:
        pause = _QUICK
        while True:
            # What this process commits is looked for at once.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._database.committed.wait(), pause)
                # Many commits at once are one look.
                await asyncio.sleep(_LEAST)
                pause = 0.0
            self._database.committed.clear()
            moved = [await self._tries(tenant) for tenant in list(self._watchers)]
            pause = _QUICK if any(moved) else min(max(pause, _QUICK / 2) * 2, _SLOW)

    async def _tries(self, tenant: UUID) -> bool:
        """Look for a tenant; what fails for one is tried again and stops nobody else's streams."""
        try:
            return await self._look_for(tenant)
        except (psycopg.Error, Problem) as error:
            log.warning(f"live: no look for {tenant}: {type(error).__name__}")
        except Exception:
            log.exception(f"live: no look for {tenant}")
        return False

    async def _look_for(self, tenant: UUID) -> bool:
        """Look at all that a tenant watches; return whether something has changed."""
        watchers = list(self._watchers.get(tenant, ()))
        if not watchers:
            return False
        began = time.monotonic()
        principal = Principal(tenant, frozenset(), "live")
        by_id: defaultdict[str, list[Watcher]] = defaultdict(list)
        for each in watchers:
            by_id[str(each.execution_id)].append(each)
        ids = list(by_id)
        cursor, cursors = self._cursors.get(tenant), []
        has_changed = False
        for place in range(0, len(ids), _IDS):
            part = [UUID(each) for each in ids[place : place + _IDS]]
            rows = await self._rows(principal, part, cursor)
            cursors.append(rows[0]["next_cursor"])
            for row in rows:
                for watcher in by_id.get(row["execution_id"] or "", ()):
                    has_changed = True
                    found = Look(row["next_cursor"], row["is_snapshot"], row["change"])
                    watcher.offer(found, began)
        # The first call's: what was written between two calls is told again.
        self._cursors[tenant] = cursors[0]
        return has_changed

    async def _rows(
        self, principal: Principal, ids: list[UUID], cursor: str | None
    ) -> list[dict[str, Any]]:
        arguments = {"p_execution_ids": [str(each) for each in ids], "p_cursor": cursor}
        found = await self._database.rows(
            principal, self._changes, arguments, only_reads=True, is_live=True
        )
        rows: list[dict[str, Any]] = json.loads(found.json)
        return rows
