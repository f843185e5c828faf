"""`pbdb serve`: REST for apps that do not speak SQL."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urlsplit
from uuid import UUID

import typer
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pbdb.cli.errors import UsageError
from pbdb.cli.options import (
    LOCAL_DATABASE,
    LOCAL_ORGANIZATION,
    Json,
    Organization,
    Url,
    find_database,
    find_server,
)
from pbdb.cli.output import console
from pbdb.database import Target, connect

if TYPE_CHECKING:
    from pbdb.server.access.principal import Authenticator
LOCAL_LOGIN: Final = "pbdb_serve"
"""The login that `pbdb serve` makes for itself in the local server: of pbdb_app, nothing else."""

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(rich_help_panel="Executions")(serve)


def serve(
    url: Url = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 8080,
    organization: Organization = None,
    jwks_url: Annotated[
        str | None, typer.Option("--jwks-url", help="Where the keys of the sign-in are.")
    ] = None,
    jwt_key: Annotated[
        Path | None, typer.Option("--jwt-key", help="File with the public key (PEM) instead.")
    ] = None,
    issuer: Annotated[str | None, typer.Option(help="Who signs tokens: their iss.")] = None,
    audience: Annotated[str | None, typer.Option(help="Whom tokens are for: their aud.")] = None,
    claim: Annotated[
        str, typer.Option("--organization-claim", help="The claim with the tenant's uuid.")
    ] = "organization_id",
    public_url: Annotated[
        str | None, typer.Option("--public-url", help="How clients reach it: https://…")
    ] = None,
    insecure_http: Annotated[
        bool, typer.Option("--insecure-http", help="Serve others than this machine without TLS.")
    ] = False,
    connections: Annotated[int, typer.Option(help="Most connections to the database.")] = 10,
    read_only: Annotated[bool, typer.Option("--read-only", help="Change nothing.")] = False,
    no_console: Annotated[
        bool, typer.Option("--no-console", help="Serve no page and no sessions, only the API.")
    ] = False,
    session_key: Annotated[
        Path | None,
        typer.Option(
            "--session-key",
            help="File with the secret that signs the console's sessions; one is made otherwise.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Serve REST and the console over HTTP until SIGTERM or Ctrl-C; /openapi.json describes it."""
    try:
        from pbdb.server import Serving, create_app
        from pbdb.server.access.session import OneTimeLink, Sessions
        from pbdb.server.catalog import Refused
        from pbdb.server.running import run
        from pbdb.server.serving import LOOPBACK
    except ModuleNotFoundError as error:
        raise UsageError(
            f"{error.name} is not installed", "pip install 'pbdb[server]' brings what serving needs"
        ) from None
    _check_exposure(host, public_url, has_tokens=bool(jwks_url or jwt_key), insecure=insecure_http)
    target = serving_target(url)
    token, authenticator = _authenticator(jwks_url, jwt_key, issuer, audience, claim, organization)
    named = {urlsplit(public_url).hostname or ""} if public_url else {host}
    scheme = urlsplit(public_url).scheme if public_url else "http"
    secret = _secret(session_key)
    sessions = None if no_console else Sessions(secret, is_secure=scheme == "https")
    local = token is not None and sessions is not None
    link = OneTimeLink(organization or LOCAL_ORGANIZATION) if local else None
    try:
        app = create_app(
            Serving(
                target.url,
                authenticator,
                LOOPBACK | named,
                connections,
                read_only,
                sessions,
                link,
                frozenset({scheme}),
                secret,
            )
        )
    except Refused as refused:
        raise UsageError(refused.message, refused.hint) from None
    listening = _listen(host, port)
    address = public_url or f"http://{host}:{listening.getsockname()[1]}"
    shown = None if link is None else f"{address}/#login={link.new()}"
    _tell(address, token, shown, as_json=as_json)
    run(app, listening)


def _check_exposure(host: str, public_url: str | None, *, has_tokens: bool, insecure: bool) -> None:
    """Refuse to be reached by others without a sign-in, or in clear text unless that is said."""
    if host in _LOOPBACK:
        return
    if not has_tokens:
        raise UsageError(
            f"--host {host} lets others in, and nobody has to sign in",
            "give --jwks-url or --jwt-key, with --issuer and --audience",
        )
    if not insecure and not (public_url or "").startswith("https://"):
        raise UsageError(
            f"--host {host} would carry tokens in clear text",
            "name the TLS proxy before it with --public-url https://…, or say --insecure-http",
        )


def serving_target(url: str | None) -> Target:
    """Return the database; in the local server as a login of its own, made when it is missing."""
    target = find_database(url).target
    local = find_server()
    if local is None or target.url != local.url(LOCAL_DATABASE):
        return target
    with connect(target.url, "pbdb cli") as connection:
        login = sql.Identifier(LOCAL_LOGIN)
        found = connection.execute("select to_regrole(%s) is null", (LOCAL_LOGIN,)).fetchone()
        if found == (True,):
            connection.execute(sql.SQL("create role {} login in role pbdb_app").format(login))
    return Target(make_conninfo(target.url, user=LOCAL_LOGIN))


def _authenticator(
    jwks_url: str | None,
    jwt_key: Path | None,
    issuer: str | None,
    audience: str | None,
    claim: str,
    organization: UUID | None,
) -> tuple[str | None, Authenticator]:
    """Who is believed; and the token of this machine's user when nobody signs in."""
    from pbdb.server.access.jwt import Expected, JwtTokens
    from pbdb.server.access.local import LocalToken

    if jwks_url is None and jwt_key is None:
        token = LocalToken.new()
        return token, LocalToken(organization or LOCAL_ORGANIZATION, token)
    if not issuer or not audience:
        raise UsageError(
            "tokens are believed without --issuer or --audience",
            "say whose tokens (iss) and for whom (aud): others of the same issuer are not for pbdb",
        )
    try:
        key = None if jwt_key is None else jwt_key.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--jwt-key {jwt_key}: {error.strerror}") from None
    return None, JwtTokens(Expected(issuer, audience, claim), key, jwks_url)


def _secret(path: Path | None) -> str:
    """What signs sessions and what clients carry: of a file that processes share, or our own."""
    try:
        return token_urlsafe(48) if path is None else path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--session-key {path}: {error.strerror}") from None


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        raise UsageError(
            f"cannot listen on {host}:{port}: {error.strerror}", "--port 0 takes a free port"
        ) from None
    return listening


def _tell(address: str, token: str | None, link: str | None, *, as_json: bool) -> None:
    """Say where it is, and once the token and the link."""
    if as_json:
        # One line, at once: who starts a server reads it while the server runs.
        typer.echo(json.dumps({"address": address, "token": token, "link": link}))
        sys.stdout.flush()
        return
    console.print(f"serving on {address}", highlight=False, soft_wrap=True)
    if link is not None:
        console.print(
            f"console: {link}\n         (good once, within five minutes)",
            highlight=False,
            soft_wrap=True,
        )
    if token is not None:
        console.print(
            f"export PBDB_TOKEN={token}\n"
            f'curl -H "Authorization: Bearer $PBDB_TOKEN" {address}/v1/playbooks',
            highlight=False,
            soft_wrap=True,
        )
