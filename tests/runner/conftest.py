"""Asynchronous tests run on asyncio; a playground per test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.harness import Playground, playground
from server import Database


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def here(database: Database, tmp_path: Path) -> Iterator[Playground]:
    """A database with a tenant, for runner processes to work on."""
    with playground(database, tmp_path) as found:
        yield found
