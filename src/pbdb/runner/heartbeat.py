"""Keeping leases alive, from a thread that a handler which blocks the loop cannot starve."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

import psycopg

from pbdb.database import Backoff, Connection, Target, connect

log = logging.getLogger(__name__)

# "busy" is none of them: the row is being decided about, the next beat learns the outcome.
_LOST: Final = frozenset({"stale", "cancelled", "timed_out"})

Held = tuple[UUID, UUID, UUID]
"""Step result id, token and organization of one leased step."""

Lost = tuple[UUID, UUID, str]
"""Step result id, token, and the outcome that the database gave instead of 'extended'."""


class Heartbeat:
    """Extends what is held each third of the lease; tells which steps are to be aborted.

    `held` is called from the thread and must be quick: it returns the steps claimed before a given
    `time.monotonic()`. `on_lost` is called from the thread with (id, token, outcome).
    """

    def __init__(
        self,
        target: Target,
        worker: str,
        lease_seconds: int,
        held: Callable[[float], Sequence[Held]],
        on_lost: Callable[[Sequence[Lost]], None],
    ) -> None:
        self._target = target
        self._worker = worker
        self._lease = lease_seconds
        self._held = held
        self._on_lost = on_lost
        self._stopped = threading.Event()
        self._connection: Connection | None = None
        self._thread = threading.Thread(target=self._run, name="pbdb-heartbeat", daemon=True)

    def start(self) -> None:
        """Start the thread; it connects when it first has something to extend."""
        self._thread.start()

    def stop(self) -> None:
        """Stop beating. Waits for a beat under way, at most a few seconds."""
        self._stopped.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        backoff = Backoff(base=0.1, cap=max(0.2, self._lease / 10))
        interval = self._lease / 3
        delay = interval
        while not self._stopped.wait(delay):
            # Steps younger than this are extended by the next beat, in time.
            held = self._held(time.monotonic() - interval / 4)
            try:
                if held:
                    self._beat(held)
            except psycopg.Error as error:
                self._disconnect()
                delay = min(interval, backoff.next())
                log.warning(
                    "heartbeat failed",
                    extra={"worker": self._worker, "sqlstate": error.sqlstate, "steps": len(held)},
                )
                continue
            except Exception:
                # Whatever it is, without this thread every lease would run out.
                log.exception("heartbeat failed", extra={"worker": self._worker})
            backoff.reset()
            delay = interval * random.uniform(0.9, 1.0)
        self._disconnect()

    def _beat(self, held: Sequence[Held]) -> None:
        if self._connection is None or self._connection.closed:
            self._connection = connect(
                self._target.url, f"{self._worker} heartbeat", is_pooled=self._target.is_pooled
            )
        ids = [id_ for id_, _, _ in held]
        tokens = {id_: token for id_, token, _ in held}
        organizations = [organization for _, _, organization in held]
        answers = self._connection.execute(
            "select step_result_id, outcome from "
            "pbdb.heartbeat_playbook_steps(%s, %s::uuid[], %s::uuid[], %s, %s::uuid[])",
            (self._worker, ids, list(tokens.values()), self._lease, organizations),
        ).fetchall()
        lost = [(id_, tokens[id_], outcome) for id_, outcome in answers if outcome in _LOST]
        if lost:
            self._on_lost(lost)

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
