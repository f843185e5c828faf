"""A tenant with a runner and a way to let leases grow old; afterwards the state must be in order."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
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
def other_tenant(connect: Callable[..., Any]) -> Tenant:
    return Tenant(connect("app"), connect("worker_two"), uuid.uuid4())


@pytest.fixture
def age(owner: Connection) -> Callable[[str], None]:
    """`age("1 minute")`: as if everything queued, leased or waiting had been so that much longer."""

    def grow_old(interval: str) -> None:
        owner.execute(
            "update pbdb.playbook_ready_steps set due_at = due_at - %s::interval,"
            " deadline_at = deadline_at - %s::interval",
            (interval, interval),
        )

    return grow_old
