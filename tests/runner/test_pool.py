"""The runner's connections: kept while they are good, replaced when they are not."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from pbdb.database import Pool, Target, connect
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


@pytest.mark.parametrize("sqlstate", ["PB002", "40001", "40P01", "55P03", "57014"])
async def test_an_expected_error_does_not_cost_the_connection(
    database: Database, sqlstate: str
) -> None:
    pool = Pool(Target(database.url("worker")))

    assert await _pid_after(pool, sqlstate)
    await pool.close()


@pytest.mark.parametrize("sqlstate", ["22012", "42P07", "23505", "P0001", "XX000", "53400"])
async def test_a_session_is_given_up_after_an_error_that_nobody_expected(
    database: Database, sqlstate: str
) -> None:
    pool = Pool(Target(database.url("worker")))

    assert not await _pid_after(pool, sqlstate)
    await pool.close()


async def _pid_after(pool: Pool, sqlstate: str) -> bool:
    """Whether the session is the same after a statement failed with this code."""
    first = await _pid(pool)
    with pytest.raises(psycopg.Error) as caught:
        async with pool.connection() as connection:
            await connection.execute(
                f"do $$ begin raise exception using errcode = '{sqlstate}'; end $$"
            )
    assert caught.value.sqlstate == sqlstate
    return await _pid(pool) == first


async def test_a_call_of_ours_ends_at_the_setting(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PBDB_STATEMENT_TIMEOUT_SECONDS", "1")
    pool = Pool(Target(database.url("worker")))

    with pytest.raises(psycopg.errors.QueryCanceled):
        async with pool.connection() as connection:
            await connection.execute("select pg_sleep(60)")
    with (
        connect(database.url("worker")) as connection,
        pytest.raises(psycopg.errors.QueryCanceled),
    ):
        connection.execute("select pg_sleep(60)")
    await pool.close()


@pytest.mark.parametrize(
    ("setting", "options", "shown"),
    [
        (None, "", "30s"),
        ("0", "", "0"),
        ("90", "", "90s"),
        ("90", "-c statement_timeout=7s", "7s"),
    ],
)
def test_a_call_is_limited_where_nobody_else_did_so(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    setting: str | None,
    options: str,
    shown: str,
) -> None:
    if setting is None:
        monkeypatch.delenv("PBDB_STATEMENT_TIMEOUT_SECONDS", raising=False)
    else:
        monkeypatch.setenv("PBDB_STATEMENT_TIMEOUT_SECONDS", setting)
    url = make_conninfo(database.url("worker"), options=options)

    with connect(url) as connection:
        row = connection.execute("show statement_timeout").fetchone()

    assert row is not None
    assert row[0].replace("1min30s", "90s").replace("90000ms", "90s") == shown


def test_what_reads_all_of_history_has_no_limit(database: Database) -> None:
    with connect(database.url("monitor"), has_limit=False) as connection:
        assert connection.execute("show statement_timeout").fetchone() == ("0",)


def test_behind_a_pooler_no_setting_is_left_for_others(database: Database) -> None:
    with connect(database.url("worker"), is_pooled=True) as connection:
        row = connection.execute("show statement_timeout").fetchone()

    assert row == ("0",)


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
