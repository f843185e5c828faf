"""Builders that use only the SQL API, for tests of every subject."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb


@contextmanager
def as_tenant(
    conn: psycopg.Connection[Any], organization: uuid.UUID
) -> Iterator[psycopg.Connection[Any]]:
    """Open a transaction that works for this organization; it commits at the end."""
    with conn.transaction():
        conn.execute("select pbdb.set_organization(%s)", (organization,))
        yield conn


class Tenant:
    """One organization's view of pbdb, and a runner that serves it, in the words of the SQL API.

    Every call is a transaction of its own. `claim` keeps the last token of each step by name, so that
    a test can say `complete("score", {...})`.
    """

    def __init__(
        self,
        app: psycopg.Connection[Any],
        worker: psycopg.Connection[Any],
        organization: uuid.UUID,
    ) -> None:
        self.app, self.worker, self.organization = app, worker, organization
        self.held: dict[str, tuple[uuid.UUID, uuid.UUID]] = {}

    def one(self, query: str, *values: Any) -> Any:
        """The first column of the only row, read or written as the app in this tenant."""
        with as_tenant(self.app, self.organization) as conn:
            row = conn.execute(query, values).fetchone()
        return None if row is None else row[0]

    def rows(self, query: str, *values: Any) -> list[Any]:
        with as_tenant(self.app, self.organization) as conn:
            return conn.execute(query, values).fetchall()

    def apply(self, *steps: dict[str, Any], name: str = "test", **fields: Any) -> uuid.UUID:
        document = {"name": name, "steps": list(steps), **fields}
        return self.one("select playbook_id from pbdb.apply_playbook(%s)", Jsonb(document))

    def start(self, input: Any = None, name: str = "test", key: str | None = None) -> uuid.UUID:
        return self.one("select pbdb.start_playbook(%s, %s, %s)", name, Jsonb(input or {}), key)

    def run(self, input: Any = None, name: str = "test") -> Any:
        return self.one("select pbdb.run_playbook(%s, %s)", name, Jsonb(input or {}))

    def status(self, execution: uuid.UUID) -> str:
        return self.one(
            "select status::text from pbdb.playbook_executions where id = %s", execution
        )

    def result(self, execution: uuid.UUID) -> dict[str, Any]:
        with (
            as_tenant(self.app, self.organization) as conn,
            conn.cursor(row_factory=dict_row) as cur,
        ):
            row = cur.execute(
                "select e.*, s.step_name as current_step from pbdb.playbook_executions as e"
                " left join pbdb.playbook_steps as s on s.id = e.current_step_id where e.id = %s",
                (execution,),
            ).fetchone()
        assert row is not None
        return row

    def attempts(self, execution: uuid.UUID) -> list[tuple[str, str, int, int, str | None]]:
        """(step, status, visit, attempt, error code) of every attempt, oldest first."""
        return self.rows(
            "select s.step_name, r.status::text, r.visit, r.attempt_number, r.error_code"
            " from pbdb.playbook_step_results as r"
            " inner join pbdb.playbook_steps as s on s.id = r.step_id"
            " where r.execution_id = %s order by r.id",
            execution,
        )

    def claim(
        self, *handlers: str, limit: int = 10, lease: int = 60, worker: str = "w1"
    ) -> list[dict[str, Any]]:
        with self.worker.cursor(row_factory=dict_row) as cur:
            rows = cur.execute(
                "select * from pbdb.claim_playbook_steps(%s, %s, %s, %s)",
                (worker, list(handlers or ["CUSTOM_FUNCTION", "API_CALL"]), limit, lease),
            ).fetchall()
        for row in rows:
            self.held[row["step_name"]] = (row["step_result_id"], row["token"])
        return rows

    def complete(self, step: str, output: Any) -> str:
        """Report an output for the step as it was claimed last; the outcome."""
        return self._report("complete", step, json.dumps(output), "text[]")

    def fail(self, step: str, code: str = "BOOM", **error: Any) -> str:
        return self._report(
            "fail", step, Jsonb({"code": code, "message": code, **error}), "jsonb[]"
        )

    def _report(self, verb: str, step: str, value: Any, kind: str) -> str:
        result_id, token = self.held[step]
        row = self.worker.execute(
            f"select outcome from pbdb.{verb}_playbook_steps('w1', %s, %s, %s::{kind})",
            ([result_id], [token], [value]),
        ).fetchone()
        assert row is not None
        return str(row[0])


def function(name: str, **fields: Any) -> dict[str, Any]:
    """A step that needs a runner: a registered function of the same name."""
    return {"name": name, "type": "CUSTOM_FUNCTION", "config": {"function": name}, **fields}


def transform(name: str, output: Any, **fields: Any) -> dict[str, Any]:
    """A step that runs inside the database and gives this output mapping's value."""
    return {"name": name, "type": "DATA_TRANSFORM", "config": {"output": output}, **fields}


def violations(owner: psycopg.Connection[Any]) -> list[Any]:
    """What fsck finds in the whole database."""
    return owner.execute("select violation, detail from pbdb.fsck()").fetchall()
