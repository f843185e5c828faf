"""`pbdb mcp`: playbooks as tools of an agent on this machine, over standard input and output."""

from __future__ import annotations

import sys
from typing import Annotated
from uuid import UUID

import typer

from pbdb.cli.errors import UsageError
from pbdb.cli.options import Organization, Url, find_database, find_organization
from pbdb.cli.serve import serving_target


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(rich_help_panel="Executions")(mcp)


def mcp(
    url: Url = None,
    organization: Organization = None,
    agent: Annotated[
        UUID | None, typer.Option(help="Only playbooks of this agent are tools.")
    ] = None,
    scopes: Annotated[
        str,
        typer.Option(
            help="What the agent may do: read, start, answer (for its person), operate.",
        ),
    ] = "read start",
) -> None:
    """Serve playbooks as tools (MCP) to the client that starts this command, until it ends.

    Each active playbook with `metadata.mcp: true` is one. Answering steps needs the scope answer.
    """
    try:
        from pbdb.server.access.principal import SCOPES, Principal
        from pbdb.server.catalog import Refused
        from pbdb.server.mcp.stdio import serve
    except ModuleNotFoundError as error:
        raise UsageError(
            f"{error.name} is not installed", "pip install 'pbdb[mcp]' brings what this needs"
        ) from None
    words = frozenset(scopes.replace(",", " ").split())
    unknown = sorted(words - set(SCOPES))
    if unknown:
        raise UsageError(f"there is no scope {unknown[0]!r}", f"there are: {', '.join(SCOPES)}")
    if sys.stdin.isatty():
        raise UsageError(
            "a client of MCP starts this command and speaks to it; here is a person",
            "name it in the client's settings: command pbdb, arguments mcp",
        )
    tenant = find_organization(find_database(url), organization)
    try:
        serve(
            serving_target(url).url,
            Principal(tenant, words, "mcp:local"),
            str(agent) if agent else None,
        )
    except Refused as refused:
        raise UsageError(refused.message, refused.hint) from None
