"""What a query could change in a session is known: every setting that the server lets a user set."""

from __future__ import annotations

import psycopg

from server import Database


def test_a_write_is_compared_in_every_setting_that_a_user_may_change(database: Database) -> None:
    with database.connect("owner") as conn:
        conn.execute("select '[1]'::vector")  # its settings come with its first use
        missing = conn.execute(
            "select name from pg_settings where context = 'user'"
            " and name <> all (pbdb._session_settings())"
        ).fetchall()

    assert missing == []


def test_a_setting_that_a_write_changes_is_named(database: Database) -> None:
    with database.connect("owner") as conn:
        try:
            conn.execute(
                "with before as materialized (select pbdb._session_state() as state),"
                " change as materialized (select set_config('work_mem', '77MB', true) from before)"
                " select pbdb._check_session(before.state, pbdb._session_state())"
                " from before, change"
            )
        except psycopg.Error as error:
            said = str(error)

    assert "work_mem" in said
    assert "DateStyle" not in said
