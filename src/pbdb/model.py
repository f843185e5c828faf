"""The values that pass between the database, the runner and the handlers."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from uuid import UUID

_PACKAGE: Final = Path(__file__).parent
_STACK_CHARACTERS: Final = 8000
_MESSAGE_CHARACTERS: Final = 4000


class PlaybookStatus(StrEnum):
    """`pbdb.playbook_status`, in its order."""

    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"
    DEPRECATED = "DEPRECATED"


class ExecutionStatus(StrEnum):
    """`pbdb.playbook_execution_status`, in its order."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    TIMEOUT = "TIMEOUT"


class StepResultStatus(StrEnum):
    """`pbdb.step_result_status`, in its order."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"
    TIMEOUT = "TIMEOUT"


class StepType(StrEnum):
    """`pbdb.playbook_step_type`, in its order."""

    AGENT_EXECUTION = "AGENT_EXECUTION"
    DATA_TRANSFORM = "DATA_TRANSFORM"
    CONDITIONAL_BRANCH = "CONDITIONAL_BRANCH"
    PARALLEL_EXECUTION = "PARALLEL_EXECUTION"
    WAIT_FOR_INPUT = "WAIT_FOR_INPUT"
    API_CALL = "API_CALL"
    DATABASE_QUERY = "DATABASE_QUERY"
    MEMORY_SEARCH = "MEMORY_SEARCH"
    PROMPT_TEMPLATE = "PROMPT_TEMPLATE"
    CUSTOM_FUNCTION = "CUSTOM_FUNCTION"


@dataclass(frozen=True, slots=True)
class Step:
    """One claimed attempt of one step: everything its handler needs.

    Templates and paths in `config` are already resolved by the database. `token` fences the
    attempt; `idempotency_key` is the same for every attempt of the same visit, so that a service
    that knows it can tell a retry from a new request.
    """

    step_result_id: UUID
    token: UUID
    organization_id: UUID
    execution_id: UUID
    step_id: UUID
    step_name: str
    step_type: StepType
    handler: str
    attempt_number: int
    visit: int
    config: Mapping[str, Any]
    input: Any
    output_schema: Mapping[str, Any] | None
    timeout_seconds: float
    deadline_at: datetime | None
    idempotency_key: str
    playbook_name: str
    execution_name: str | None = None
    agent: Mapping[str, Any] | None = None

    @property
    def arguments(self) -> Any:
        """The mapped input over `config.parameters`; input that is no object stays as it is."""
        parameters = self.config.get("parameters")
        if not isinstance(parameters, Mapping) or not parameters:
            return self.input
        if self.input is None:
            return dict(parameters)
        if isinstance(self.input, Mapping):
            return {**parameters, **self.input}
        return self.input


@dataclass(frozen=True, slots=True)
class Usage:
    """What a step spent. `cost_usd` is None when the price of the model is not known."""

    model: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    latency_ms: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Output:
    """The result of a step that succeeded; `value` is what JSON can express and nothing else."""

    value: Any
    usage: Usage | None = None


class StepFailed(Exception):
    """A step did not succeed.

    `code` is one of the step error codes of docs/errors.md. A permanent failure is not retried.
    `retry_after_seconds` is the earliest next attempt, as the called service asked for it.
    `details` is JSON; `details["stack"]`, if there, is a stack trace for the step's author.
    `usage` is what the attempt spent before it failed; it is kept in the ledger.
    `unknown_outcome`: it may have had its effect; `on_lost` says whether it is tried again.
    """

    def __init__(
        self,
        code: str,
        message: str,
        permanent: bool = False,
        retry_after_seconds: float | None = None,
        details: Mapping[str, Any] | None = None,
        usage: Usage | None = None,
        *,
        unknown_outcome: bool = False,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.permanent = permanent
        self.retry_after_seconds = retry_after_seconds
        self.details: dict[str, Any] = dict(details or {})
        self.usage = usage
        self.unknown_outcome = unknown_outcome

    @classmethod
    def of(cls, error: BaseException) -> StepFailed:
        """The failure that an exception means: itself, or the author's code did what it must not.

        Of the stack only the author's own part is kept, and of that the end.
        """
        if isinstance(error, StepFailed):
            return error
        frames = traceback.extract_tb(error.__traceback__)
        authors = [each for each in frames if not Path(each.filename).is_relative_to(_PACKAGE)]
        stack = "".join(traceback.format_list(authors or frames))
        summary = "".join(traceback.format_exception_only(error)).strip()
        details = {"stack": (stack + summary)[-_STACK_CHARACTERS:]}
        return StepFailed("HANDLER_ERROR", summary[:_MESSAGE_CHARACTERS], details=details)

    @classmethod
    def late(cls, step: Step) -> StepFailed:
        """The failure of a step whose time is over."""
        seconds = f"{step.timeout_seconds:g} s"
        return StepFailed(
            "TIMEOUT", f"{step.handler} did not finish in {seconds}", unknown_outcome=True
        )


class CannotRunHere(StepFailed):
    """This runner cannot execute the step, though another one may: something is missing here.

    The step goes back to the queue without using an attempt. When runners have given it back five
    times, it fails for good with this code and message; so the message says what to configure.
    """

    def __init__(
        self,
        code: str,
        message: str,
        permanent: bool = True,
        retry_after_seconds: float | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code, message, permanent, retry_after_seconds, details)


Outcome = Output | StepFailed
"""What became of one step of a batch."""
