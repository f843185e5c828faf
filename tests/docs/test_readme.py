"""README.md, done from the first line to the last in the folder that the demo leaves."""

from __future__ import annotations

import subprocess
import sys

import psycopg
import pytest
from psycopg import sql

from docs.conftest import Demo, environment
from docs.pages import Reader, blocks
from pbdb.cli.options import LOCAL_DATABASE
from pbdb.install.embedded import EmbeddedServer


@pytest.fixture
def reader(demo: Demo) -> Reader:
    """Somebody who has run the demo; the server starts when the page says so."""
    server = EmbeddedServer(demo.folder / ".pbdb" / "pg18")
    return Reader(
        demo.folder,
        {
            "app": server.url(LOCAL_DATABASE, "reader"),
            "worker": server.url(LOCAL_DATABASE),
            "installer": server.url("app"),
        },
        {},
    )


def test_the_page_works_in_order(reader: Reader, demo: Demo) -> None:
    _start_with_an_app_login(demo)
    for block in blocks("README.md"):
        reader.follow(block)


def test_the_reading_list_runs_as_its_header_says(reader: Reader, demo: Demo) -> None:
    _start_with_an_app_login(demo)
    service = subprocess.Popen(
        [sys.executable, "-m", "pbdb.demo.service"],
        cwd=demo.folder,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert service.stdout is not None and "serving" in service.stdout.readline()
        said = _header_commands(reader, "reading-list.yaml")
    finally:
        service.terminate()
        service.wait(10)
    assert "COMPLETED" in said


def test_ask_docs_runs_as_its_header_says(reader: Reader, demo: Demo) -> None:
    _start_with_an_app_login(demo)

    assert "COMPLETED" in _header_commands(reader, "ask-docs.yaml")


def _header_commands(reader: Reader, name: str) -> str:
    """Run the commands in an example's header, but for the service, which runs; what they said."""
    header = (reader.folder / "examples" / name).read_text().split("\nname:")[0]
    commands = [
        line.removeprefix("#").strip() for line in header.splitlines() if line.startswith("#   ")
    ]
    assert commands
    done = subprocess.run(
        ["bash", "-euc", "\n".join(each for each in commands if "pbdb.demo.service" not in each)],
        cwd=reader.folder,
        env=reader.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def _start_with_an_app_login(demo: Demo) -> None:
    """Start the server as `pbdb db start` does, with what the page takes for granted."""
    subprocess.run(
        [sys.executable, "-m", "pbdb", "db", "start"],
        cwd=demo.folder,
        env=environment(),
        check=True,
        capture_output=True,
        timeout=60,
    )
    server = EmbeddedServer(demo.folder / ".pbdb" / "pg18")
    with psycopg.connect(server.url(LOCAL_DATABASE), autocommit=True) as conn:
        known = conn.execute("select 1 from pg_roles where rolname = 'reader'").fetchone()
        if known is None:
            conn.execute(sql.SQL("create role reader login in role pbdb_app"))
        # An application's database that has nothing of pbdb in it yet.
        conn.execute("drop database if exists app")
        conn.execute("create database app")
