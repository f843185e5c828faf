"""A tenant with a runner; after each test the state machine must be in order."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from build import Tenant, violations


@pytest.fixture
def tenant(
    app: psycopg.Connection[Any],
    worker: psycopg.Connection[Any],
    owner: psycopg.Connection[Any],
    organization: uuid.UUID,
) -> Iterator[Tenant]:
    yield Tenant(app, worker, organization)
    assert violations(owner) == []


@pytest.fixture
def other_tenant(connect: Callable[..., Any]) -> Tenant:
    return Tenant(connect("app"), connect("worker"), uuid.uuid4())
