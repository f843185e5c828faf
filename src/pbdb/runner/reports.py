"""What became of steps, on its way to the database. No database here."""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Sequence
from math import isfinite
from typing import Any, Final, TypeVar

import psycopg

from pbdb.model import CannotRunHere, Output, Step, StepFailed, Usage
from pbdb.runner.queue import Completion, Failure, Refusal

log = logging.getLogger(__name__)

Report = Completion | Failure | Refusal
Some = TypeVar("Some", Completion, Failure, Refusal)

# What the database says when it will refuse this very report again, however often it is sent.
_REFUSALS: Final = ("22", "23", "54", "P0", "PB", "XX")

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_encode_ascii = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


class Reports:
    """Outcomes that the database has not heard of yet."""

    def __init__(self, most: int) -> None:
        """`most`: how many of each kind go in one call."""
        self.done: deque[Completion] = deque()
        self.failed: deque[Failure] = deque()
        self.refused: deque[Refusal] = deque()
        self._alone: deque[Report] = deque()
        self._most = most
        # One report that the database refuses must not keep the others from it for ever.
        self._limit = most

    def __bool__(self) -> bool:
        """Whether there is anything to report."""
        return bool(self.done or self.failed or self.refused or self._alone)

    def complete(self, step: Step, output: Output) -> None:
        """The step has succeeded; it fails after all when JSON cannot express its output."""
        try:
            value, usage = to_text(output.value), _usage_text(output.usage)
        except (TypeError, ValueError, RecursionError) as error:
            self.fail(step, _invalid_output(error))
        else:
            self.done.append(
                Completion(step.organization_id, step.step_result_id, step.token, value, usage)
            )

    def fail(self, step: Step, error: BaseException) -> None:
        """The step has failed, or another runner is to try it."""
        if isinstance(error, CannotRunHere):
            log.warning(
                "step refused",
                extra={"step_result_id": str(step.step_result_id), "code": error.code},
            )
            self.refused.append(
                Refusal(step.organization_id, step.step_result_id, step.token, error_text(error))
            )
        else:
            self.failed.append(
                Failure(step.organization_id, step.step_result_id, step.token, error_text(error))
            )

    @property
    def is_done_only(self) -> bool:
        """Whether what there is to report are successes, which one call reports."""
        return bool(self.done) and not (self.failed or self.refused or self._alone)

    @property
    def is_careful(self) -> bool:
        """Whether each report is to go in a call of its own."""
        return self._limit == 1

    def take(self, reports: deque[Some]) -> list[Some]:
        """Take what goes in the next call out of one of the queues, oldest first."""
        return [reports.popleft() for _ in range(min(self._limit, len(reports)))]

    def take_alone(self) -> Report | None:
        """Take a report that goes in a call of its own, if there is one."""
        return self._alone.popleft() if self._alone else None

    def come_again(self, report: Report, *, is_alone: bool) -> None:
        """Queue a report once more that the database gave back as it was."""
        if is_alone:
            self._alone.append(report)
        else:
            self._queue_of(report).append(report)

    def trust(self) -> None:
        """A turn begins: its calls may be twice as large again."""
        self._limit = min(self._most, self._limit * 2)

    def put_back(self, unsent: Sequence[Some], error: psycopg.Error) -> Some | None:
        """Keep reports to be sent again. Returns the one that the database can never take.

        A refused call is repeated report by report, until the one is found; in the place of a
        completion stands then the failure that says so.
        """
        if is_refusal(error):
            if len(unsent) == 1:
                self._give_up(unsent[0], error)
                return unsent[0]
            self._limit = 1
        if unsent:
            self._queue_of(unsent[0]).extendleft(reversed(unsent))
        return None

    def _give_up(self, report: Report, error: psycopg.Error) -> None:
        log.error(
            "result refused",
            extra={"step_result_id": str(report.step_result_id), "sqlstate": error.sqlstate},
        )
        if isinstance(report, Completion):
            reason = StepFailed("HANDLER_ERROR", f"the database refused the result: {error}")
            self.failed.append(
                Failure(
                    report.organization_id, report.step_result_id, report.token, error_text(reason)
                )
            )

    def _queue_of(self, report: Report) -> deque[Any]:
        queues: dict[type, deque[Any]] = {
            Completion: self.done,
            Failure: self.failed,
            Refusal: self.refused,
        }
        return queues[type(report)]


def is_refusal(error: psycopg.Error) -> bool:
    """Whether the database will refuse this very report again, however often it is sent."""
    state = error.sqlstate
    if state is None:
        return isinstance(error, psycopg.DataError | psycopg.NotSupportedError)
    return state.startswith(_REFUSALS)


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
    failure = StepFailed.of(error)
    details = dict(failure.details)
    found: dict[str, Any] = {"code": failure.code, "message": _clean(failure.message)}
    if stack := details.pop("stack", None):
        found["stack"] = _clean(str(stack))
    if failure.permanent:
        found["permanent"] = True
    if failure.unknown_outcome:
        found["unknown_outcome"] = True
    if failure.retry_after_seconds is not None:
        if isfinite(failure.retry_after_seconds):
            found["retry_after_seconds"] = failure.retry_after_seconds
        else:
            found["permanent"] = True  # there is no time at which it could be tried again
    if failure.usage is not None:
        found["usage"] = _usage_value(failure.usage)
    if details:
        try:
            found["details"] = json.loads(_clean(_encode_ascii(details)))
        except (TypeError, ValueError, RecursionError):
            found["details"] = {"lost": "the details were not JSON"}
    return _encode_ascii(found)


def _usage_text(usage: Usage | None) -> str | None:
    if usage is None:
        return None
    return to_text(_usage_value(usage))


def _usage_value(usage: Usage) -> dict[str, Any]:
    return {
        "model": usage.model,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cost_usd": usage.cost_usd,
        "latency_ms": usage.latency_ms,
        "details": dict(usage.details),
    }


def _clean(text: str) -> str:
    """Replace what jsonb cannot hold, so that a failure can always be recorded."""
    return text.replace("\x00", "\ufffd").encode(errors="replace").decode().replace("\\u0000", "")


def _invalid_output(error: BaseException) -> StepFailed:
    return StepFailed(
        "OUTPUT_INVALID",
        f"the result cannot be expressed in JSON: {error}"
        if not isinstance(error, RecursionError)
        else "the result is nested too deeply for JSON",
        permanent=True,
    )
