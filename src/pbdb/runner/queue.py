"""What a runner says to the queue: every function is one SQL call and its row mapping.

Connections come from `database.Pool`: autocommit, JSON as text. Errors are psycopg's; the runner
decides with `database.is_transient` what to do about them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol
from uuid import UUID

from pbdb.database import AsyncConnection
from pbdb.model import Step, StepType

_CLAIM_COLUMNS: Final = """\
step_result_id, token, organization_id, execution_id, step_id, step_name, step_type::text, handler,
attempt_number, visit, config, input, output_schema, timeout_seconds, deadline_at,
idempotency_key, playbook_name, execution_name, agent"""

_STEP_TYPES: Final = {each.value: each for each in StepType}


@dataclass(frozen=True, slots=True)
class Completion:
    """A finished attempt on its way to the database; `output` and `usage` are JSON text."""

    organization_id: UUID
    step_result_id: UUID
    token: UUID
    output: str
    usage: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed attempt on its way to the database; `error` is JSON text."""

    organization_id: UUID
    step_result_id: UUID
    token: UUID
    error: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """An attempt that this runner cannot execute; `reason` is JSON text, as an error's."""

    organization_id: UUID
    step_result_id: UUID
    token: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the database said to one completion, failure, refusal or release."""

    step_result_id: UUID
    outcome: str
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """A memory that waits for its vector."""

    organization_id: UUID
    memory_id: UUID
    token: UUID
    content: str


async def claim(
    connection: AsyncConnection,
    worker: str,
    handlers: list[str],
    limit: int,
    lease_seconds: int,
    execution_id: UUID | None = None,
) -> list[Step]:
    """Lease up to `limit` steps that these handlers can run; empty when none is ready.

    With an execution: its own, and those of what it called.
    """
    cursor = await connection.execute(
        f"select {_CLAIM_COLUMNS} from pbdb.claim_playbook_steps(%s, %s, %s, %s, %s)",
        (worker, handlers, limit, lease_seconds, execution_id),
    )
    return [_step(row) for row in await cursor.fetchall()]


async def complete(
    connection: AsyncConnection, worker: str, done: Sequence[Completion]
) -> list[Answer]:
    """Report results; the answers come in any order."""
    cursor = await connection.execute(
        "select step_result_id, outcome, code, message "
        "from pbdb.complete_playbook_steps("
        "%s, %s::uuid[], %s::uuid[], %s::text[], %s::jsonb[], %s::uuid[])",
        (worker, *_columns(done), _organizations(done)),
    )
    return [Answer(*row) for row in await cursor.fetchall()]


async def complete_and_claim(
    connection: AsyncConnection,
    worker: str,
    done: Sequence[Completion],
    handlers: list[str],
    limit: int,
    lease_seconds: int,
    execution_id: UUID | None = None,
    *,
    only_next: bool = False,
) -> tuple[list[Answer], list[Step]]:
    """Report results and lease the next steps, in one transaction and one round trip.

    `only_next`: no others than those that the results lead to.
    """
    cursor = await connection.execute(
        f"select outcome, code, message, {_CLAIM_COLUMNS} "
        "from pbdb.complete_and_claim_playbook_steps("
        "%s, %s::uuid[], %s::uuid[], %s::text[], %s::jsonb[], %s, %s, %s, %s, %s::uuid[], %s)",
        (
            worker,
            *_columns(done),
            handlers,
            limit,
            lease_seconds,
            execution_id,
            _organizations(done),
            only_next,
        ),
    )
    answers: list[Answer] = []
    steps: list[Step] = []
    for row in await cursor.fetchall():
        if row[0] is None:
            steps.append(_step(row[3:]))
        else:
            answers.append(Answer(row[3], row[0], row[1], row[2]))
    return answers, steps


async def warm_up(connection: AsyncConnection, worker: str) -> None:
    """Claim and report nothing: a session's first calls compile what the later ones run.

    Takes about 8 ms, most of which the first step would wait for.
    """
    await claim(connection, worker, [], 1, 60)
    await complete_and_claim(connection, worker, [], [], 1, 60)


async def fail(connection: AsyncConnection, worker: str, failed: Sequence[Failure]) -> list[Answer]:
    """Report failed attempts; the database decides about retries."""
    cursor = await connection.execute(
        "select step_result_id, outcome, code, message "
        "from pbdb.fail_playbook_steps(%s, %s::uuid[], %s::uuid[], %s::jsonb[], %s::uuid[])",
        (
            worker,
            [each.step_result_id for each in failed],
            [each.token for each in failed],
            [each.error for each in failed],
            _organizations(failed),
        ),
    )
    return [Answer(*row) for row in await cursor.fetchall()]


async def refuse(
    connection: AsyncConnection, worker: str, refused: Sequence[Refusal]
) -> list[Answer]:
    """Give steps back for other runners to try; the database decides when that is enough."""
    cursor = await connection.execute(
        "select step_result_id, outcome, code, message from pbdb.refuse_playbook_steps("
        "%s, %s::uuid[], %s::uuid[], %s::jsonb[], %s::uuid[])",
        (
            worker,
            [each.step_result_id for each in refused],
            [each.token for each in refused],
            [each.reason for each in refused],
            _organizations(refused),
        ),
    )
    return [Answer(*row) for row in await cursor.fetchall()]


async def release(connection: AsyncConnection, worker: str, steps: Sequence[Step]) -> list[Answer]:
    """Give steps back as if they had never been claimed."""
    cursor = await connection.execute(
        "select step_result_id, outcome "
        "from pbdb.release_playbook_steps(%s, %s::uuid[], %s::uuid[], %s::uuid[])",
        (
            worker,
            [each.step_result_id for each in steps],
            [each.token for each in steps],
            _organizations(steps),
        ),
    )
    return [Answer(*row) for row in await cursor.fetchall()]


async def run_sql_step(
    connection: AsyncConnection,
    worker: str,
    step: Step,
    embedding: Sequence[float] | None = None,
) -> str:
    """Run a claimed query or search and store its result, in one transaction; return the outcome.

    The step's timeout is the transaction's statement_timeout. Raises psycopg.errors.QueryCanceled
    when that did not end in time, and PB002 when the step is not ours any more: nothing has been
    stored then.
    """
    async with connection.transaction():
        await connection.execute(
            "select set_config('statement_timeout', %s, true)",
            (str(max(1, int(step.timeout_seconds * 1000))),),
        )
        cursor = await connection.execute(
            "select outcome from pbdb.run_sql_step(%s, %s, %s, %s::real[], %s)",
            (
                worker,
                step.step_result_id,
                step.token,
                list(embedding) if embedding else None,
                step.organization_id,
            ),
            prepare=False,
        )
        row = await cursor.fetchone()
        return str(row[0]) if row else "stale"


async def sweep(connection: AsyncConnection, worker: str, limit: int = 100) -> dict[str, int]:
    """Expire leases, waits and deadlines that are over; return how many of each.

    The runner is seen to live; `not registered` among the counts: it has to register again.
    """
    cursor = await connection.execute("select what, count from pbdb.sweep(%s, %s)", (limit, worker))
    return dict(await cursor.fetchall())


async def register(
    connection: AsyncConnection, worker: str, handlers: list[str], listen_pid: int | None
) -> None:
    """Make the runner known, with the process id of its LISTEN session."""
    await connection.execute(
        "select pbdb.register_worker(%s, %s, %s)", (worker, handlers, listen_pid)
    )


async def set_idle(connection: AsyncConnection, worker: str, is_idle: bool) -> bool:
    """Say whether the runner wants to be notified of ready steps; False when it is not known."""
    cursor = await connection.execute("select pbdb.set_worker_idle(%s, %s)", (worker, is_idle))
    row = await cursor.fetchone()
    return bool(row and row[0])


async def unregister(connection: AsyncConnection, worker: str, listen_pid: int | None) -> None:
    """Forget the runner, unless another one has taken over its name."""
    await connection.execute("select pbdb.unregister_worker(%s, %s)", (worker, listen_pid))


async def claim_memories(
    connection: AsyncConnection, worker: str, model: str, limit: int
) -> list[Memory]:
    """Lease memories without a vector of this model; empty when there are none."""
    cursor = await connection.execute(
        "select organization_id, memory_id, token, content"
        " from pbdb.claim_memories_to_embed(%s, %s, %s)",
        (worker, model, limit),
    )
    return [Memory(*row) for row in await cursor.fetchall()]


async def register_model(
    connection: AsyncConnection, name: str, dimensions: int, threshold: float | None
) -> None:
    """Make an embedding model known to the database; its default threshold only if given."""
    await connection.execute(
        "select pbdb.register_embedding_model(%s, %s, false, %s::real)",
        (name, dimensions, threshold),
    )


async def enqueue_memories(connection: AsyncConnection, limit: int) -> int:
    """Let memories without a vector of the default, or only, model wait for a runner.

    Returns how many do now, at most `limit`. Raises PB017 when there is no default among several.
    """
    cursor = await connection.execute(
        "select pbdb.enqueue_memories_to_embed(p_limit => %s)", (limit,)
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def store_vectors(
    connection: AsyncConnection,
    model: str,
    memories: Sequence[Memory],
    vectors: Sequence[Sequence[float]],
) -> None:
    """Store one vector for each claimed memory."""
    await connection.execute(
        "select from pbdb.store_embeddings(%s::uuid[], %s::uuid[], %s, %s::real[], %s::uuid[])",
        (
            [each.memory_id for each in memories],
            [each.token for each in memories],
            model,
            [list(each) for each in vectors],
            _organizations(memories),
        ),
    )


async def fail_memories(
    connection: AsyncConnection, model: str, memories: Sequence[Memory], error: str
) -> None:
    """Give claimed memories back, with the reason."""
    await connection.execute(
        "select from pbdb.fail_embeddings(%s::uuid[], %s::uuid[], %s, %s, %s::uuid[])",
        (
            [each.memory_id for each in memories],
            [each.token for each in memories],
            model,
            error.replace("\x00", ""),
            _organizations(memories),
        ),
    )


class _Routed(Protocol):
    @property
    def organization_id(self) -> UUID: ...


def _organizations(these: Sequence[_Routed]) -> list[UUID]:
    return [each.organization_id for each in these]


def _columns(
    done: Sequence[Completion],
) -> tuple[list[UUID], list[UUID], list[str], list[str | None] | None]:
    usages = [each.usage for each in done]
    return (
        [each.step_result_id for each in done],
        [each.token for each in done],
        [each.output for each in done],
        usages if any(each is not None for each in usages) else None,
    )


def _step(row: Sequence[Any]) -> Step:
    (
        result, token, organization, execution, step, name, kind, handler,
        attempt, visit, config, given, schema, timeout, deadline,
        key, playbook, execution_name, agent,
    ) = row  # fmt: skip
    return Step(
        result,
        token,
        organization,
        execution,
        step,
        name,
        _STEP_TYPES[kind],
        handler,
        attempt,
        visit,
        json.loads(config) if config else {},
        json.loads(given) if given is not None else None,
        json.loads(schema) if schema is not None else None,
        timeout,
        deadline,
        key,
        playbook,
        execution_name,
        json.loads(agent) if agent is not None else None,
    )
