"""What the functions return, as an app's Python sees it: a dict a row, its keys the columns.

A value of `Any` is JSON. Keys and kinds are compared with the database's catalog by a test.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID


class Progress(TypedDict):
    """How far an execution is."""

    execution_id: UUID
    status: str
    progress_percentage: int
    current_step_name: str | None
    completed_steps: int
    total_steps: int
    elapsed_time_ms: int


class ExecutionRow(TypedDict):
    """An execution in a list, without payloads."""

    execution_id: UUID
    playbook_id: UUID
    playbook_name: str
    version: int
    execution_name: str | None
    status: str
    trigger_source: str | None
    triggered_by: UUID | None
    error_code: str | None
    error_message: str | None
    completed_steps: int
    total_steps: int
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    duration_ms: int | None
    pause_reason: str | None
    current_step_name: str | None
    deadline_at: datetime | None
    parent_execution_id: UUID | None


class Execution(TypedDict):
    """Everything about one execution."""

    execution_id: UUID
    playbook_id: UUID
    playbook_name: str
    version: int
    execution_name: str | None
    status: str
    progress_percentage: int
    current_step_name: str | None
    completed_steps: int
    total_steps: int
    elapsed_time_ms: int
    pause_reason: str | None
    paused_at: datetime | None
    deadline_at: datetime | None
    trigger_source: str | None
    triggered_by: UUID | None
    idempotency_key: str | None
    input_data: Any
    output_data: Any
    error_code: str | None
    error_message: str | None
    error_stack: str | None
    parent_execution_id: UUID | None
    parent_step_name: str | None
    root_execution_id: UUID | None
    metadata: Any
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    duration_ms: int | None
    updated_at: datetime


class StepStanding(TypedDict):
    """How a step of an execution stands, over all its attempts."""

    step_id: UUID
    step_name: str
    step_type: str
    step_order: int
    parent_step_id: UUID | None
    branch: str | None
    status: str | None
    pending_count: int
    running_count: int
    waiting_count: int
    completed_count: int
    failed_count: int
    skipped_count: int
    timeout_count: int
    branch_total: int | None
    branch_completed_count: int | None
    branch_failed_count: int | None
    attempts: int
    visits: int
    first_started_at: datetime | None
    last_completed_at: datetime | None
    last_step_result_id: UUID | None


class Attempt(TypedDict):
    """One attempt of one step."""

    step_result_id: UUID
    step_id: UUID
    step_name: str
    step_type: str
    step_order: int
    branch: str | None
    item_index: int | None
    visit: int
    attempt_number: int
    status: str
    started_at: datetime | None
    completed_at: datetime | None
    duration_ms: int | None
    worker: str | None
    is_lost: bool
    error_code: str | None
    error_message: str | None
    error_stack: str | None
    error_details: Any


class AttemptDetail(TypedDict):
    """One attempt with all that went in and came out."""

    step_result_id: UUID
    execution_id: UUID
    step_id: UUID
    step_name: str
    step_type: str
    branch: str | None
    item_index: int | None
    item: Any
    visit: int
    attempt_number: int
    status: str
    input_data: Any
    request: Any
    output_data: Any
    error_code: str | None
    error_message: str | None
    error_stack: str | None
    error_details: Any
    is_lost: bool
    worker: str | None
    answers: Any
    child_execution_ids: list[UUID]
    model: str | None
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal | None
    latency_ms: int | None
    usage_details: Any
    metadata: Any
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    duration_ms: int | None


class Finding(TypedDict):
    """Why an execution does not move, and what moves it."""

    finding: str
    remedy: str | None


class Wait(TypedDict):
    """A step that waits for a person."""

    step_result_id: UUID
    execution_id: UUID
    playbook_id: UUID
    playbook_name: str
    playbook_version: int | None
    execution_name: str | None
    step_name: str
    step_address: str
    branch: str | None
    item_index: int | None
    waits_for: str | None
    prompt: str | None
    answer_schema: Any
    data: Any
    assignees: Any
    event_name: str | None
    waiting_since: datetime | None
    times_out_at: datetime | None


class DeadLetter(TypedDict):
    """An execution whose step could not be done."""

    execution_id: UUID
    playbook_id: UUID
    playbook_name: str
    playbook_version: int | None
    execution_name: str | None
    step_name: str
    reason: str | None
    error_code: str | None
    error_message: str | None
    attempts: int
    worker: str | None
    since: datetime | None


class Outcome(TypedDict):
    """What became of one execution of many: `done`, or `refused` and why."""

    execution_id: UUID
    outcome: str
    code: str | None
    message: str | None
    hint: str | None


class Prunable(TypedDict):
    """What prune() would delete of a playbook and status."""

    playbook_name: str
    status: str
    execution_count: int
    oldest_at: datetime | None
    newest_at: datetime | None


class PlaybookRow(TypedDict):
    """A playbook by name, with its versions and how they went."""

    name: str
    description: str | None
    category: str | None
    tags: list[str]
    agent_id: UUID | None
    active_playbook_id: UUID | None
    active_version: int | None
    activated_at: datetime | None
    draft_playbook_id: UUID | None
    draft_version: int | None
    latest_playbook_id: UUID | None
    latest_version: int | None
    latest_status: str | None
    version_count: int
    execution_count: int
    completed_count: int
    failed_count: int
    running_count: int
    success_rate: Decimal
    last_execution_at: datetime | None
    updated_at: datetime


class PlaybookVersion(TypedDict):
    """One version of a playbook."""

    playbook_id: UUID
    version: int
    status: str
    description: str | None
    total_steps: int
    has_source: bool
    definition_hash: str | None
    created_by: UUID | None
    updated_by: UUID | None
    created_at: datetime
    updated_at: datetime
    activated_at: datetime | None
    activated_by: str | None
    execution_count: int
    completed_count: int
    failed_count: int
    running_count: int
    avg_duration_ms: Decimal | None
    last_execution_at: datetime | None


class ActivePlaybook(TypedDict):
    """An ACTIVE version of an agent's playbook."""

    id: UUID
    name: str
    description: str | None
    category: str | None
    version: int
    total_steps: int
    last_executed_at: datetime | None
    execution_count: int


class Summary(TypedDict):
    """How the executions of a version went."""

    total_executions: int
    successful_executions: int
    failed_executions: int
    running_executions: int
    avg_duration_ms: Decimal | None
    last_execution_at: datetime | None
    success_rate: Decimal


class Issue(TypedDict):
    """What is wrong with a playbook, or odd."""

    severity: str
    step_name: str | None
    code: str
    path: str
    message: str
    hint: str | None


class Traced(TypedDict):
    """An attempt of a run that was undone; the last one is the execution."""

    step_name: str | None
    branch: str | None
    item_index: int | None
    status: str
    visit: int | None
    attempt_number: int | None
    input_data: Any
    output_data: Any
    error_code: str | None
    error_message: str | None


class Trigger(TypedDict):
    """What starts a playbook by itself."""

    name: str
    trigger_id: UUID | None
    playbook_name: str
    kind: str
    schedule: str | None
    time_zone: str | None
    event_name: str | None
    event_match: Any
    input_data: Any
    is_enabled: bool
    next_fire_at: datetime | None
    last_fired_at: datetime | None
    last_error: str | None
    created_at: datetime
    updated_at: datetime


class Overview(TypedDict):
    """How the tenant stands."""

    pending_executions: int
    running_executions: int
    paused_executions: int
    waiting_answers: int
    next_timeout_at: datetime | None
    dead_letters: int
    completed_24h: int
    failed_24h: int
    due_steps: int
    oldest_due_at: datetime | None
    unserved_handlers: list[str]


class UsageRow(TypedDict):
    """What models used."""

    playbook_name: str | None
    step_name: str | None
    model: str | None
    day: date | None
    attempts: int
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal | None
    unpriced_attempts: int | None
    latency_ms: int | None


class Count(TypedDict):
    """How many executions ended like this in a time."""

    bucket_start: datetime | None
    status: str
    execution_count: int
    avg_duration_ms: Decimal | None
    p50_duration_ms: int | None
    p95_duration_ms: int | None


class Memory(TypedDict):
    """A memory that was found."""

    id: UUID
    content: str | None
    similarity: float | None
    metadata: Any
    source: str | None
    created_at: datetime
