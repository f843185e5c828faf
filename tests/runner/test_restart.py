"""The database goes away and comes back: on a server of its own, since others share theirs."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

import server as servers
from pbdb.client import Client
from pbdb.install.embedded import EmbeddedServer, temporary_server
from runner.harness import Playground, eventually, function, lines, playground


@pytest.fixture
def own_server() -> Iterator[EmbeddedServer]:
    # What was committed has to be there after the crash.
    with temporary_server(18, settings={"synchronous_commit": "on"}) as found:
        yield found


@pytest.fixture
def there(own_server: EmbeddedServer, tmp_path: Path) -> Iterator[Playground]:
    mine = servers.Server(make_conninfo(own_server.url()), uuid.uuid4().hex[:6])
    servers.build_template(mine)
    with servers.fresh_database(mine) as database, playground(database, tmp_path) as found:
        yield found


def test_a_runner_outlives_a_crash_of_the_server(
    own_server: EmbeddedServer, there: Playground
) -> None:
    runner = there.start_runner("--lease", "3")
    note = there.note()
    execution = there.client.start(
        there.apply(
            function("nap", "nap", seconds=2, note=str(note)),
            function("double", "async_double", number=21),
        )
    )
    eventually(lambda: lines(note))

    own_server.stop(immediate=True)
    time.sleep(1)
    own_server.start()

    with psycopg.connect(there.database.url("app"), autocommit=True) as connection:
        client = Client(connection, there.organization)
        eventually(lambda: client.result(execution).has_ended, 30)
        assert client.result(execution).output_data == 42
        attempts = [row["step_name"] for row in client.timeline(execution)]
    assert attempts == ["nap", "double"]
    assert runner.process.poll() is None
    there.connection.close()
