"""`pbdb db`: the local server, for development and the demo."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from psycopg import sql

from pbdb.cli.errors import UsageError
from pbdb.cli.options import LOCAL_DATABASE, Json, find_server
from pbdb.cli.output import console, print_json
from pbdb.database import connect
from pbdb.install import migrate
from pbdb.install.embedded import DEFAULT_VERSION, VERSIONS, EmbeddedServer

app = typer.Typer(help="The local PostgreSQL server of this folder.", no_args_is_help=True)


@app.command()
def start(
    version: Annotated[
        int, typer.Option("--postgres", help="16 or 18; for a new server.")
    ] = DEFAULT_VERSION,
    port: Annotated[
        int | None, typer.Option(help="Also listen on this TCP port of 127.0.0.1; 0: any.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Start the server of this folder; create and migrate its database when there is none."""
    server, home = find_server(), Path.cwd()
    if server is None:
        found = _home()
        home, version = found or (home, version)
        data = home / ".pbdb" if found else Path(".pbdb")
        server = EmbeddedServer(data / f"pg{version}", version=version, tcp_port=port)
    server.start()
    url = prepare(server)
    if as_json:
        print_json({"url": url, "data_dir": str(server.data_dir), "version": server.version})
    else:
        console.print(f"PostgreSQL {server.version} is running", style="green")
        if home != Path.cwd():
            console.print(f"with the data of {home}", highlight=False, soft_wrap=True)
        console.print(url, soft_wrap=True, highlight=False)


def _home() -> tuple[Path, int] | None:
    """The nearest folder, this one or one above it, that has a database, and its version."""
    here = Path.cwd()
    for place in (here, *here.parents):
        for version in reversed(VERSIONS):
            server = EmbeddedServer(place / ".pbdb" / f"pg{version}", version=version)
            if (server.data_dir / "PG_VERSION").exists():
                return place, version
    return None


@app.command()
def stop(as_json: Json = False) -> None:
    """Stop the server of this folder; its data stay."""
    server = find_server()
    if server is not None:
        server.stop()
    if as_json:
        print_json({"stopped": server is not None})
    elif server is None:
        console.print("no server is running here", style="dim")
    else:
        console.print("stopped")


@app.command()
def url(as_json: Json = False) -> None:
    """Print the URL, for PBDB_DATABASE_URL or psql."""
    found = _require_server().url(LOCAL_DATABASE)
    if as_json:
        print_json({"url": found})
    else:
        typer.echo(found)


@app.command()
def status(as_json: Json = False) -> None:
    """Say whether the server of this folder runs."""
    server = find_server()
    found = server.status() if server is not None else None
    if as_json:
        print_json(
            {
                "running": found is not None,
                "pid": found.pid if found else None,
                "data_dir": str(found.data_dir) if found else None,
                "version": found.version if found else None,
                "url": server.url(LOCAL_DATABASE) if server else None,
            }
        )
    elif found is None or server is None:
        console.print("no server is running here; `pbdb db start` starts one", style="dim")
    else:
        console.print(f"PostgreSQL {found.version} is running, pid {found.pid}", style="green")
        console.print(str(found.data_dir), soft_wrap=True, highlight=False)


def prepare(server: EmbeddedServer, database: str = LOCAL_DATABASE) -> str:
    """Create and migrate a database on a running server of ours; return its URL."""
    with connect(server.url()) as connection:
        known = connection.execute(
            "select from pg_catalog.pg_database where datname = %s", (database,)
        ).fetchone()
        if known is None:
            name = sql.Identifier(database)
            with suppress(psycopg.errors.DuplicateDatabase):
                connection.execute(sql.SQL("create database {}").format(name))
            connection.execute(
                sql.SQL('alter database {} set search_path = "$user", public, pbdb').format(name)
            )
            # Nothing of pbdb needs it, and temporary objects are looked up by name.
            connection.execute(sql.SQL("revoke temporary on database {} from public").format(name))
    url = server.url(database)
    migrate.apply(url)
    return url


def _require_server() -> EmbeddedServer:
    server = find_server()
    if server is None:
        raise UsageError("no server is running here", "start one with `pbdb db start`")
    return server
