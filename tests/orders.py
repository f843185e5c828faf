"""Steps real sessions through every order of their statements.

Each session is a transaction: begin, its calls, commit. A call that waits for a lock is left
waiting, and the session's later statements wait with it, until somebody else's commit lets it go
on: so a run is every order that a server could meet, without any sleep. A session that is told to
come again (a report that somebody stands in the way of) gives up its transaction and runs it once
more when the others are done.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg

Connection = psycopg.Connection[Any]
Call = Callable[[Connection], Any]


class Busy(Exception):
    """A call changed nothing because somebody else holds what it needs."""


class Session:
    """A connection whose statements run in a thread of its own, one after the other."""

    def __init__(self, connection: Connection, calls: Sequence[Call], *, begins: bool) -> None:
        self.connection = connection
        self.pid = connection.info.backend_pid
        self.answers: list[Any] = []
        self.comes_again = False
        self._calls = [self._answer(call) for call in calls]
        self._pool = ThreadPoolExecutor(1)
        self._running: Future[Any] | None = None
        self._todo = [*([self._begin] if begins else []), *self._calls, self._commit]

    @property
    def statements(self) -> int:
        return len(self._todo)

    def next(self) -> None:
        """Start the next statement; the one before has ended."""
        self._running = self._pool.submit(self._todo.pop(0))

    def again(self) -> None:
        """Start all of it once more, in one go."""
        self.comes_again = False
        self.answers.clear()
        self._running = self._pool.submit(lambda: [each() for each in [*self._calls, self._commit]])

    def is_busy(self) -> bool:
        if self._running is not None and self._running.done():
            self._running.result()
            self._running = None
        return self._running is not None

    def close(self) -> None:
        self._pool.shutdown()

    def _begin(self) -> None:
        self.connection.execute("select 1")

    def _commit(self) -> None:
        is_undone = self._has_failed() or self.comes_again
        self.connection.rollback() if is_undone else self.connection.commit()

    def _has_failed(self) -> bool:
        return self.connection.info.transaction_status == psycopg.pq.TransactionStatus.INERROR

    def _answer(self, call: Call) -> Callable[[], None]:
        def run() -> None:
            if self._has_failed() or self.comes_again:
                self.answers.append("not run")
                return
            try:
                self.answers.append(call(self.connection))
            except Busy:
                self.comes_again = True
            except psycopg.Error as error:
                self.answers.append(f"error {error.sqlstate}")

        return run


def orders(counts: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every order of the statements of sessions that have so many each."""
    if not any(counts):
        yield ()
    for index, count in enumerate(counts):
        if count:
            rest = [*counts[:index], count - 1, *counts[index + 1 :]]
            yield from ((index, *order) for order in orders(rest))


def run_in_order(
    watcher: Connection, sessions: Sequence[Session], order: Sequence[int]
) -> tuple[Any, ...]:
    """Run the statements in this order, as far as locks allow; the answers of each session."""
    late: list[int] = []
    for index in order:
        late.append(index)
        _catch_up(watcher, sessions, late)
    end = time.monotonic() + 20
    while late or any(session.is_busy() for session in sessions):
        _catch_up(watcher, sessions, late)
        assert time.monotonic() < end, "sessions wait for each other and nobody ends it"
    for session in sessions:
        if session.comes_again:
            session.again()
            _settle(watcher, session)
        assert not session.comes_again, "it is told to come again though nobody stands in the way"
    return tuple(tuple(session.answers) for session in sessions)


def serial_orders(count: int) -> Iterator[tuple[int, ...]]:
    """Every order of whole sessions, some of them left out."""
    for size in range(count + 1):
        yield from itertools.permutations(range(count), size)


def _catch_up(watcher: Connection, sessions: Sequence[Session], late: list[int]) -> None:
    """Start what is late, in order, for every session that does not wait for a lock."""
    for index in list(late):
        session = sessions[index]
        if _settle(watcher, session):
            late.remove(index)
            session.next()
            _settle(watcher, session)
    for session in sessions:
        _settle(watcher, session)


def _settle(watcher: Connection, session: Session) -> bool:
    """Wait until the session's statement has ended, or waits for a lock; whether it has ended."""
    while session.is_busy():
        row = watcher.execute(
            "select cardinality(pg_blocking_pids(%s)) > 0", (session.pid,)
        ).fetchone()
        if row is not None and row[0] and session.is_busy():
            return False
        time.sleep(0.0005)
    return True
