"""Running claimed steps: which handler, in what manner, and what became of it. No database here."""

from __future__ import annotations

import asyncio
import json
import logging
import time
import traceback
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pbdb.model import Outcome, Output, Step, StepFailed, Usage
from pbdb.runner.queue import Completion, Failure
from pbdb.runner.slots import Group

log = logging.getLogger(__name__)

# Longer stretches of inline functions give the loop a chance to do something else.
_INLINE_SECONDS: Final = 0.005
_STACK_CHARACTERS: Final = 8000

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_encode_ascii = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Limit:
    """Handlers with the same limit run at most so many steps at a time between them."""

    name: str
    most: int


@dataclass(frozen=True, slots=True)
class Inline:
    """Runs on the event loop, one step after the other: for functions that take microseconds."""

    key: str
    run: Callable[[Step], Output]


@dataclass(frozen=True, slots=True)
class Task:
    """Runs as a task of its own; cancelling the task must end whatever it started."""

    key: str
    run: Callable[[Step], Awaitable[Output]]
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Runs many steps in one call; returns their outcomes in the same order."""

    key: str
    run: Callable[[Sequence[Step]], Awaitable[Sequence[Outcome]]]
    most: int = 100


@dataclass(frozen=True, slots=True)
class Stored:
    """Runs as a task and stores its own result in the database; True when it did."""

    key: str
    run: Callable[[Step], Awaitable[bool]]
    limit: Limit | None = None


Handler = Inline | Task | Batch | Stored


@dataclass(slots=True, eq=False)
class Flight:
    """One claimed step, from the claim to the database's answer."""

    step: Step
    group: Group
    since: float
    task: asyncio.Task[None] | None = None
    is_landed: bool = False
    """The handler is through with it; its result may still be on the way."""


class Dispatcher:
    """Runs what it is given and collects completions and failures for the runner to report.

    `on_report` is called whenever there is something to report, or a slot has become free;
    `on_stored` when a step stored its own result, which may have made others ready.
    """

    def __init__(
        self,
        handlers: Iterable[Handler],
        groups: Iterable[Group],
        on_report: Callable[[], None],
        on_stored: Callable[[], None] = lambda: None,
    ) -> None:
        self.done: deque[Completion] = deque()
        self.failed: deque[Failure] = deque()
        self.flights: dict[UUID, Flight] = {}
        """By token: after a lost lease the same step may come back under another one."""
        self._handlers = {each.key: each for each in handlers}
        self._groups = {key: group for group in groups for key in group.handlers}
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
            self.flights[step.token] = flight
            if isinstance(handler, Inline):
                inline.append((flight, handler))
            elif isinstance(handler, Batch):
                batches.setdefault(handler.key, (handler, []))[1].append(flight)
            else:
                run = self._run_stored if isinstance(handler, Stored) else self._run_task
                flight.task = self._spawn(run(flight, handler))  # type: ignore[arg-type]
        for batch, flights in batches.values():
            for first in range(0, len(flights), batch.most):
                part = flights[first : first + batch.most]
                task = self._spawn(self._run_batch(part, batch))
                for flight in part:
                    flight.task = task
        if inline:
            await self._run_inline(inline)

    def held(self, before: float) -> list[tuple[UUID, UUID]]:
        """Id and token of every step claimed before this `time.monotonic()`; from any thread."""
        return [
            (flight.step.step_result_id, flight.step.token)
            for flight in list(self.flights.values())
            if flight.since < before
        ]

    def abort(self, lost: Iterable[tuple[UUID, UUID, str]]) -> None:
        """Stop working on steps that are no longer ours; nothing is reported for them."""
        for step_result_id, token, outcome in lost:
            flight = self.flights.get(token)
            if flight is None or flight.is_landed:
                continue
            log.warning(
                "step aborted", extra={"step_result_id": str(step_result_id), "outcome": outcome}
            )
            self.drop(flight)

    def drop(self, flight: Flight) -> None:
        """Forget a step and cancel its handler."""
        self._land(flight)
        self.flights.pop(flight.step.token, None)
        # One step of a batch cannot be taken out of the call that runs them all.
        if flight.task is not None and not any(
            each.task is flight.task for each in self.flights.values()
        ):
            flight.task.cancel()
        self._on_report()

    def acknowledge(self, tokens: Iterable[UUID]) -> None:
        """The database has answered for these steps."""
        for token in tokens:
            self.flights.pop(token, None)

    # -- running ----------------------------------------------------------------------------

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)
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
            self._fail(flight, _timed_out(flight.step) if limit.expired() else error)
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
            self.flights.pop(flight.step.token, None)
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
                self._fail(flight, _timed_out(flight.step) if limit.expired() else error)
        else:
            for flight, outcome in zip(flights, outcomes, strict=True):
                if isinstance(outcome, Output):
                    self._finish(flight, outcome)
                else:
                    self._fail(flight, outcome)
        self._on_report()

    # -- what became of it ------------------------------------------------------------------

    def _finish(self, flight: Flight, output: Output) -> None:
        if flight.is_landed:
            return
        step = flight.step
        try:
            completion = Completion(
                step.step_result_id, step.token, to_text(output.value), _usage_text(output.usage)
            )
        except (TypeError, ValueError, RecursionError) as error:
            self._fail(flight, _invalid_output(error))
            return
        self.done.append(completion)
        self._land(flight)

    def _fail(self, flight: Flight, error: BaseException) -> None:
        if flight.is_landed:
            return
        step = flight.step
        self.failed.append(Failure(step.step_result_id, step.token, error_text(error)))
        self._land(flight)

    def _cancelled(self, flight: Flight) -> None:
        """Nobody but us cancels a handler's task; a handler that cancels itself has failed."""
        self._fail(flight, StepFailed("HANDLER_ERROR", "the handler cancelled itself"))

    def _land(self, flight: Flight) -> None:
        if not flight.is_landed:
            flight.is_landed = True
            flight.group.running -= 1


def to_text(value: Any) -> str:
    """JSON text that can be sent: half a surrogate pair is escaped, for the database to refuse."""
    text = _encode(value)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return _encode_ascii(value)
    return text


def error_text(error: BaseException) -> str:
    """Return the JSON of a failure: what fail_playbook_steps takes."""
    if not isinstance(error, StepFailed):
        frames = traceback.format_tb(error.__traceback__)
        error = StepFailed(
            "HANDLER_ERROR",
            f"{type(error).__name__}: {error}"[:2000],
            details={"stack": "".join(frames)[-_STACK_CHARACTERS:]},
        )
    details = dict(error.details)
    found: dict[str, Any] = {"code": error.code, "message": _clean(error.message)}
    if stack := details.pop("stack", None):
        found["stack"] = _clean(str(stack))
    if error.permanent:
        found["permanent"] = True
    if error.retry_after_seconds is not None:
        found["retry_after_seconds"] = error.retry_after_seconds
    if details:
        try:
            found["details"] = json.loads(_clean(_encode_ascii(details)))
        except (TypeError, ValueError, RecursionError):
            found["details"] = {"lost": "the details were not JSON"}
    return _encode_ascii(found)


def _usage_text(usage: Usage | None) -> str | None:
    if usage is None:
        return None
    return to_text(
        {
            "model": usage.model,
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cost_usd": usage.cost_usd,
            "latency_ms": usage.latency_ms,
            "details": dict(usage.details),
        }
    )


def _clean(text: str) -> str:
    """Replace what jsonb cannot hold, so that a failure can always be recorded."""
    return text.replace("\x00", "\ufffd").encode(errors="replace").decode().replace("\\u0000", "")


def _timed_out(step: Step) -> StepFailed:
    return StepFailed("TIMEOUT", f"the step did not finish within {step.timeout_seconds:g} s")


def _invalid_output(error: BaseException) -> StepFailed:
    return StepFailed(
        "OUTPUT_INVALID",
        f"the result cannot be expressed in JSON: {error}"
        if not isinstance(error, RecursionError)
        else "the result is nested too deeply for JSON",
        permanent=True,
    )
