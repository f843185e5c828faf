"""The loop of a runner: claims steps, has them run, reports what became of them.

Nothing here knows what a step means or what comes after it; the database decides both. A few pumps
take turns in calling the database, each call reporting whatever finished in the meantime and
claiming what fits: batches grow with load by themselves, and a lone step waits for nobody. When to
look for work is decided in `appetite`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

import psycopg

from pbdb.database import (
    AsyncConnection,
    Backoff,
    Pool,
    Target,
    is_stale_plan,
    is_standby,
    is_transient,
)
from pbdb.model import Step
from pbdb.runner import queue
from pbdb.runner.appetite import Appetite
from pbdb.runner.flights import Flights
from pbdb.runner.handlers import Handler, groups_of
from pbdb.runner.heartbeat import Heartbeat, Lost
from pbdb.runner.listener import is_meant, listen
from pbdb.runner.reports import Report, Reports, Some
from pbdb.runner.returns import REFUSED, Returns
from pbdb.runner.schedules import fire_due
from pbdb.runner.settings import Settings, Stats
from pbdb.runner.slots import Group, Plan, plan

log = logging.getLogger(__name__)

_CANCEL_SECONDS: Final = 5.0

Send = Callable[[Any, str, Sequence[Some]], Awaitable[list[queue.Answer]]]


class Loop:
    """The work of one runner; `run()` returns when `stop()` was called and work is put away."""

    def __init__(
        self,
        target: Target,
        handlers: Sequence[Handler],
        settings: Settings | None = None,
        *,
        name: str,
        pool: Pool | None = None,
        chores: Sequence[Callable[[], Awaitable[None]]] = (),
        execution_id: UUID | None = None,
    ) -> None:
        """Describe the work; nothing is opened before `run()`. `chores` are for idle moments.

        With an execution it claims the steps of that one and of what it called.
        """
        self.name: Final = name
        self.stats = Stats()
        self._settings = settings or Settings()
        self._target = target
        self._pool = pool or Pool(target, "pbdb runner")
        self._execution_id = execution_id
        self._listen_pid: int | None = None
        # Who serves one execution is nobody that others could wait for.
        self._keys = [] if execution_id else [each.key for each in handlers]
        self._chores = chores
        self._groups = groups_of(handlers, self._settings)
        self._reports = Reports(self._settings.batch)
        self._returns = Returns()
        self._flights = Flights(
            handlers, self._groups, self._reports, self._on_report, self._on_work
        )
        self._appetite = Appetite(self._settings.poll_seconds, time.monotonic())
        self._wake = asyncio.Event()
        self._changed = asyncio.Event()
        self._stopping = asyncio.Event()
        self._hurry = asyncio.Event()

    # -- life -------------------------------------------------------------------------------

    async def run(self) -> None:
        """Work until `stop()`; lost connections, restarts and standbys are waited out."""
        loop = asyncio.get_running_loop()
        heartbeat = Heartbeat(
            self._target,
            self.name,
            self._settings.lease_seconds,
            self._flights.held,
            lambda lost: _in_loop(loop, self._flights.abort, lost),
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
                    await queue.unregister(connection, self.name, self._listen_pid)
            await self._pool.close()
            log.info("runner stopped", extra={"worker": self.name})

    def stop(self) -> None:
        """Claim nothing more, finish within the grace period; the second call releases at once."""
        if self._stopping.is_set():
            self._hurry.set()
        else:
            log.info("runner stops", extra={"worker": self.name})
        self._stopping.set()
        self._on_report()

    async def _put_away(self) -> None:
        """Wait for what runs and report it; release what does not end in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.grace_seconds):
                while not self._is_settled() and not self._hurry.is_set():
                    await self._change()
        rest = self._flights.drop_unfinished()
        if tasks := {flight.task for flight in rest if flight.task is not None}:
            await asyncio.wait(tasks, timeout=_CANCEL_SECONDS)
        with suppress(TimeoutError, psycopg.Error):
            async with asyncio.timeout(_CANCEL_SECONDS):
                if rest:
                    await self._release([flight.step for flight in rest])
                while not self._is_settled():
                    await self._change()
        if lost := len(self._flights.by_token):
            log.warning(
                "results could not be reported; these leases will run out",
                extra={"worker": self.name, "steps": lost},
            )

    def _is_settled(self) -> bool:
        """Whether nothing is held, and no claim under way can still bring something."""
        return not self._flights.by_token and not any(group.reserved for group in self._groups)

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    async def _release(self, steps: Sequence[Step]) -> None:
        async with self._pool.connection() as connection:
            await queue.release(connection, self.name, steps)
        log.info("steps released", extra={"worker": self.name, "steps": len(steps)})

    # -- pumping ----------------------------------------------------------------------------

    async def _pump(self) -> None:
        """Take turns with the other pumps; wait while there is nothing to say or to ask."""
        backoff = Backoff()
        while True:
            await self._wake.wait()
            if not self._reports and not self._may_claim():
                self._wake.clear()
                continue
            try:
                await self._turn()
                backoff.reset()
            except psycopg.Error as error:
                await self._recover(error, backoff)
            self._changed.set()

    def _may_claim(self) -> bool:
        return (
            self._is_wanted()
            and not self._stopping.is_set()
            and any(group.free > 0 for group in self._groups)
        )

    def _is_wanted(self) -> bool:
        """Whether there may be something, for all handlers or for some that could not be asked."""
        return self._appetite.is_wanted or any(group.is_owed for group in self._groups)

    async def _turn(self) -> None:
        """Report what finished and claim what fits, in as few round trips as that takes."""
        self.stats.turns += 1
        # A report makes steps ready, and of its notification `_on_hint` says that somebody looked.
        has_to_look = bool(self._reports)
        # Nobody has told us of others, and we are told when there are: what we report leads on.
        only_next = not self._is_wanted() and self._reports.is_done_only
        if (alone := self._reports.take_alone()) is not None:
            if isinstance(alone, queue.Completion):
                await self._report(queue.complete, [alone])
            elif isinstance(alone, queue.Refusal):
                await self._report(queue.refuse, [alone])
            else:
                await self._report(queue.fail, [alone])
        if failed := self._reports.take(self._reports.failed):
            await self._report(queue.fail, failed)
            self.stats.failed += len(failed)
        if refused := self._reports.take(self._reports.refused):
            await self._report(queue.refuse, refused)
            self.stats.refused += len(refused)
        done = self._reports.take(self._reports.done)
        if done and self._reports.is_careful:
            await self._report(queue.complete, done)
            done = []
        self._reports.trust()
        plans = self._plans() if has_to_look or self._is_wanted() else []
        for each in plans:
            each.reserve()
        asked = [group for each in plans for group in each.groups]
        if plans:
            # Without a free slot the wish stays, until one is free.
            self._appetite.asks()
            await self._claim_all(plans, done, only_next=only_next and len(plans) == 1)
        elif done:
            await self._report(queue.complete, done)
        if has_to_look:
            self._pass_over(asked)

    def _pass_over(self, asked: Sequence[Group]) -> None:
        """Reports are through: groups without a slot were not asked for what became ready."""
        for group in self._groups:
            if group not in asked:
                group.is_passed_over = True
        self._wake.set()

    def _plans(self) -> list[Plan]:
        """The claims to make now; none while stopping, or without a free slot."""
        if self._stopping.is_set():
            return []
        is_probe = not self._appetite.is_saturated
        return plan(self._groups, self._settings.batch, is_probe=is_probe)

    async def _claim_all(
        self, plans: list[Plan], done: list[queue.Completion], *, only_next: bool
    ) -> None:
        """Make these claims, report with the first of them, and decide when to look again."""
        count, is_full = 0, False
        try:
            while plans:
                steps = await self._claim(plans[0], done, only_next=only_next and bool(done))
                done = []
                count += len(steps)
                is_full = is_full or len(steps) == plans[0].limit
                await self._start(steps, plans.pop(0))
        finally:
            for each in plans:
                each.settle()
        if not self._stopping.is_set():
            await self._conclude(count, is_full=is_full, has_looked=not only_next)

    async def _claim(
        self, each: Plan, done: list[queue.Completion], *, only_next: bool
    ) -> list[Step]:
        """Make one claim; what is done is reported by the same call."""
        lease = self._settings.lease_seconds
        try:
            async with self._pool.connection() as connection:
                if not done:
                    return await queue.claim(
                        connection,
                        self.name,
                        each.handlers,
                        each.limit,
                        lease,
                        self._execution_id,
                    )
                answers, steps = await queue.complete_and_claim(
                    connection,
                    self.name,
                    done,
                    each.handlers,
                    each.limit,
                    lease,
                    self._execution_id,
                    only_next=only_next,
                )
        except psycopg.Error as error:
            self._keep(done, error)
            raise
        self._hear(done, answers)
        return steps

    async def _start(self, steps: list[Step], made: Plan) -> None:
        """Start what a claim brought; while stopping, give it back."""
        self.stats.claimed += len(steps)
        try:
            if steps and self._stopping.is_set():
                await self._release(steps)
        finally:
            made.settle()
        if steps and not self._stopping.is_set():
            self._appetite.starts()
            await self._flights.start(steps)

    async def _conclude(self, count: int, *, is_full: bool, has_looked: bool) -> None:
        """After the claims of a turn: go on asking, or say that we are idle and wait to be told."""
        now = time.monotonic()
        then = self._appetite.concludes(count, is_full=is_full, has_looked=has_looked, now=now)
        if then.look_in is not None:
            self._later(then.look_in, self._appetite.look_again)
        if then.tell_idle is not None:
            try:
                async with self._pool.connection() as connection:
                    is_known = await queue.set_idle(connection, self.name, then.tell_idle)
                    if not is_known and self._listen_pid is not None:
                        await self._register(connection)
            except BaseException:
                self._appetite.not_told()
                raise
            self._appetite.told(then.tell_idle)
        self._wake.set()

    # -- reporting --------------------------------------------------------------------------

    async def _report(self, send: Send[Some], reports: list[Some]) -> None:
        """Report in one call; what could not be said is kept."""
        try:
            async with self._pool.connection() as connection:
                answers = await send(connection, self.name, reports)
        except psycopg.Error as error:
            self._keep(reports, error)
            raise
        self._hear(reports, answers)

    def _keep(self, unsent: list[Some], error: psycopg.Error) -> None:
        lost = self._reports.put_back(unsent, error)
        if lost is not None and not isinstance(lost, queue.Completion):
            self._flights.acknowledge([lost.token])

    def _hear(self, reports: Sequence[Report], answers: Sequence[queue.Answer]) -> None:
        """The database has these results; say so where it did not take one."""
        said = {answer.step_result_id: answer for answer in answers}
        for report in reports:
            answer = said.get(report.step_result_id)
            if answer is not None and Returns.is_one(answer):
                self._let_return(report, answer)
            else:
                self._returns.forget(report.token)
                self._flights.acknowledge([report.token])
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

    def _let_return(self, report: Report, answer: queue.Answer) -> None:
        """Send a report again later: somebody is in its way, or it could not be written."""
        step = self._flights.step(report.token)
        delay = self._returns.delay(report.token, answer)
        log.log(
            logging.ERROR if answer.outcome == REFUSED else logging.INFO,
            f"result {answer.outcome}",
            extra={
                "worker": self.name,
                "step_result_id": str(report.step_result_id),
                "execution_id": str(step.execution_id) if step else None,
                "sqlstate": answer.code,
                "retry_in": round(delay, 2),
            },
        )
        asyncio.get_running_loop().call_later(
            delay, self._come_again, report, Returns.comes_alone(answer)
        )

    def _come_again(self, report: Report, is_alone: bool) -> None:
        self._reports.come_again(report, is_alone=is_alone)
        self._on_report()

    async def _recover(self, error: psycopg.Error, backoff: Backoff) -> None:
        """Wait before the next turn; what was to be reported is still there."""
        self._appetite.forget()
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

    def _on_report(self) -> None:
        self._wake.set()
        self._changed.set()

    def _on_work(self) -> None:
        self._appetite.want()
        self._wake.set()

    def _on_hint(self, pid: int, payload: str) -> None:
        """A notification. Our own reports notify too; the claim of their turn looks."""
        if self._pool.is_ours(pid) or not is_meant(self.name, payload):
            return
        delay = self._appetite.hint(time.monotonic())
        if delay is not None:
            self._later(delay, self._appetite.follow)

    def _later(self, delay: float, decide: Callable[[], None]) -> None:
        """Let the appetite decide something after a delay, and the pumps see what."""

        def act() -> None:
            decide()
            self._wake.set()

        if delay > 0:
            asyncio.get_running_loop().call_later(delay, act)
        else:
            act()

    async def _greet(self, listen_pid: int) -> None:
        """LISTEN works (again): make it known, and look for what was notified before."""
        self._listen_pid = listen_pid
        async with self._pool.connection() as connection:
            await queue.register(connection, self.name, self._keys, listen_pid)
            await queue.warm_up(connection, self.name)
        self._appetite.forget()
        self._wake.set()
        log.info("runner listens", extra={"worker": self.name, "pid": listen_pid})

    async def _poll(self) -> None:
        """Look for work when nobody has told us anything for long; settle what is overdue."""
        while not self._stopping.is_set():
            await asyncio.sleep(self._appetite.next_poll())
            is_full = all(group.free <= 0 for group in self._groups)
            has_to_sweep = self._appetite.polls(time.monotonic(), is_full=is_full)
            self._wake.set()
            if has_to_sweep:
                await self._guarded("sweep", self._sweep)

    async def _sweep(self) -> None:
        async with self._pool.connection() as connection:
            found = await queue.sweep(connection, self.name)
            if found.get("not registered") and self._listen_pid is not None:
                await self._register(connection)
            if found.get("schedules due") and self._execution_id is None:
                await fire_due(connection)
        if found:
            # What it made ready was notified by ourselves.
            self._on_work()

    async def _register(self, connection: AsyncConnection) -> None:
        """Make the runner known again, after which it is not idle, and look once more."""
        await queue.register(connection, self.name, self._keys, self._listen_pid)
        self._appetite.forget()

    async def _do_chores(self) -> None:
        """Do what is slow and can wait, beside the polling."""
        while not self._stopping.is_set():
            await asyncio.sleep(self._appetite.next_chore())
            if self._appetite.has_time(time.monotonic()):
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
