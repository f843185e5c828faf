"""The runner: claims steps, has them run, reports what became of them.

Nothing here knows what a step means or what comes after it; the database decides both. A few pumps
take turns in calling the database, each call reporting whatever finished in the meantime and
claiming what fits: batches grow with load by themselves, and a lone step waits for nobody.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import socket
import time
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeVar

import psycopg

from pbdb.database import (
    Backoff,
    Pool,
    Target,
    is_stale_plan,
    is_standby,
    is_transient,
)
from pbdb.model import Step, StepFailed
from pbdb.runner import queue
from pbdb.runner.flights import Batch, Dispatcher, Handler, Inline, Limit, error_text
from pbdb.runner.heartbeat import Heartbeat, Lost
from pbdb.runner.listener import listen
from pbdb.runner.schedules import fire_due
from pbdb.runner.slots import Group, Plan, plan

log = logging.getLogger(__name__)

Report = TypeVar("Report", queue.Completion, queue.Failure)

# How long a runner is saturated before it says that it needs no notifications.
_BUSY_SECONDS: Final = 0.5
_CANCEL_SECONDS: Final = 5.0
_HERD_SECONDS: Final = 0.05
# So many notifications in so long are a storm: looking by ourselves is then cheaper for everybody,
# because commits that notify wait for each other. It is over when so long nothing was found.
_STORM_HINTS: Final = 20
_STORM_SECONDS: Final = 0.5
_STORM_LOOK: Final = (0.01, 0.16)
_CALM_SECONDS: Final = 2.0
# How often a runner sweeps whatever else it does.
_SWEEP_SECONDS: Final = 5.0
_CHORE_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How a runner works. Times in seconds.

    concurrency: steps in flight, of those that have no limit of their own. batch: most steps of
    one claim. lease: how long a step stays ours without a heartbeat. poll: how often an idle
    runner looks without being told. grace: how long steps may go on after the first signal.
    calls: database calls in flight.
    """

    concurrency: int = 256
    batch: int = 128
    lease_seconds: int = 60
    poll_seconds: float = 1.0
    grace_seconds: float = 20.0
    calls: int = 2


@dataclass(slots=True)
class Stats:
    """What a runner has done since it started."""

    claimed: int = 0
    completed: int = 0
    failed: int = 0
    discarded: int = 0
    turns: int = 0


class Runner:
    """One runner process. `run()` returns when `stop()` has been called and work is put away."""

    def __init__(
        self,
        target: Target,
        handlers: Sequence[Handler],
        settings: Settings | None = None,
        *,
        pool: Pool | None = None,
        name: str | None = None,
        chores: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        """Describe a runner; nothing is opened before `run()`. `chores` are for idle moments."""
        self.name: Final = name or f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:6]}"
        self.stats = Stats()
        self._settings = settings or Settings()
        self._target = target
        self._pool = pool or Pool(target, "pbdb runner")
        self._keys = [each.key for each in handlers]
        self._chores = chores
        self._groups = _groups(handlers, self._settings)
        self._dispatcher = Dispatcher(handlers, self._groups, self._on_report, self._want)
        self._wake = asyncio.Event()
        self._changed = asyncio.Event()
        self._stopping = asyncio.Event()
        self._hurry = asyncio.Event()
        # What we know of the queue: is there something to claim, and does it want to tell us.
        self._is_wanted = True
        self._report_limit = self._settings.batch
        self._is_saturated = False
        self._saturated_since = 0.0
        self._is_flagged_idle = False
        self._is_flagging = False
        self._last_claim = 0.0
        self._herd_delay = 0.0
        self._hint: asyncio.TimerHandle | None = None
        self._hints = 0
        self._hints_since = 0.0
        self._is_storm = False
        self._look: asyncio.TimerHandle | None = None
        self._look_delay = 0.0
        self._found_at = 0.0

    # -- life -------------------------------------------------------------------------------

    async def run(self) -> None:
        """Work until `stop()`; lost connections, restarts and standbys are waited out."""
        loop = asyncio.get_running_loop()
        heartbeat = Heartbeat(
            self._target,
            self.name,
            self._settings.lease_seconds,
            self._dispatcher.held,
            lambda lost: _in_loop(loop, self._dispatcher.abort, lost),
        )
        heartbeat.start()
        work: list[asyncio.Task[None]] = [
            asyncio.create_task(
                listen(self._target, "pbdb runner listen", self._greet, self._on_hint)
            ),
            asyncio.create_task(self._poll()),
            asyncio.create_task(self._do_chores()),
            *(asyncio.create_task(self._pump()) for _ in range(self._settings.calls)),
        ]
        stopping = asyncio.ensure_future(self._stopping.wait())
        log.info("runner started", extra={"worker": self.name})
        try:
            self._wake.set()
            await asyncio.wait([stopping, *work], return_when="FIRST_COMPLETED")
            for each in work:
                if each.done():
                    each.result()
            await self._put_away()
        finally:
            stopping.cancel()
            for each in work:
                each.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            heartbeat.stop()
            with suppress(psycopg.Error, TimeoutError):
                async with asyncio.timeout(2), self._pool.connection() as connection:
                    await queue.unregister(connection, self.name)
            await self._pool.close()
            log.info("runner stopped", extra={"worker": self.name})

    def stop(self) -> None:
        """Claim nothing more, finish within the grace period; the second call releases at once."""
        if self._stopping.is_set():
            self._hurry.set()
        else:
            log.info("runner stops", extra={"worker": self.name})
        self._stopping.set()
        self._wake.set()
        self._changed.set()

    async def _put_away(self) -> None:
        """Wait for what runs and report it; release what does not end in time."""
        flights = self._dispatcher.flights
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.grace_seconds):
                while not self._is_settled() and not self._hurry.is_set():
                    await self._change()
        rest = [flight for flight in flights.values() if not flight.is_landed]
        for flight in rest:
            self._dispatcher.drop(flight)
        if tasks := {flight.task for flight in rest if flight.task is not None}:
            await asyncio.wait(tasks, timeout=_CANCEL_SECONDS)
        with suppress(TimeoutError, psycopg.Error):
            async with asyncio.timeout(_CANCEL_SECONDS):
                if rest:
                    await self._release([flight.step for flight in rest])
                while not self._is_settled():
                    await self._change()
        if flights:
            log.warning(
                "results could not be reported; these leases will run out",
                extra={"worker": self.name, "steps": len(flights)},
            )

    def _is_settled(self) -> bool:
        """Whether nothing is held, and no claim under way can still bring something."""
        return not self._dispatcher.flights and not any(group.reserved for group in self._groups)

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    async def _release(self, steps: Sequence[Step]) -> None:
        async with self._pool.connection() as connection:
            await queue.release(
                connection,
                self.name,
                [step.step_result_id for step in steps],
                [step.token for step in steps],
            )
        log.info("steps released", extra={"worker": self.name, "steps": len(steps)})

    # -- pumping ----------------------------------------------------------------------------

    async def _pump(self) -> None:
        """Take turns with the other pumps; wait while there is nothing to say or to ask."""
        backoff = Backoff()
        while True:
            await self._wake.wait()
            if not self._has_reports() and not self._may_claim():
                self._wake.clear()
                continue
            try:
                await self._turn()
                backoff.reset()
            except psycopg.Error as error:
                await self._recover(error, backoff)
            self._changed.set()

    def _has_reports(self) -> bool:
        return bool(self._dispatcher.done or self._dispatcher.failed)

    def _may_claim(self) -> bool:
        return (
            self._is_wanted
            and not self._stopping.is_set()
            and any(group.free > 0 for group in self._groups)
        )

    async def _turn(self) -> None:
        """Report what finished and claim what fits, in as few round trips as that takes."""
        self.stats.turns += 1
        if failed := _take(self._dispatcher.failed, self._report_limit):
            await self._report_failures(failed)
        done = _take(self._dispatcher.done, self._report_limit)
        if done and self._report_limit == 1:
            await self._report(done)
            done = []
        self._report_limit = min(self._settings.batch, self._report_limit * 2)
        plans: list[Plan] = []
        if not self._stopping.is_set() and (self._is_wanted or done or failed):
            plans = plan(self._groups, self._settings.batch, is_probe=not self._is_saturated)
            # Without a free slot the wish stays, until one is free.
            self._is_wanted = self._is_wanted and not plans
        for each in plans:
            each.reserve()
        count, is_full, has_asked = 0, False, bool(plans)
        try:
            if done and not plans:
                await self._report(done)
            while plans:
                steps = await self._claim(plans[0], done)
                done = []
                count += len(steps)
                is_full = is_full or len(steps) == plans[0].limit
                await self._start(steps, plans.pop(0))
        finally:
            for each in plans:
                each.settle()
        if has_asked and not self._stopping.is_set():
            await self._conclude(count, is_full=is_full)

    async def _claim(self, each: Plan, done: list[queue.Completion]) -> list[Step]:
        """Make one claim; what is done is reported by the same call."""
        lease = self._settings.lease_seconds
        try:
            async with self._pool.connection() as connection:
                if not done:
                    return await queue.claim(
                        connection, self.name, each.handlers, each.limit, lease
                    )
                answers, steps = await queue.complete_and_claim(
                    connection, self.name, done, each.handlers, each.limit, lease
                )
        except psycopg.Error as error:
            self._keep(self._dispatcher.done, done, error)
            raise
        self._hear(done, answers)
        return steps

    async def _report(self, done: list[queue.Completion]) -> None:
        try:
            async with self._pool.connection() as connection:
                answers = await queue.complete(connection, self.name, done)
        except psycopg.Error as error:
            self._keep(self._dispatcher.done, done, error)
            raise
        self._hear(done, answers)

    async def _report_failures(self, failed: list[queue.Failure]) -> None:
        try:
            async with self._pool.connection() as connection:
                answers = await queue.fail(connection, self.name, failed)
        except psycopg.Error as error:
            self._keep(self._dispatcher.failed, failed, error)
            raise
        self.stats.failed += len(failed)
        self._hear(failed, answers)

    def _hear(self, reports: Sequence[Report], answers: Sequence[queue.Answer]) -> None:
        """The database has these results; say so where it did not take one."""
        self._dispatcher.acknowledge(each.token for each in reports)
        for answer in answers:
            if answer.outcome == "accepted":
                self.stats.completed += 1
            elif answer.outcome in ("stale", "conflict"):
                self.stats.discarded += 1
                log.warning(
                    "result discarded",
                    extra={
                        "worker": self.name,
                        "step_result_id": str(answer.step_result_id),
                        "outcome": answer.outcome,
                    },
                )

    def _keep(self, reports: deque[Report], unsent: list[Report], error: psycopg.Error) -> None:
        """Put reports back to be sent again; give up one that the database can never take."""
        if is_refusal(error):
            if len(unsent) == 1:
                self._give_up(unsent[0], error)
                return
            self._report_limit = 1
        reports.extendleft(reversed(unsent))

    def _give_up(self, report: queue.Completion | queue.Failure, error: psycopg.Error) -> None:
        log.error(
            "result refused",
            extra={
                "worker": self.name,
                "step_result_id": str(report.step_result_id),
                "sqlstate": error.sqlstate,
            },
        )
        if isinstance(report, queue.Failure):
            self._dispatcher.acknowledge([report.token])
            return
        reason = StepFailed("HANDLER_ERROR", f"the database refused the result: {error}")
        self._dispatcher.failed.append(
            queue.Failure(report.step_result_id, report.token, error_text(reason))
        )

    async def _start(self, steps: list[Step], made: Plan) -> None:
        """Start what a claim brought; while stopping, give it back."""
        self.stats.claimed += len(steps)
        try:
            if steps and self._stopping.is_set():
                await self._release(steps)
        finally:
            made.settle()
        if steps and not self._stopping.is_set():
            self._herd_delay = 0.0
            await self._dispatcher.start(steps)

    async def _conclude(self, count: int, *, is_full: bool) -> None:
        """After a claim: go on asking, or say that we are idle and wait to be told."""
        now = time.monotonic()
        self._last_claim = now
        if is_full:
            self._want()
            if not self._is_saturated:
                self._is_saturated, self._saturated_since = True, now
            elif self._is_flagged_idle and now - self._saturated_since > _BUSY_SECONDS:
                await self._flag(is_idle=False)
            return
        self._is_saturated = False
        if self._is_stormy(count, now):
            if self._look is None:
                loop = asyncio.get_running_loop()
                self._look = loop.call_later(self._look_delay, self._look_again)
            if self._is_flagged_idle:
                await self._flag(is_idle=False)
            return
        if not self._is_flagged_idle:
            await self._flag(is_idle=True)
            # What became ready before this flag could be seen has notified nobody.
            self._want()

    async def _flag(self, *, is_idle: bool) -> None:
        if self._is_flagging:
            return
        self._is_flagging = True
        try:
            async with self._pool.connection() as connection:
                await queue.set_idle(connection, self.name, is_idle)
            self._is_flagged_idle = is_idle
        finally:
            self._is_flagging = False

    async def _recover(self, error: psycopg.Error, backoff: Backoff) -> None:
        """Wait before the next turn; what was to be reported is still there."""
        self._is_wanted = True
        self._is_flagged_idle = False
        self._wake.set()
        delay = backoff.next()
        is_expected = is_transient(error) or is_stale_plan(error)
        log.log(
            logging.WARNING if is_expected else logging.ERROR,
            "the server only reads; waiting for a primary"
            if is_standby(error)
            else "database call failed",
            extra={
                "worker": self.name,
                "sqlstate": error.sqlstate,
                "error": str(error).partition("\n")[0],
                "retry_in": round(delay, 2),
            },
        )
        with suppress(TimeoutError):
            async with asyncio.timeout(delay):
                await self._hurry.wait()

    # -- what wakes it ----------------------------------------------------------------------

    def _want(self) -> None:
        """There may be something to claim."""
        self._is_wanted = True
        self._wake.set()

    def _on_report(self) -> None:
        self._wake.set()
        self._changed.set()

    def _on_hint(self, pid: int) -> None:
        """A notification. All who are idle got it: those who found nothing lately wait a moment.

        Our own completions notify too; the claim in the same transaction has looked already.
        """
        if self._pool.is_ours(pid):
            return
        now = time.monotonic()
        if now - self._hints_since > _STORM_SECONDS:
            self._hints, self._hints_since = 0, now
        self._hints += 1
        self._is_storm = self._is_storm or self._hints >= _STORM_HINTS
        if self._hint is not None:
            return
        if self._herd_delay == 0.0:
            self._follow_hint()
        else:
            delay = random.uniform(0, self._herd_delay)
            self._hint = asyncio.get_running_loop().call_later(delay, self._follow_hint)

    def _follow_hint(self) -> None:
        self._hint = None
        # A claim that brings something sets this back to zero.
        self._herd_delay = min(_HERD_SECONDS, self._herd_delay * 2 or _HERD_SECONDS / 16)
        self._want()

    def _is_stormy(self, count: int, now: float) -> bool:
        """Whether to look again soon instead of waiting to be told; how soon depends on success."""
        least, most = _STORM_LOOK
        if count:
            self._found_at, self._look_delay = now, least
        else:
            self._look_delay = min(most, max(least, self._look_delay * 2))
        if self._is_storm and now - max(self._found_at, self._hints_since) > _CALM_SECONDS:
            self._is_storm = False
        return self._is_storm

    def _look_again(self) -> None:
        self._look = None
        self._want()

    async def _greet(self, listen_pid: int) -> None:
        """LISTEN works (again): make it known, and look for what was notified before."""
        async with self._pool.connection() as connection:
            await queue.register(connection, self.name, self._keys, listen_pid)
        self._is_flagged_idle = False
        log.info("runner listens", extra={"worker": self.name, "pid": listen_pid})
        self._want()

    async def _poll(self) -> None:
        """Look for work when nobody has told us anything for long; settle what is overdue."""
        poll = self._settings.poll_seconds
        swept = time.monotonic()
        while not self._stopping.is_set():
            await asyncio.sleep(poll * random.uniform(1.4, 2.0))
            is_quiet = time.monotonic() - self._last_claim >= poll
            is_full = all(group.free <= 0 for group in self._groups)
            if is_quiet:
                self._want()
            # Claims settle what is overdue, but a full runner makes none; and only a sweep rolls
            # finished executions up, which a runner that is never quiet needs most.
            if (is_quiet and is_full) or time.monotonic() - swept >= _SWEEP_SECONDS:
                swept = time.monotonic()
                await self._guarded("sweep", self._sweep)

    async def _sweep(self) -> None:
        async with self._pool.connection() as connection:
            found = await queue.sweep(connection)
            if found.get("schedules due"):
                await fire_due(connection)

    async def _do_chores(self) -> None:
        """Do what is slow and can wait, beside the polling: soon when idle, but always some day."""
        done = 0.0
        while not self._stopping.is_set():
            await asyncio.sleep(self._settings.poll_seconds * random.uniform(1.2, 1.7))
            is_quiet = time.monotonic() - self._last_claim >= self._settings.poll_seconds / 2
            if is_quiet or time.monotonic() - done >= _CHORE_SECONDS:
                done = time.monotonic()
                for chore in self._chores:
                    await self._guarded("chore", chore)

    async def _guarded(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do something whose failure must not end the runner: it comes round again."""
        try:
            await work()
        except psycopg.Error as error:
            log.warning(f"{name} failed", extra={"worker": self.name, "sqlstate": error.sqlstate})
        except Exception:
            log.exception(f"{name} failed", extra={"worker": self.name})


def _in_loop(
    loop: asyncio.AbstractEventLoop, call: Callable[[Sequence[Lost]], None], lost: Sequence[Lost]
) -> None:
    with suppress(RuntimeError):  # the loop has ended; so have its steps
        loop.call_soon_threadsafe(call, lost)


def is_refusal(error: psycopg.Error) -> bool:
    """Whether the database will refuse this very report again, however often it is sent."""
    state = error.sqlstate
    if state is None:
        return isinstance(error, psycopg.DataError | psycopg.NotSupportedError)
    return state.startswith(("22", "23", "54", "P0", "PB", "XX"))


def _groups(handlers: Sequence[Handler], settings: Settings) -> list[Group]:
    """Inline functions and batches have room for a batch per call, tasks share the concurrency."""
    inline = Limit("inline", settings.batch * settings.calls)
    shared = Limit("shared", settings.concurrency)
    keys: dict[Limit, list[str]] = {}
    for each in handlers:
        if isinstance(each, Inline):
            limit = inline
        elif isinstance(each, Batch):
            limit = Limit(each.key, max(each.most, settings.batch) * settings.calls)
        else:
            limit = each.limit or shared
        keys.setdefault(limit, []).append(each.key)
    return [Group(tuple(names), limit.most) for limit, names in keys.items()]


def _take(reports: deque[Report], most: int) -> list[Report]:
    """Take up to `most` reports out of the queue, oldest first."""
    return [reports.popleft() for _ in range(min(most, len(reports)))]
