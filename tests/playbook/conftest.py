"""What tests of documents share: a tenant's session and short ways to its functions."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

Connection = psycopg.Connection[Any]
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tenant:
    """A session of the app role, with the functions of one organization as methods."""

    conn: Connection
    organization: uuid.UUID

    def rows(self, query: str, *params: Any) -> list[dict[str, Any]]:
        """Run one statement in a transaction of its own for this tenant."""
        with self.conn.transaction(), self.conn.cursor(row_factory=dict_row) as cursor:
            cursor.execute("select pbdb.set_organization(%s)", (self.organization,))
            return cursor.execute(query, params).fetchall()

    def value(self, query: str, *params: Any) -> Any:
        (row,) = self.rows(query, *params)
        (value,) = row.values()
        return value

    def execute(self, statement: str, *params: Any) -> None:
        with self.conn.transaction():
            self.conn.execute("select pbdb.set_organization(%s)", (self.organization,))
            self.conn.execute(statement, params)

    def imports(self, document: Any) -> uuid.UUID:
        playbook_id: uuid.UUID = self.value("select pbdb.import_playbook(%s)", Jsonb(document))
        return playbook_id

    def exports(self, playbook_id: uuid.UUID) -> Document:
        document: Document = self.value("select pbdb.export_playbook(%s)", playbook_id)
        return document

    def applies(self, document: Any) -> tuple[uuid.UUID, int, bool]:
        (row,) = self.rows("select * from pbdb.apply_playbook(%s)", Jsonb(document))
        return row["playbook_id"], row["version"], row["changed"]

    def issues(self, document: Any) -> list[dict[str, Any]]:
        """Validate a document as a new draft."""
        return self.rows("select * from pbdb.validate_playbook(%s)", self.imports(document))

    def codes(self, document: Any) -> set[tuple[str | None, str]]:
        return {(issue["step_name"], issue["code"]) for issue in self.issues(document)}

    def program(self, playbook_id: uuid.UUID) -> Any:
        return self.value(
            "select program from pbdb.playbook_programs where playbook_id = %s", playbook_id
        )


@pytest.fixture
def tenant(app: Connection, organization: uuid.UUID) -> Tenant:
    return Tenant(app, organization)


@pytest.fixture
def other_tenant(connect: Callable[..., Connection]) -> Tenant:
    return Tenant(connect("app_two"), uuid.uuid4())


@pytest.fixture
def step() -> Callable[..., Document]:
    """A valid step: `step("a")`, `step("b", on_success="a")`."""

    def make(name: str, **fields: Any) -> Document:
        if "type" not in fields:
            fields = {"type": "DATA_TRANSFORM", "config": {"output": 1}, **fields}
        return {"name": name, **fields}

    return make


@pytest.fixture
def fails() -> Callable[..., Any]:
    """`with fails("PB009") as caught:` for the error that a caller sees."""

    @contextmanager
    def expect(code: str) -> Iterator[pytest.ExceptionInfo[psycopg.Error]]:
        with pytest.raises(psycopg.Error) as caught:
            yield caught
        assert caught.value.sqlstate == code, caught.value

    return expect
