"""`pbdb ls`: playbooks, or executions that pass filters, page by page."""

from __future__ import annotations

from typing import Annotated

import typer

from pbdb.cli.choosing import (
    After,
    ErrorCode,
    Metadata,
    Playbook,
    Search,
    Since,
    Status,
    Until,
    filters,
)
from pbdb.cli.options import Json, Organization, Url, find_execution, open_client
from pbdb.cli.output import console, print_rows
from pbdb.rows import PlaybookRow


def add_to(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command(rich_help_panel="Playbooks")(ls)


def ls(
    executions: Annotated[
        bool, typer.Option("--executions", "-e", help="Executions instead; filters mean it too.")
    ] = False,
    versions: Annotated[
        bool, typer.Option("--versions", help="Every version of the playbooks.")
    ] = False,
    playbook: Playbook = None,
    status: Status = None,
    since: Since = None,
    until: Until = None,
    metadata: Metadata = None,
    error_code: ErrorCode = None,
    search: Search = None,
    children: Annotated[
        bool, typer.Option("--children", help="Those too that other executions started.")
    ] = False,
    after: After = None,
    limit: Annotated[int, typer.Option(help="At most this many.", min=1, max=1000)] = 20,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """List the playbooks, or with -e or a filter the newest executions."""
    if versions:
        _versions(url, organization, as_json)
        return
    chosen = filters(playbook, status, since, until, metadata, error_code)
    if not executions and not chosen and search is None and not children and after is None:
        _playbooks(url, organization, as_json)
        return
    with open_client(url, organization) as client:
        start = None if after is None else find_execution(client, after)
        rows = client.executions(
            limit, search=search, with_children=children, after=start, **chosen
        )
    columns = ["execution_id", "playbook_name", "status", "created_at", "duration_ms"]
    if any(each["error_code"] for each in rows):
        columns.append("error_code")
    empty = (
        "no execution passes these filters"
        if chosen or search or after
        else "no executions yet; `pbdb start NAME` makes one"
    )
    print_rows(rows, columns, empty=empty, as_json=as_json)
    if len(rows) == limit and not as_json:
        last = rows[-1]["execution_id"]
        console.print(f"\nthe next page: the same with --after {last}", style="dim", soft_wrap=True)


def _playbooks(url: Url, organization: Organization, as_json: bool) -> None:
    with open_client(url, organization) as client:
        rows: list[PlaybookRow] = []
        while page := client.list_playbooks(1000, after=rows[-1]["name"] if rows else None):
            rows += page
    shown = [
        {
            **each,
            "id": each["active_playbook_id"] or each["latest_playbook_id"],
            "version": each["active_version"] or each["latest_version"],
            "status": "ACTIVE" if each["active_version"] else each["latest_status"],
            "executions": each["execution_count"],
            "last_execution": each["last_execution_at"],
        }
        for each in rows
    ]
    print_rows(
        shown,
        ["name", "version", "status", "executions", "last_execution"],
        empty="no playbooks yet; `pbdb apply FILE` brings one",
        as_json=as_json,
    )


def _versions(url: Url, organization: Organization, as_json: bool) -> None:
    with open_client(url, organization) as client:
        rows = client.playbooks()
    columns = ["name", "version", "status", "updated_at"]
    print_rows(rows, columns, empty="no playbooks yet", as_json=as_json)
