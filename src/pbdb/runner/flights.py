"""Steps in flight: each is run in its handler's manner and in its time. No database here."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pbdb.model import Output, Step, StepFailed
from pbdb.runner.handlers import Batch, Handler, Inline, Stored, Task
from pbdb.runner.reports import Reports
from pbdb.runner.slots import Group

log = logging.getLogger(__name__)

# Longer stretches of inline functions give the loop a chance to do something else.
_INLINE_SECONDS: Final = 0.005


@dataclass(slots=True, eq=False)
class Flight:
    """One claimed step, from the claim to the database's answer."""

    step: Step
    group: Group
    since: float
    task: asyncio.Task[None] | None = None
    is_landed: bool = False
    """The handler is through with it; its result may still be on the way."""


class Flights:
    """Runs what it is given; outcomes go to `reports`.

    `on_report` is called whenever there is something to report, or a slot has become free;
    `on_stored` when a step stored its own result, which may have made others ready.
    """

    def __init__(
        self,
        handlers: Iterable[Handler],
        groups: Iterable[Group],
        reports: Reports,
        on_report: Callable[[], None],
        on_stored: Callable[[], None] = lambda: None,
    ) -> None:
        self.by_token: dict[UUID, Flight] = {}
        """By token: after a lost lease the same step may come back under another one."""
        self._handlers = {each.key: each for each in handlers}
        self._groups = {key: group for group in groups for key in group.handlers}
        self._reports = reports
        self._on_report = on_report
        self._on_stored = on_stored
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, steps: Iterable[Step]) -> None:
        """Start these steps; inline ones are through when this returns."""
        now = time.monotonic()
        inline: list[tuple[Flight, Inline]] = []
        batches: dict[str, tuple[Batch, list[Flight]]] = {}
        for step in steps:
            handler = self._handlers.get(step.handler) or self._handlers[step.step_type.value]
            group = self._groups[handler.key]
            group.running += 1
            flight = Flight(step, group, now)
            self.by_token[step.token] = flight
            if isinstance(handler, Inline):
                inline.append((flight, handler))
            elif isinstance(handler, Batch):
                batches.setdefault(handler.key, (handler, []))[1].append(flight)
            elif isinstance(handler, Stored):
                flight.task = self._spawn(self._run_stored(flight, handler))
            else:
                flight.task = self._spawn(self._run_task(flight, handler))
        for batch, flights in batches.values():
            for first in range(0, len(flights), batch.most):
                part = flights[first : first + batch.most]
                task = self._spawn(self._run_batch(part, batch))
                for flight in part:
                    flight.task = task
        if inline:
            await self._run_inline(inline)

    def held(self, before: float) -> list[tuple[UUID, UUID, UUID]]:
        """Id, token, organization of steps claimed before this `time.monotonic()`; any thread."""
        return [
            (flight.step.step_result_id, flight.step.token, flight.step.organization_id)
            for flight in list(self.by_token.values())
            if flight.since < before
        ]

    def abort(self, lost: Iterable[tuple[UUID, UUID, str]]) -> None:
        """Stop working on steps that are no longer ours; nothing is reported for them."""
        for step_result_id, token, outcome in lost:
            flight = self.by_token.get(token)
            if flight is None or flight.is_landed:
                continue
            log.warning(
                "step aborted", extra={"step_result_id": str(step_result_id), "outcome": outcome}
            )
            self._drop(flight)

    def drop_unfinished(self) -> list[Flight]:
        """Cancel and forget every step whose handler is not through with it; return them."""
        rest = [flight for flight in self.by_token.values() if not flight.is_landed]
        for flight in rest:
            self._drop(flight)
        return rest

    def step(self, token: UUID) -> Step | None:
        """The step that we hold with this token, if we do."""
        flight = self.by_token.get(token)
        return flight.step if flight else None

    def acknowledge(self, tokens: Iterable[UUID]) -> None:
        """The database has answered for these steps."""
        for token in tokens:
            self.by_token.pop(token, None)

    def _drop(self, flight: Flight) -> None:
        self._land(flight)
        self.by_token.pop(flight.step.token, None)
        # One step of a batch cannot be taken out of the call that runs them all.
        if flight.task is not None and not any(
            each.task is flight.task for each in self.by_token.values()
        ):
            flight.task.cancel()
        self._on_report()

    # -- running ----------------------------------------------------------------------------

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _run_inline(self, work: Sequence[tuple[Flight, Inline]]) -> None:
        pause_at = time.monotonic() + _INLINE_SECONDS
        for flight, handler in work:
            try:
                self._finish(flight, handler.run(flight.step))
            except (Exception, SystemExit) as error:  # noqa: BLE001
                self._fail(flight, error)
            if time.monotonic() > pause_at:
                self._on_report()
                await asyncio.sleep(0)
                pause_at = time.monotonic() + _INLINE_SECONDS
        self._on_report()

    async def _run_task(self, flight: Flight, handler: Task) -> None:
        try:
            async with asyncio.timeout(flight.step.timeout_seconds) as limit:
                output = await handler.run(flight.step)
        except asyncio.CancelledError:
            self._cancelled(flight)
        except (Exception, SystemExit) as error:  # noqa: BLE001
            self._fail(flight, error, is_late=limit.expired())
        else:
            self._finish(flight, output)
        self._on_report()

    async def _run_stored(self, flight: Flight, handler: Stored) -> None:
        try:
            is_stored = await handler.run(flight.step)
        except asyncio.CancelledError:
            self._cancelled(flight)
        except (Exception, SystemExit) as error:  # noqa: BLE001
            self._fail(flight, error)
        else:
            self._land(flight)
            if not is_stored:
                log.info(
                    "result discarded", extra={"step_result_id": str(flight.step.step_result_id)}
                )
            self.by_token.pop(flight.step.token, None)
            self._on_stored()
        self._on_report()

    async def _run_batch(self, flights: Sequence[Flight], handler: Batch) -> None:
        steps = [flight.step for flight in flights]
        # A step with less time than the others is taken from us by the next heartbeat.
        try:
            async with asyncio.timeout(max(step.timeout_seconds for step in steps)) as limit:
                outcomes = await handler.run(steps)
            if len(outcomes) != len(steps):
                raise StepFailed(
                    "HANDLER_ERROR",
                    f"{handler.key} returned {len(outcomes)} results for {len(steps)} inputs",
                )
        except asyncio.CancelledError:
            for flight in flights:
                self._cancelled(flight)
        except (Exception, SystemExit) as error:  # noqa: BLE001
            for flight in flights:
                self._fail(flight, error, is_late=limit.expired())
        else:
            for flight, outcome in zip(flights, outcomes, strict=True):
                if isinstance(outcome, Output):
                    self._finish(flight, outcome)
                else:
                    self._fail(flight, outcome)
        self._on_report()

    # -- what became of it ------------------------------------------------------------------

    def _finish(self, flight: Flight, output: Output) -> None:
        if not flight.is_landed:
            self._reports.complete(flight.step, output)
            self._land(flight)

    def _fail(self, flight: Flight, error: BaseException, *, is_late: bool = False) -> None:
        if not flight.is_landed:
            self._reports.fail(flight.step, StepFailed.late(flight.step) if is_late else error)
            self._land(flight)

    def _cancelled(self, flight: Flight) -> None:
        """Nobody but us cancels a handler's task; a handler that cancels itself has failed."""
        self._fail(flight, StepFailed("HANDLER_ERROR", "the handler cancelled itself"))

    def _land(self, flight: Flight) -> None:
        if not flight.is_landed:
            flight.is_landed = True
            flight.group.running -= 1
