"""Two tenants with a runner; after each test the state machine must be in order."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from build import Tenant, violations

Connection = psycopg.Connection[Any]


@pytest.fixture
def tenant(
    app: Connection, worker: Connection, owner: Connection, organization: uuid.UUID
) -> Iterator[Tenant]:
    yield Tenant(app, worker, organization)
    assert violations(owner) == []


@pytest.fixture
def other_tenant(app: Connection, worker: Connection) -> Tenant:
    return Tenant(app, worker, uuid.uuid4())
