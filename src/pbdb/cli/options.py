"""The options that commands share, and the database and organization they lead to."""

from __future__ import annotations

import getpass
import importlib.metadata
import json
import os
import re
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import typer
from psycopg.conninfo import conninfo_to_dict

from pbdb.cli.errors import UsageError
from pbdb.client import Client
from pbdb.database import Connection, Target, connect
from pbdb.install.embedded import VERSIONS, EmbeddedServer

LOCAL_ORGANIZATION: Final = UUID("00000000-0000-7000-8000-000000000001")
"""The tenant in a database on this machine, unless another one is named."""

_SECONDS: Final = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}

LOCAL_DATABASE: Final = "pbdb"

Url = Annotated[
    str | None,
    typer.Option("--url", help="Database URL. Default: PBDB_DATABASE_URL, else the local server."),
]
Organization = Annotated[
    UUID | None,
    typer.Option(
        "--organization", "-o", envvar="PBDB_ORGANIZATION_ID", help="Act for this organization."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(frozen=True, slots=True)
class Place:
    """The database that a command works on."""

    target: Target

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine: there a default organization is a help, not a risk."""
        host = str(conninfo_to_dict(self.target.url).get("host") or "")
        return host in ("", "localhost", "127.0.0.1", "::1") or host.startswith(("/", "@"))


def version(wanted: bool) -> None:
    """Print the version and stop, when asked to."""
    if wanted:
        typer.echo(f"pbdb {importlib.metadata.version('pbdb')}")
        raise typer.Exit


def find_database(url: str | None) -> Place:
    """Return the database of --url, else of the environment, else the running local server."""
    if url is not None:
        return Place(Target(url))
    target = Target.from_environment()
    if target is not None:
        return Place(target)
    server = find_server()
    if server is not None:
        return Place(Target(server.url(LOCAL_DATABASE)))
    raise UsageError(
        "no database: there is no --url, no PBDB_DATABASE_URL and no running local server",
        "start one with `pbdb db start`, or name one with --url postgresql://…",
    )


def find_server(folder: Path | None = None) -> EmbeddedServer | None:
    """Return the running embedded server of this folder or of one above it."""
    here = (folder or Path.cwd()).absolute()
    for place in (here, *here.parents):
        for each in reversed(VERSIONS):
            server = EmbeddedServer(place / ".pbdb" / f"pg{each}", version=each)
            if server.status().running:
                return server
    return None


def find_organization(place: Place, given: UUID | None) -> UUID:
    """Return the tenant to act for; on this machine there is a default one."""
    if given is not None:
        return given
    if place.is_local:
        return LOCAL_ORGANIZATION
    raise UsageError(
        "which organization? The database is on another machine",
        "pass --organization UUID or set PBDB_ORGANIZATION_ID",
    )


@contextmanager
def open_client(url: str | None, organization: UUID | None) -> Iterator[Client]:
    """Yield a client for the database and organization that the options lead to."""
    place = find_database(url)
    tenant = find_organization(place, organization)
    with connect(place.target.url, "pbdb cli", is_pooled=place.target.is_pooled) as connection:
        yield client_for(connection, tenant)


def client_for(connection: Connection, organization: UUID) -> Client:
    """Return a client that sees one tenant's rows, also when the login is a superuser."""
    found = connection.execute(
        "select (rolsuper or rolbypassrls) and pg_catalog.to_regrole('pbdb_app') is not null "
        "from pg_catalog.pg_roles where rolname = current_user"
    ).fetchone()
    is_unbound = bool(found and found[0])
    return Client(
        connection, organization, role="pbdb_app" if is_unbound else None, actor=find_actor()
    )


def find_actor() -> str:
    """Who acts: PBDB_ACTOR, or the account of this machine, told from people by `cli:`."""
    if given := os.environ.get("PBDB_ACTOR"):
        return given
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError, ImportError):  # an account without a name, as containers have
        return f"cli:{os.getuid()}"


def parse_json(text: str, option: str) -> Any:
    """Return the JSON of an option; `@file` and `-` (standard input) are read first."""
    if text == "-":
        text = sys.stdin.read()
    elif text.startswith("@"):
        text = Path(text[1:]).read_text(encoding="utf-8")
    try:
        return json.loads(text)
    except ValueError as error:
        raise UsageError(
            f"{option} is not JSON: {error}",
            f"""write for example {option} '{{"name": "Ada"}}', or @file.json, or - for stdin""",
        ) from None


def parse_answers(given: list[str], option: str = "--answer") -> dict[str, Any]:
    """Return the values of `step=JSON` options; what is not JSON is taken as text."""
    answers: dict[str, Any] = {}
    for each in given:
        step, separator, text = each.partition("=")
        if not separator or not step:
            raise UsageError(
                f"{option} {each!r} has no step", f"""write {option} step='{{"approved": true}}'"""
            )
        try:
            answers[step] = json.loads(text)
        except ValueError:
            answers[step] = text
    return answers


def find_execution(client: Client, text: str) -> UUID:
    """Return the execution with this id, or the one whose id begins so."""
    beginning = text.strip().lower()
    try:
        return UUID(beginning)
    except ValueError:
        pass
    if not re.fullmatch(r"[0-9a-f-]{8,35}", beginning):
        raise UsageError(
            f"{text!r} is not an execution's id, nor how one begins",
            "`pbdb ls --executions` lists them",
        )
    rows = client.executions(20, search=beginning, with_children=True)
    found = [
        each["execution_id"] for each in rows if str(each["execution_id"]).startswith(beginning)
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(
            f"no execution's id begins with {text}", "`pbdb ls --executions` lists them"
        )
    raise UsageError(
        f"several executions' ids begin with {text}", "write more of: " + ", ".join(map(str, found))
    )


def parse_time(text: str, option: str) -> datetime:
    """Return the time of an option: an ISO 8601 one, or how long ago (30m, 12h, 90d, 52w)."""
    found = re.fullmatch(r"([1-9]\d{0,8})([mhdw])", text.strip())
    try:
        if found:
            return datetime.now(UTC) - timedelta(seconds=int(found[1]) * _SECONDS[found[2]])
        return datetime.fromisoformat(text.strip()).astimezone()
    except (OverflowError, ValueError):
        raise UsageError(
            f"{option} {text!r} is no time and no length of time",
            "write 30m, 12h, 90d or 52w ago, or 2026-04-03T10:00Z",
        ) from None


def parse_statuses(given: list[str] | None, known: Collection[str]) -> list[str] | None:
    """Return statuses as the database has them."""
    wanted = [each.upper() for each in given or []]
    for each in wanted:
        if each not in known:
            raise UsageError(
                f"--status {each!r} is none of them", f"write one of {', '.join(sorted(known))}"
            )
    return wanted or None
