"""Builders that use only the SQL API, for tests of every subject."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg


@contextmanager
def as_tenant(
    conn: psycopg.Connection[Any], organization: uuid.UUID
) -> Iterator[psycopg.Connection[Any]]:
    """Open a transaction that works for this organization; it commits at the end."""
    with conn.transaction():
        conn.execute("select pbdb.set_organization(%s)", (organization,))
        yield conn
