"""What an app calls from Python. Every method is one SQL function; other languages call the same.

    with connect(url) as connection:
        client = Client(connection, organization_id)
        execution = client.start("welcome", {"name": "Ada"}, idempotency_key="signup-17")

A call inside the caller's transaction is part of it: it commits or rolls back with the caller's
own rows. Outside of one it is a transaction by itself. The tenant is set for the transaction only,
so that a pooled connection never carries it to somebody else.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString, TypeVar
from uuid import UUID

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import RowFactory, class_row, dict_row, scalar_row
from psycopg.types.json import Jsonb

from pbdb.database import Connection
from pbdb.errors import NotFound, translate
from pbdb.rows import (
    ActivePlaybook,
    Attempt,
    AttemptDetail,
    Count,
    DeadLetter,
    Execution,
    ExecutionRow,
    Finding,
    Issue,
    Memory,
    Outcome,
    Overview,
    PlaybookRow,
    PlaybookVersion,
    Progress,
    Prunable,
    StepStanding,
    Summary,
    Traced,
    Trigger,
    UsageRow,
    Wait,
)

ENDED: Final = frozenset({"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT"})
"""The statuses that an execution does not leave by itself."""

Row = dict[str, Any]
_T = TypeVar("_T")

_QUICK_SECONDS: Final = 0.05
_SLOW_SECONDS: Final = 2.0

_LIST_THEM: Final = "list_executions() lists the executions of the organization."

_PLAYBOOKS: Final = """\
select id, name, version, status::text, category, tags, description, updated_at
from pbdb.playbooks
order by name, version desc"""


@dataclass(frozen=True, slots=True)
class Result:
    """Where an execution stands, and its output once it is COMPLETED."""

    execution_id: UUID
    status: str
    output_data: Any
    error_code: str | None
    error_message: str | None
    started_at: datetime | None
    completed_at: datetime | None
    duration_ms: int | None

    @property
    def has_ended(self) -> bool:
        """Whether it will not go on by itself."""
        return self.status in ENDED


class Client:
    """The SQL functions of pbdb for one organization. Errors are pbdb.errors.PbdbError."""

    def __init__(
        self,
        connection: Connection,
        organization_id: UUID | str,
        *,
        role: LiteralString | None = None,
        actor: str | None = None,
    ) -> None:
        """Use this connection for this tenant.

        `role` is taken on for each transaction: for a login that row level security does not bind.
        `actor` is who acts, in the words of whoever signs people in, at most 255 characters: kept
        with what is defined, started, answered and steered, and in the audit; null leaves what
        `set_actor` said in the transaction.
        """
        self._connection = connection
        self._actor = actor
        self._organization_id = organization_id
        self._role = role

    # -- executions -------------------------------------------------------------------------

    def start(
        self,
        playbook: str,
        input: Any = None,
        *,
        idempotency_key: str | None = None,
        name: str | None = None,
        trigger_source: str = "api",
        metadata: Mapping[str, Any] | None = None,
    ) -> UUID:
        """Start the latest ACTIVE version; the same key and input give the same execution."""
        id_: UUID = self._value(
            "select pbdb.start_playbook(%s, %s, %s, %s, %s, null, %s)",
            playbook,
            _json(input),
            idempotency_key,
            name,
            trigger_source,
            _json(metadata),
        )
        return id_

    def start_version(
        self, playbook_id: UUID, input: Any = None, *, idempotency_key: str | None = None
    ) -> UUID:
        """Start this version of a playbook, which must be ACTIVE."""
        id_: UUID = self._value(
            "select pbdb.start_playbook_execution(%s, %s, %s)",
            playbook_id,
            _json(input),
            idempotency_key,
        )
        return id_

    def start_many(
        self,
        playbook_id: UUID,
        inputs: Sequence[Any],
        idempotency_keys: Sequence[str] | None = None,
    ) -> list[UUID]:
        """Start one execution for each input, in order, all or none."""
        return self._column(
            "select pbdb.start_playbook_executions(%s, %s, %s)",
            playbook_id,
            [_json(each) for each in inputs],
            list(idempotency_keys) if idempotency_keys is not None else None,
        )

    def run(self, playbook: str, input: Any = None) -> Any:
        """Run a playbook that needs no runner to its end; return its output."""
        return self._value("select pbdb.run_playbook(%s, %s)", playbook, _json(input))

    def result(self, execution_id: UUID) -> Result:
        """Say where an execution stands."""
        result: Result
        found = self._call(
            "select execution_id, status::text, output_data, error_code, error_message, "
            "started_at, completed_at, duration_ms from pbdb.get_execution_result(%s)",
            (execution_id,),
            class_row(Result),
        )
        if not found:
            raise NotFound(f"there is no execution {execution_id}", hint=_LIST_THEM)
        (result,) = found
        return result

    def progress(self, execution_id: UUID) -> Progress:
        """Return status, percentage, current step, completed and total steps, elapsed time."""
        found: list[Progress] = self._rows(
            "select * from pbdb.get_execution_progress(%s)", execution_id
        )
        return _only(found, f"there is no execution {execution_id}", _LIST_THEM)

    def execution(self, execution_id: UUID) -> Execution:
        """Return everything about an execution: what it runs, its input, output, error, tokens."""
        found: list[Execution] = self._rows("select * from pbdb.get_execution(%s)", execution_id)
        return _only(found, f"there is no execution {execution_id}", _LIST_THEM)

    def wait(self, execution_id: UUID, timeout: float | None = None) -> Result:
        """Wait for the end, or that many seconds; return how it stands then.

        Asks again and again, each time in a transaction of its own: not for inside of one.
        """
        end = None if timeout is None else time.monotonic() + timeout
        pause = _QUICK_SECONDS
        while True:
            result = self.result(execution_id)
            rest = _SLOW_SECONDS if end is None else end - time.monotonic()
            if result.has_ended or rest <= 0:
                return result
            time.sleep(min(pause, rest))
            pause = min(pause * 1.5, _SLOW_SECONDS)

    def steps(self, execution_id: UUID) -> list[StepStanding]:
        """Return how each step stands, those included that were not reached yet."""
        return self._rows("select * from pbdb.get_execution_steps(%s)", execution_id)

    def timeline(self, execution_id: UUID) -> list[Attempt]:
        """Return one row per attempt, in order."""
        return self._rows("select * from pbdb.get_execution_timeline(%s)", execution_id)

    def attempt(self, step_result_id: UUID) -> AttemptDetail:
        """Return one attempt with its input, request, output and error."""
        found: list[AttemptDetail] = self._rows(
            "select * from pbdb.get_step_result(%s)", step_result_id
        )
        return _only(
            found, f"there is no attempt {step_result_id}", "timeline() lists them by execution."
        )

    def diagnose(self, execution_id: UUID) -> list[Finding]:
        """Say why an execution does not move: finding and remedy, a row for each reason."""
        return self._rows("select * from pbdb.diagnose_execution(%s)", execution_id)

    def pause(self, execution_id: UUID) -> None:
        """Start nothing new; what runs may finish."""
        self._value("select pbdb.pause_playbook_execution(%s)", execution_id)

    def resume(self, execution_id: UUID) -> None:
        """Go on after a pause."""
        self._value("select pbdb.resume_playbook_execution(%s)", execution_id)

    def cancel(self, execution_id: UUID, reason: str | None = None) -> None:
        """End it now; runners learn of it at their next heartbeat."""
        self._value("select pbdb.cancel_playbook_execution(%s, %s)", execution_id, reason)

    def cancel_many(
        self, execution_ids: Sequence[UUID], reason: str | None = None
    ) -> list[Outcome]:
        """End at most 500; what is refused does not stop the others."""
        return self._rows(
            "select * from pbdb.cancel_playbook_executions(%s, %s)", list(execution_ids), reason
        )

    def retry(self, execution_id: UUID, from_step: str | None = None, input: Any = None) -> None:
        """Go on from the failed step or from a named one; completed work is kept.

        With another input, what runs from now on reads that one.
        """
        self._value(
            "select pbdb.retry_playbook_execution(%s, %s, %s)",
            execution_id,
            from_step,
            None if input is None else Jsonb(input),
        )

    def retry_many(
        self, execution_ids: Sequence[UUID], from_step: str | None = None
    ) -> list[Outcome]:
        """Retry at most 500; what is refused does not stop the others."""
        return self._rows(
            "select * from pbdb.retry_playbook_executions(%s, %s)", list(execution_ids), from_step
        )

    def answer(
        self, execution_id: UUID, step: str, answer: Any, *, answered_by: UUID | None = None
    ) -> None:
        """Answer a step that waits for input: its name, or in items its address (`ask[1]`)."""
        self._value(
            "select pbdb.submit_step_input(%s, %s, %s, %s)",
            execution_id,
            step,
            Jsonb(answer),
            answered_by,
        )

    def emit(
        self,
        event: str,
        payload: Any = None,
        *,
        keep_seconds: int = 3600,
        idempotency_key: str | None = None,
    ) -> int:
        """Tell of an event; return how many waits it woke and playbooks it started.

        It is kept `keep_seconds` for waits that begin later. With an idempotency key the same event
        is delivered once, and a repeated call returns the same number.
        """
        count: int = self._value(
            "select pbdb.emit_playbook_event(%s, %s, %s, %s)",
            event,
            _json(payload),
            keep_seconds,
            idempotency_key,
        )
        return count

    def waiting(self, execution_id: UUID | None = None, *, limit: int = 1000) -> list[Wait]:
        """Return the steps that wait for a person, oldest first."""
        return self._rows(
            "select * from pbdb.list_inbox(p_execution_id => %s, p_limit => %s)",
            execution_id,
            limit,
        )

    def dead_letters(
        self,
        limit: int = 100,
        *,
        playbook: str | None = None,
        error_code: str | None = None,
        after: UUID | None = None,
    ) -> list[DeadLetter]:
        """Return the executions whose step could not be done, newest first.

        The next page is that `after` the last execution_id.
        """
        return self._rows(
            "select * from pbdb.list_dead_letters(%s, %s, %s, %s)",
            playbook,
            error_code,
            after,
            limit,
        )

    def requeue_dead_letter(self, execution_id: UUID) -> None:
        """Run it again from the step that failed, with all its attempts."""
        self._value("select pbdb.requeue_dead_letter(%s)", execution_id)

    def requeue_dead_letters(self, execution_ids: Sequence[UUID]) -> list[Outcome]:
        """Requeue at most 500; what is refused does not stop the others."""
        return self._rows("select * from pbdb.requeue_dead_letters(%s)", list(execution_ids))

    def discard_dead_letters(self, execution_ids: Sequence[UUID], reason: str) -> list[Outcome]:
        """Discard at most 500; what is refused does not stop the others."""
        return self._rows(
            "select * from pbdb.discard_dead_letters(%s, %s)", list(execution_ids), reason
        )

    def discard_dead_letter(self, execution_id: UUID, reason: str) -> None:
        """Put it aside for good; the reason is kept with it."""
        self._value("select pbdb.discard_dead_letter(%s, %s)", execution_id, reason)

    def count_prunable(
        self, before: datetime, statuses: Sequence[str] | None = None, playbook: str | None = None
    ) -> list[Prunable]:
        """Count what prune() would delete: a row for each playbook and status."""
        return self._rows(
            "select * from pbdb.count_prunable_executions("
            "%s, %s::pbdb.playbook_execution_status[], %s)",
            before,
            None if statuses is None else list(statuses),
            playbook,
        )

    def prune(
        self,
        before: datetime,
        *,
        statuses: Sequence[str] | None = None,
        playbook: str | None = None,
        limit: int = 500,
    ) -> Iterator[int]:
        """Delete executions that ended before then; yield how many went after each transaction.

        Outside of a transaction each is committed before it is told; stopping keeps what is done.
        """
        reached: datetime | None = None
        while True:
            (row,) = self._rows(
                "select * from pbdb.prune_executions("
                "%s, %s, %s, %s::pbdb.playbook_execution_status[], %s)",
                before,
                limit,
                reached,
                None if statuses is None else list(statuses),
                playbook,
            )
            if not row["pruned"]:
                return
            reached = row["reached_at"] or reached
            yield row["pruned"]

    # -- playbooks --------------------------------------------------------------------------

    def import_playbook(self, document: Mapping[str, Any]) -> UUID:
        """Turn a document into a new DRAFT version; DocumentInvalid says where it is malformed."""
        id_: UUID = self._value("select pbdb.import_playbook(%s)", Jsonb(document))
        return id_

    def export_playbook(self, playbook_id: UUID) -> Row:
        """Return the document of a version."""
        document: Row = self._value("select pbdb.export_playbook(%s)", playbook_id)
        return document

    def validate_playbook(self, playbook_id: UUID) -> list[Issue]:
        """Return issues: severity, step, code, message, hint; empty when there are none."""
        return self._rows("select * from pbdb.validate_playbook(%s)", playbook_id)

    def check_playbook(self, document: Mapping[str, Any]) -> list[Issue]:
        """Return the issues of a document and leave nothing behind; DocumentInvalid as above."""
        with self._connection.transaction(force_rollback=True):
            return self.validate_playbook(self.import_playbook(document))

    def activate_playbook(self, playbook_id: UUID) -> None:
        """Freeze a DRAFT and let it be started. Refused while it has errors."""
        self._value("select pbdb.activate_playbook(%s)", playbook_id)

    def archive_playbook(self, playbook_id: UUID) -> None:
        """Put a version out of use; it is kept with its history."""
        self._value("select pbdb.archive_playbook(%s)", playbook_id)

    def delete_playbook(self, playbook_id: UUID) -> None:
        """Delete a version with the history of its executions."""
        self._value("select pbdb.delete_playbook(%s)", playbook_id)

    def apply_playbook(self, document: Mapping[str, Any]) -> tuple[UUID, int, bool]:
        """Import, validate and activate; return id, version and whether anything changed."""
        (found,) = self._rows("select * from pbdb.apply_playbook(%s)", Jsonb(document))
        return found["playbook_id"], found["version"], found["changed"]

    def what_if(
        self,
        playbook: str | Mapping[str, Any],
        input: Any = None,
        outputs: Mapping[str, Any] | None = None,
    ) -> list[Traced]:
        """Run a playbook, by name or as a document, and undo everything; return the trace.

        `outputs`: what the steps give that need a runner or a person, by their names.
        """
        if isinstance(playbook, str):
            return self._rows(
                "select * from pbdb.what_if_playbook(%s, %s, %s)",
                playbook,
                _json(input),
                _json(outputs),
            )
        return self._rows(
            "select * from pbdb.what_if_document(%s, %s, %s)",
            Jsonb(playbook),
            _json(input),
            _json(outputs),
        )

    def playbooks(self) -> list[Row]:
        """Return every version of the playbooks, newest version of each name first."""
        return self._rows(_PLAYBOOKS)

    def list_playbooks(
        self,
        limit: int = 100,
        *,
        search: str | None = None,
        status: str | None = None,
        category: str | None = None,
        tag: str | None = None,
        after: str | None = None,
    ) -> list[PlaybookRow]:
        """Return the playbooks by name, a row each; the next page is that `after` the last name."""
        return self._rows(
            "select * from pbdb.list_playbooks(%s, %s, %s, %s, %s, %s)",
            search,
            status,
            category,
            tag,
            after,
            limit,
        )

    def versions(
        self, name: str, limit: int = 100, *, before: int | None = None
    ) -> list[PlaybookVersion]:
        """Return the versions of a playbook, newest first."""
        return self._rows(
            "select * from pbdb.list_playbook_versions(%s, %s, %s)", name, before, limit
        )

    def active_playbooks(self, agent_id: UUID) -> list[ActivePlaybook]:
        """Return the ACTIVE versions of an agent's playbooks, newest first."""
        return self._rows("select * from pbdb.get_active_playbooks(%s)", agent_id)

    def summary(self, playbook_id: UUID) -> Summary:
        """Return how the executions of one version went."""
        found: list[Summary] = self._rows(
            "select * from pbdb.get_playbook_execution_summary(%s)", playbook_id
        )
        return found[0]

    def executions(
        self,
        limit: int = 20,
        *,
        playbook: str | None = None,
        statuses: Sequence[str] | None = None,
        sources: Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        metadata: Mapping[str, Any] | None = None,
        error_code: str | None = None,
        search: str | None = None,
        with_children: bool = False,
        after: UUID | None = None,
    ) -> list[ExecutionRow]:
        """Return executions, newest first; the next page is that `after` the last execution_id.

        `metadata`: what theirs contains; `search`: how an id, name or idempotency key begins.
        """
        return self._rows(
            "select * from pbdb.list_executions(p_limit => %s, p_playbook_name => %s, "
            "p_statuses => %s::pbdb.playbook_execution_status[], p_sources => %s, p_from => %s, "
            "p_to => %s, p_metadata => %s, p_error_code => %s, p_search => %s, "
            "p_with_children => %s, p_before_id => %s)",
            limit,
            playbook,
            None if statuses is None else list(statuses),
            None if sources is None else list(sources),
            since,
            until,
            None if metadata is None else Jsonb(metadata),
            error_code,
            search,
            with_children,
            after,
        )

    # -- triggers and reports ---------------------------------------------------------------

    def triggers(
        self,
        limit: int = 100,
        *,
        kind: str | None = None,
        playbook: str | None = None,
        name: str | None = None,
        after: str | None = None,
    ) -> list[Trigger]:
        """Return the triggers by name; the next page is that `after` the last name."""
        return self._rows(
            "select * from pbdb.list_triggers(%s, %s, %s, %s, %s)",
            kind,
            playbook,
            after,
            limit,
            name,
        )

    def enable_trigger(self, name: str) -> None:
        """Let a trigger fire again, a schedule from its next time on."""
        self._value("select pbdb.enable_trigger(%s)", name)

    def disable_trigger(self, name: str) -> None:
        """Let a trigger not fire until it is enabled; what it has started goes on."""
        self._value("select pbdb.disable_trigger(%s)", name)

    def delete_trigger(self, name: str) -> None:
        """Take a trigger away; what it has started goes on."""
        self._value("select pbdb.delete_trigger(%s)", name)

    def overview(self) -> Overview:
        """Return how the organization stands, in one row."""
        found: list[Overview] = self._rows("select * from pbdb.get_overview()")
        return found[0]

    def usage(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        by: str = "playbook",
        execution_id: UUID | None = None,
    ) -> list[UsageRow]:
        """Return what models used, by playbook, step, model or day; the last 30 days otherwise."""
        return self._rows(
            "select * from pbdb.get_usage(%s, %s, %s, %s)", since, until, by, execution_id
        )

    def counts(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        bucket: str = "hour",
        playbook: str | None = None,
    ) -> list[Count]:
        """Return how many executions ended in each hour or day, and how long they took."""
        return self._rows(
            "select * from pbdb.get_execution_counts(%s, %s, %s, %s)",
            since,
            until,
            bucket,
            playbook,
        )

    # -- memory -----------------------------------------------------------------------------

    def store_memory(
        self,
        content: str,
        *,
        embedding: Sequence[float] | None = None,
        model: str | None = None,
        agent_id: UUID | None = None,
        metadata: Mapping[str, Any] | None = None,
        source: str | None = None,
    ) -> UUID:
        """Store a memory; without a vector a runner embeds it later."""
        id_: UUID = self._value(
            "select pbdb.store_memory(%s, %s::real[], %s, %s, %s, %s)",
            content,
            list(embedding) if embedding is not None else None,
            model,
            agent_id,
            _json(metadata),
            source,
        )
        return id_

    def search_memories(
        self,
        query: str | None = None,
        *,
        embedding: Sequence[float] | None = None,
        model: str | None = None,
        agent_id: UUID | None = None,
        limit: int = 10,
        threshold: float | None = None,
        filter: Mapping[str, Any] | None = None,
        mode: str = "vector",
    ) -> list[Memory]:
        """Return the best memories, best first: id, content, similarity, metadata, source."""
        return self._rows(
            "select * from pbdb.search_memories(%s, %s::real[], %s, %s, %s, %s, %s, %s)",
            query,
            list(embedding) if embedding is not None else None,
            model,
            agent_id,
            limit,
            threshold,
            _json(filter),
            mode,
        )

    # -- inside -----------------------------------------------------------------------------

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """Join the caller's transaction, or make one; the tenant is set in either."""
        connection = self._connection
        try:
            if connection.info.transaction_status == TransactionStatus.IDLE:
                with connection.transaction():
                    self._become(connection)
                    yield connection
            else:
                self._become(connection)
                yield connection
        except psycopg.Error as error:
            known = translate(error)
            if known is error:
                raise
            raise known from error

    def _become(self, connection: Connection) -> None:
        if self._role is not None:
            connection.execute(f"set local role {self._role}")
        connection.execute("select pbdb.set_organization(%s)", (self._organization_id,))
        if self._actor is not None:
            connection.execute("select pbdb.set_actor(%s)", (self._actor,))

    def _call(
        self, query: LiteralString, parameters: Sequence[Any], rows: RowFactory[Any]
    ) -> list[Any]:
        with self._transaction() as connection, connection.cursor(row_factory=rows) as cursor:
            return cursor.execute(query, parameters).fetchall()

    def _rows(self, query: LiteralString, *parameters: Any) -> list[Any]:
        return self._call(query, parameters, dict_row)

    def _column(self, query: LiteralString, *parameters: Any) -> list[Any]:
        return self._call(query, parameters, scalar_row)

    def _value(self, query: LiteralString, *parameters: Any) -> Any:
        (value,) = self._column(query, *parameters)
        return value


def _only(found: Sequence[_T], message: str, hint: str) -> _T:
    if not found:
        raise NotFound(message, hint=hint)
    return found[0]


def _json(value: Any) -> Jsonb:
    """JSON of a value; nothing is an empty object."""
    return Jsonb({} if value is None else value)
