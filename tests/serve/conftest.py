"""A real `pbdb serve` process over a fresh database with two tenants."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

import build
from serve.served import ASK, AUDIENCE, ECHO, ISSUER, PUBLIC, Served
from server import Database


@pytest.fixture
def start_server(database: Database, tmp_path: Path) -> Iterator[Callable[..., tuple[str, Any]]]:
    """`start_server(*options, url=…)`: its address and process; stopped after the test."""
    key = tmp_path / "key.pem"
    key.write_bytes(PUBLIC)
    tokens = ("--jwt-key", str(key), "--issuer", ISSUER, "--audience", AUDIENCE)
    with ExitStack() as running:

        def start(*options: str, url: str | None = None) -> tuple[str, subprocess.Popen[str]]:
            command = (sys.executable, "-m", "pbdb", "serve", "--port", "0", "--json")
            process = subprocess.Popen(
                (*command, "--url", url or database.url("app"), *tokens, *options),
                stdout=subprocess.PIPE,
                text=True,
            )
            running.callback(_stop, process)
            assert process.stdout is not None
            return json.loads(process.stdout.readline())["address"], process

        yield start


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    process.wait(20)
    assert process.stdout is not None
    process.stdout.close()


@pytest.fixture
def served(start_server: Callable[..., tuple[str, Any]], app: psycopg.Connection[Any]) -> Served:
    """A server with two tenants."""
    mine, theirs = uuid.uuid4(), uuid.uuid4()
    for tenant in (mine, theirs):
        with build.as_tenant(app, tenant):
            for document in (ECHO, ASK):
                app.execute("select apply_playbook(%s)", (Jsonb(document),))
    address, process = start_server()
    return Served(address, mine, theirs, process)
