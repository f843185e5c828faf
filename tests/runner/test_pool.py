"""The runner's connections: kept while they are good, replaced when they are not."""

from __future__ import annotations

import psycopg
import pytest

from pbdb.database import Pool, Target
from runner.harness import Playground, eventually, function
from server import Database

pytestmark = pytest.mark.anyio


async def _pid(pool: Pool) -> int:
    async with pool.connection() as connection:
        return connection.info.backend_pid


async def test_a_connection_is_used_again(database: Database) -> None:
    pool = Pool(Target(database.url("worker")))

    first, second = await _pid(pool), await _pid(pool)

    assert first == second
    assert pool.is_ours(first)
    await pool.close()


async def test_a_connection_that_the_server_closed_is_replaced(database: Database) -> None:
    pool = Pool(Target(database.url("worker")))
    first = await _pid(pool)
    with database.connect("owner") as owner:
        owner.execute("select pg_terminate_backend(%s)", (first,))

    with pytest.raises(psycopg.OperationalError):
        async with pool.connection() as connection:
            await connection.execute("select 1")

    assert await _pid(pool) != first
    assert not pool.is_ours(first)
    await pool.close()


async def test_an_error_of_a_statement_does_not_cost_the_connection(database: Database) -> None:
    pool = Pool(Target(database.url("worker")))
    first = await _pid(pool)

    with pytest.raises(psycopg.errors.DivisionByZero):
        async with pool.connection() as connection:
            await connection.execute("select 1 / 0")

    assert await _pid(pool) == first
    await pool.close()


async def test_a_stale_plan_goes_with_its_connection(database: Database) -> None:
    pool = Pool(Target(database.url("owner")))
    with database.connect("owner") as owner:
        owner.execute("create table public.t (a int)")
        async with pool.connection() as connection:
            for _ in range(3):
                await connection.execute("select * from public.t")
        owner.execute("alter table public.t add column b int")

    with pytest.raises(psycopg.errors.FeatureNotSupported):
        async with pool.connection() as connection:
            await connection.execute("select * from public.t")
    async with pool.connection() as connection:
        await connection.execute("select * from public.t")
    await pool.close()


async def test_an_open_transaction_is_not_handed_to_the_next_user(database: Database) -> None:
    pool = Pool(Target(database.url("worker")))
    async with pool.connection() as connection:
        await connection.execute("begin")
        first = connection.info.backend_pid

    assert await _pid(pool) != first
    await pool.close()


def test_a_runner_waits_while_the_server_only_reads(here: Playground) -> None:
    runner = here.start_runner()
    playbook = here.apply(function("double", "inline_double", number=2))
    name = here.database.name
    kick = (
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where usename = 'test_worker' and datname = current_database()"
    )
    with here.database.connect("owner") as owner:
        owner.execute(
            f'alter role test_worker in database "{name}" set default_transaction_read_only = on'
        )
        owner.execute(kick)
        execution = here.client.start(playbook)
        eventually(lambda: runner.says("only reads"))
        assert here.client.result(execution).status == "RUNNING"
        owner.execute(
            f'alter role test_worker in database "{name}" reset default_transaction_read_only'
        )
        owner.execute(kick)

    assert here.wait(execution).output_data == 4
