"""`pbdb overview` and `usage`: how an organization stands, and what models used."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from pbdb.cli.choosing import Since, Until
from pbdb.cli.options import Json, Organization, Url, find_execution, open_client, parse_time
from pbdb.cli.output import cell, console, print_json, print_rows


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (overview, usage):
        app.command(rich_help_panel="Executions")(command)


def overview(url: Url = None, organization: Organization = None, as_json: Json = False) -> None:
    """Say how the organization stands: open executions, the inbox, dead letters, what is due."""
    with open_client(url, organization) as client:
        found = client.overview()
    if as_json:
        print_json(found)
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in found.items():
        if value not in (None, []):
            table.add_row(name.replace("_", " "), cell(value))
    console.print(table)


def usage(
    by: Annotated[
        str, typer.Option(help="A row for each playbook, step, model or day.")
    ] = "playbook",
    since: Since = None,
    until: Until = None,
    execution: Annotated[
        str | None, typer.Option(metavar="ID", help="Of this execution only.")
    ] = None,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Say what models used: attempts, tokens, cost; of the last 30 days without --since."""
    begin = None if since is None else parse_time(since, "--since")
    end = None if until is None else parse_time(until, "--until")
    with open_client(url, organization) as client:
        id_ = None if execution is None else find_execution(client, execution)
        rows = client.usage(begin, end, by=by, execution_id=id_)
    named = [
        name
        for name in ("day", "playbook_name", "step_name", "model")
        if any(each.get(name) is not None for each in rows)
    ]
    columns = [*named, "attempts", "input_tokens", "output_tokens", "cost_usd", "latency_ms"]
    print_rows(rows, columns, empty="no model was used", as_json=as_json)
