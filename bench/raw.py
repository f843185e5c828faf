"""The raw limit: the least durable work that leaves the same five steps behind, without an engine.

Two bare tables: a row an execution, a row a step with its input and output; no foreign keys, no
checks, one index beside the primary keys. What it leaves out is what an engine is: claims, leases,
tokens, expressions, retries, tenants. `run_chain` writes as the steps go, five inserts and five
updates; `run_chain_at_once` only what is left at the end, by the fewest statements.
"""

from __future__ import annotations

import time
import uuid

import psycopg

from bench.lab import Database

_SCHEMA = """
create schema if not exists raw_limit;
drop table if exists raw_limit.results, raw_limit.executions;
create table raw_limit.executions (
    id uuid primary key, organization_id uuid not null, status text not null, output jsonb,
    completed_steps int not null default 0, updated_at timestamptz not null default now()
) with (fillfactor = 60);
create table raw_limit.results (
    id uuid primary key, execution_id uuid not null, step_id uuid not null, status text not null,
    input jsonb, output jsonb, started_at timestamptz, completed_at timestamptz
);
create index on raw_limit.results (execution_id);
create or replace function raw_limit.run_chain(p_input jsonb) returns uuid language plpgsql as $$
declare
    v_id uuid := uuidv7();
    v_step uuid := '00000000-0000-7000-8000-000000000001';
    v_now timestamptz := clock_timestamp();
begin
    insert into raw_limit.executions (id, organization_id, status)
    values (v_id, '00000000-0000-7000-8000-00000000000a', 'RUNNING');
    for v_number in 1..5 loop
        insert into raw_limit.results
        values (uuidv7(), v_id, v_step, 'COMPLETED', p_input, '{"ok": true}', v_now, v_now);
        update raw_limit.executions
        set completed_steps = v_number,
            status = case when v_number = 5 then 'COMPLETED' else 'RUNNING' end,
            output = '{"ok": true}',
            updated_at = v_now
        where id = v_id;
    end loop;
    return v_id;
end;
$$;
create or replace function raw_limit.run_chain_at_once(p_input jsonb) returns uuid
language plpgsql as $$
declare
    v_id uuid := uuidv7();
    v_step uuid := '00000000-0000-7000-8000-000000000001';
    v_now timestamptz := clock_timestamp();
begin
    insert into raw_limit.executions (id, organization_id, status, output, completed_steps)
    values (v_id, '00000000-0000-7000-8000-00000000000a', 'COMPLETED', '{"ok": true}', 5);
    insert into raw_limit.results
    select uuidv7(), v_id, v_step, 'COMPLETED', p_input, '{"ok": true}', v_now, v_now
    from generate_series(1, 5);
    return v_id;
end;
$$;
"""

SQL_CHAIN = """select raw_limit.run_chain('{"lead": {"name": "Ann", "score": 9}}');\n"""
SQL_CHAIN_AT_ONCE = (
    """select raw_limit.run_chain_at_once('{"lead": {"name": "Ann", "score": 9}}');\n"""
)
SQL_CHAINS = (
    'select count(raw_limit.run_chain(\'{"lead": {"name": "Ann", "score": 9}}\')) '
    "from generate_series(1, 100);\n"
)


def prepare(database: Database) -> None:
    """Make the bare tables, empty."""
    with database.connect("owner") as connection:
        connection.execute(_SCHEMA.encode())


def runner_chain(database: Database, executions: int, batch: int = 128) -> float:
    """Write five results for each execution, a batch a transaction; return executions a second.

    What a runner's round trip does at least: a step's result is inserted when it is leased and
    updated when it is done, and the execution's row follows. One connection, batches of the
    runner's size, prepared statements.
    """
    prepare(database)
    ids = [uuid.uuid4() for _ in range(executions)]
    with database.connect("owner") as connection:
        connection.prepare_threshold = 0
        connection.execute(
            "insert into raw_limit.executions (id, organization_id, status) "
            "select each, '00000000-0000-7000-8000-00000000000a', 'RUNNING' "
            "from unnest(%s::uuid[]) as each",
            (ids,),
        )
        began = time.perf_counter()
        for first in range(0, executions, batch):
            part = ids[first : first + batch]
            done: list[uuid.UUID] = []
            for number in range(6):
                done = _turn(connection, done, part, number)
        return executions / (time.perf_counter() - began)


def _turn(
    connection: psycopg.Connection[tuple[object, ...]],
    done: list[uuid.UUID],
    part: list[uuid.UUID],
    number: int,
) -> list[uuid.UUID]:
    """Complete the last step of each, and lease the next."""
    leased: list[uuid.UUID] = []
    with connection.transaction(), connection.pipeline():
        if done:
            connection.execute(
                "update raw_limit.results set status = 'COMPLETED', output = '{\"ok\": true}', "
                "completed_at = now() where id = any(%s)",
                (done,),
            )
            connection.execute(
                "update raw_limit.executions set completed_steps = %s, updated_at = now() "
                "where id = any(%s)",
                (number, part),
            )
        if number < 5:
            leased = [uuid.uuid4() for _ in part]
            connection.execute(
                "insert into raw_limit.results "
                "select result, execution, '00000000-0000-7000-8000-000000000001', 'RUNNING', "
                "'{\"a\": 1}', null, now(), null "
                "from unnest(%s::uuid[], %s::uuid[]) as each (result, execution)",
                (leased, part),
            )
    return leased
