"""An application of a tenant that asks, and a tenant whose executions really run."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from build import Tenant, violations

Connection = psycopg.Connection[Any]
AsTenant = Callable[[Connection, uuid.UUID], AbstractContextManager[Connection]]
Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def ask(app: Connection, organization: uuid.UUID, as_tenant: AsTenant) -> Ask:
    """Run a query as an application of the tenant, in a transaction of its own."""

    def query(text: str, *values: object) -> list[dict[str, Any]]:
        with as_tenant(app, organization), app.cursor(row_factory=dict_row) as cursor:
            found = cursor.execute(text.encode(), values)
            return found.fetchall() if found.description else []

    return query


@pytest.fixture
def tenant(
    app: Connection, worker: Connection, owner: Connection, organization: uuid.UUID
) -> Iterator[Tenant]:
    """The tenant with a runner; after the test the state machine must be in order."""
    yield Tenant(app, worker, organization)
    assert violations(owner) == []
