"""How tests call the validator."""

from __future__ import annotations

from typing import Any

import psycopg


class Validator:
    """The private functions of the validator, called by the owner."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def errors(self, schema: str, value: str) -> list[dict[str, Any]]:
        """Return the entries of `_schema_errors`; both arguments are JSON texts."""
        row = self.connection.execute(
            "select pbdb._schema_errors(%s::jsonb, %s::jsonb)", (schema, value)
        ).fetchone()
        assert row is not None
        found: list[dict[str, Any]] = row[0]
        return found

    def fits(self, schema: str, value: str) -> bool:
        return self.errors(schema, value) == []

    def messages(self, schema: str, value: str) -> list[str]:
        return [entry["message"] for entry in self.errors(schema, value)]

    def issues(self, schema: str) -> list[tuple[str, str]]:
        """Return path and code of each issue, in order."""
        return self.connection.execute(
            "select path, code from pbdb._schema_issues(%s::jsonb) order by path, code", (schema,)
        ).fetchall()

    def verdicts(self, schema: str, values: list[str]) -> list[bool]:
        """Return whether each value fits, in one round trip."""
        row = self.connection.execute(
            """
            select array(
                select pbdb._schema_errors(%s::jsonb, v.value::jsonb) = '[]'
                from unnest(%s::text[]) with ordinality as v(value, position)
                order by v.position
            )
            """,
            (schema, values),
        ).fetchone()
        assert row is not None
        found: list[bool] = row[0]
        return found
