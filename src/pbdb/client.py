"""What an app calls from Python. Every method is one SQL function; other languages call the same.

    with connect(url) as connection:
        client = Client(connection, organization_id)
        execution = client.start("welcome", {"name": "Ada"}, idempotency_key="signup-17")

A call inside the caller's transaction is part of it: it commits or rolls back with the caller's
own rows. Outside of one it is a transaction by itself. The tenant is set for the transaction only,
so that a pooled connection never carries it to somebody else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import RowFactory, class_row, dict_row, scalar_row
from psycopg.types.json import Jsonb

from pbdb.database import Connection
from pbdb.errors import NotFound, translate

ENDED: Final = frozenset({"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT"})
"""The statuses that an execution does not leave by itself."""

Row = dict[str, Any]

_LIST_THEM: Final = "list_executions() lists the executions of the organization."

# What only a person can answer; a wait for an event or a time is nobody's task.
_INBOX: Final = """\
select
    execution_id, playbook_name, execution_name, step_name, step_address, branch, item_index,
    prompt, answer_schema, data, assignees, waiting_since, times_out_at
from pbdb.playbook_inbox
where event_name is null and (%s::uuid is null or execution_id = %s)
order by waiting_since"""

_DEAD_LETTERS: Final = """\
select
    execution_id, playbook_name, playbook_version, execution_name, step_name, reason, error_code,
    error_message, attempts, worker, since
from pbdb.playbook_dead_letters
order by since desc
limit %s"""

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
    ) -> None:
        """Use this connection for this tenant.

        `role` is taken on for each transaction: for a login that row level security does not bind.
        """
        self._connection = connection
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

    def progress(self, execution_id: UUID) -> Row:
        """Return status, percentage, current step, completed and total steps, elapsed time."""
        found = self._rows("select * from pbdb.get_execution_progress(%s)", execution_id)
        if not found:
            raise NotFound(f"there is no execution {execution_id}", hint=_LIST_THEM)
        return found[0]

    def timeline(self, execution_id: UUID) -> list[Row]:
        """Return one row per attempt, in order."""
        return self._rows("select * from pbdb.get_execution_timeline(%s)", execution_id)

    def diagnose(self, execution_id: UUID) -> list[Row]:
        """Say why an execution does not move: finding and remedy, a row for each reason."""
        return self._rows("select finding, remedy from pbdb.diagnose_execution(%s)", execution_id)

    def pause(self, execution_id: UUID) -> None:
        """Start nothing new; what runs may finish."""
        self._value("select pbdb.pause_playbook_execution(%s)", execution_id)

    def resume(self, execution_id: UUID) -> None:
        """Go on after a pause."""
        self._value("select pbdb.resume_playbook_execution(%s)", execution_id)

    def cancel(self, execution_id: UUID, reason: str | None = None) -> None:
        """End it now; runners learn of it at their next heartbeat."""
        self._value("select pbdb.cancel_playbook_execution(%s, %s)", execution_id, reason)

    def retry(self, execution_id: UUID, from_step: str | None = None) -> None:
        """Go on from the failed step or from a named one; completed work is kept."""
        self._value("select pbdb.retry_playbook_execution(%s, %s)", execution_id, from_step)

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

    def waiting(self, execution_id: UUID | None = None) -> list[Row]:
        """Return the steps that wait for somebody's answer, oldest first."""
        return self._rows(_INBOX, execution_id, execution_id)

    def dead_letters(self, limit: int = 100) -> list[Row]:
        """Return the executions whose step could not be done, newest first."""
        return self._rows(_DEAD_LETTERS, limit)

    def requeue_dead_letter(self, execution_id: UUID) -> None:
        """Run it again from the step that failed, with all its attempts."""
        self._value("select pbdb.requeue_dead_letter(%s)", execution_id)

    def discard_dead_letter(self, execution_id: UUID, reason: str) -> None:
        """Put it aside for good; the reason is kept with it."""
        self._value("select pbdb.discard_dead_letter(%s, %s)", execution_id, reason)

    def count_prunable(
        self, before: datetime, statuses: Sequence[str] | None = None, playbook: str | None = None
    ) -> list[Row]:
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

    def validate_playbook(self, playbook_id: UUID) -> list[Row]:
        """Return issues: severity, step, code, message, hint; empty when there are none."""
        return self._rows("select * from pbdb.validate_playbook(%s)", playbook_id)

    def check_playbook(self, document: Mapping[str, Any]) -> list[Row]:
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

    def playbooks(self) -> list[Row]:
        """Return the playbooks, newest version of each name first."""
        return self._rows(_PLAYBOOKS)

    def executions(self, limit: int = 20) -> list[Row]:
        """Return the newest executions."""
        return self._rows("select * from pbdb.list_executions(p_limit => %s)", limit)

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
    ) -> list[Row]:
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

    def _call(
        self, query: LiteralString, parameters: Sequence[Any], rows: RowFactory[Any]
    ) -> list[Any]:
        with self._transaction() as connection, connection.cursor(row_factory=rows) as cursor:
            return cursor.execute(query, parameters).fetchall()

    def _rows(self, query: LiteralString, *parameters: Any) -> list[Row]:
        return self._call(query, parameters, dict_row)

    def _column(self, query: LiteralString, *parameters: Any) -> list[Any]:
        return self._call(query, parameters, scalar_row)

    def _value(self, query: LiteralString, *parameters: Any) -> Any:
        (value,) = self._column(query, *parameters)
        return value


def _json(value: Any) -> Jsonb:
    """JSON of a value; nothing is an empty object."""
    return Jsonb({} if value is None else value)
