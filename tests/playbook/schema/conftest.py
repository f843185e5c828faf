"""One migrated database per server for all tests of the validator: its functions only read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import server as servers
from json_validator import Validator
from server import Server


@pytest.fixture(scope="session")
def validator(migrated: Server) -> Iterator[Validator]:
    with servers.fresh_database(migrated) as fresh, fresh.connect("owner") as connection:
        yield Validator(connection)
