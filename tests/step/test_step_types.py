"""pbdb.step_types() has a row for each type, and everybody does what the row says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

import server as servers
from pbdb.steps import dispatch
from server import Server

Connection = psycopg.Connection[Any]


def missing_rows(conn: Connection) -> list[str]:
    """What is to be done for each value of the enum that has no row."""
    rows = conn.execute(
        "select value.name from unnest(enum_range(null::pbdb.playbook_step_type)) as value (name)"
        " where value.name not in (select facts.step_type from pbdb.step_types() as facts)"
    )
    return [advice(name) for (name,) in rows]


def advice(name: str) -> str:
    return (
        f"{name} is a playbook_step_type without a row in sql/step/step_types.sql: "
        'follow "A new step type" in CONTRIBUTING.md'
    )


@pytest.fixture(scope="module")
def conn(migrated: Server) -> Iterator[Connection]:
    """A session in a database that nobody changes."""
    with servers.fresh_database(migrated) as database, database.connect("owner") as conn:
        yield conn


@pytest.fixture
def types(conn: Connection) -> dict[str, dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute("select * from pbdb.step_types()").fetchall()
    return {row["step_type"]: row for row in rows}


def test_every_step_type_has_a_row(conn: Connection) -> None:
    assert missing_rows(conn) == []


def test_a_step_type_without_a_row_is_told_what_to_do(owner: Connection) -> None:
    owner.execute("alter type pbdb.playbook_step_type add value 'ECHO'")
    assert missing_rows(owner) == [advice("ECHO")]


def test_rows_stand_in_the_order_of_the_enum(conn: Connection, types: dict[str, Any]) -> None:
    row = conn.execute("select enum_range(null::pbdb.playbook_step_type)::text[]").fetchone()
    assert row == (list(types),)


def test_the_facts_of_a_type_agree_with_each_other(types: dict[str, dict[str, Any]]) -> None:
    for name, facts in types.items():
        assert facts["kind"] in ("inline", "parallel", "wait", "claimed"), name
        assert facts["runs_in"] in ("engine", "sql", "runner"), name
        is_claimed = facts["kind"] == "claimed"
        assert (facts["runs_in"] != "engine") is is_claimed, name
        # Only what somebody claims can vanish with its claimant, and be tried again.
        assert (facts["on_lost"] in ("retry", "fail", "request")) is is_claimed, name
        assert is_claimed or not facts["has_dead_letters"], name
        assert facts["runs_in"] == "runner" or facts["handler_key"] is None, name
        assert facts["description"].endswith("."), name
        assert facts["output"], name


def test_the_defaults_are_those_that_the_specification_promises(
    types: dict[str, dict[str, Any]],
) -> None:
    promised = {"AGENT_EXECUTION": 600, "API_CALL": 30, "DATABASE_QUERY": 60,
                "WAIT_FOR_INPUT": None}  # fmt: skip
    found = {name: facts["default_timeout_seconds"] for name, facts in types.items()}
    assert found == {name: promised.get(name, 300) for name in types}


def test_each_type_has_somebody_who_does_its_work(
    conn: Connection, types: dict[str, dict[str, Any]]
) -> None:
    """An empty config is an error of whoever knows the type; one that nobody knows gives null."""
    idle = []
    for name, facts in types.items():
        if facts["kind"] == "inline":
            call = "select pbdb._inline_output(%s, '{}', '{}', '{}')"
        elif facts["runs_in"] == "sql":
            call = "select pbdb._sql_output(%s, gen_random_uuid(), '{}', '{}', null)"
        else:
            continue
        try:
            row = conn.execute(call.encode(), (name,)).fetchone()
        except psycopg.Error:
            continue
        idle += [name] if row == (None,) else []
    assert idle == [], "call their work in sql/step/_inline_output.sql or _sql_output.sql"


def test_a_runner_has_a_handler_for_what_runs_in_a_runner(
    types: dict[str, dict[str, Any]],
) -> None:
    for_runners = {name for name, facts in types.items() if facts["runs_in"] == "runner"}
    assert set(dispatch.HANDLERS) == for_runners, "name the handler in src/pbdb/steps/dispatch.py"


@pytest.mark.parametrize("role", ["app", "worker", "monitor"])
def test_everybody_may_read_the_table(database: servers.Database, role: str) -> None:
    with database.connect(role) as conn:
        rows = conn.execute("select step_type from pbdb.step_types()").fetchall()
    assert rows
