"""The same rows into our own tables by the cheapest statement: what stands between raw and ours.

The limit of an engine that keeps this state, whatever runs it: the rows that one real execution
left, with every key, constraint, index, generated column and policy of today, written by two
statements in one call. No expression is evaluated, nothing is looked up or checked.
"""

from __future__ import annotations

from typing import Any

from psycopg import sql

from bench.lab import Database

SQL_CHAIN = "select raw_limit.same_rows();\n"
_ONE = "playbook_executions"
_MANY = "playbook_step_results"


def prepare(database: Database, execution: Any) -> None:
    """Write the function from the rows of this execution; the schema of `raw.prepare` exists."""
    with database.connect("owner") as connection:
        rows = [_values(connection, table, execution) for table in (_ONE, _MANY)]
        statements = [
            sql.SQL("insert into pbdb.{} ({}) values {};").format(
                sql.Identifier(table),
                sql.SQL(", ").join(sql.Identifier(each) for each in columns),
                sql.SQL(", ").join(sql.SQL("({})").format(sql.SQL(", ").join(r)) for r in values),
            )
            for table, (columns, values) in zip((_ONE, _MANY), rows, strict=True)
        ]
        body = sql.SQL(
            "declare v_id uuid := uuidv7(); v_now timestamptz := clock_timestamp();"
            " begin {} return v_id; end;"
        ).format(sql.SQL(" ").join(statements))
        connection.execute(
            sql.SQL(
                "create or replace function raw_limit.same_rows() returns uuid language plpgsql "
                "security definer set search_path = pg_catalog, pg_temp as {}"
            ).format(sql.Literal(body.as_string(connection)))
        )
        connection.execute("alter function raw_limit.same_rows() owner to pbdb_owner")
        connection.execute("grant usage on schema raw_limit to public")


def _values(
    connection: Any, table: str, execution: Any
) -> tuple[list[str], list[list[sql.Composable]]]:
    """The columns that are written, and for each row an expression a column."""
    columns = connection.execute(
        "select attname, format_type(atttypid, null) from pg_attribute "
        "where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = '' "
        "order by attnum",
        (f"pbdb.{table}",),
    ).fetchall()
    key = "id" if table == _ONE else "execution_id"
    asked = sql.SQL(", ").join(
        sql.SQL("{}::text").format(sql.Identifier(name)) for name, _ in columns
    )
    rows = connection.execute(
        sql.SQL("select {} from pbdb.{} where {} = %s order by id").format(
            asked, sql.Identifier(table), sql.Identifier(key)
        ),
        (execution,),
    ).fetchall()

    def one(name: str, kind: str, value: str | None) -> sql.Composable:
        if value is None:
            return sql.SQL("null")
        if name == key:
            return sql.SQL("v_id")
        if name == "id":
            return sql.SQL("uuidv7()")
        if name == "deadline_at":
            return sql.SQL("v_now + interval '1 h'")
        if kind == "timestamp with time zone":
            return sql.SQL("v_now")
        if kind == "xid8":
            return sql.SQL("pg_current_xact_id()")
        return sql.Literal(value)

    written = [name for name, _ in columns]
    return written, [
        [one(name, kind, value) for (name, kind), value in zip(columns, row, strict=True)]
        for row in rows
    ]
