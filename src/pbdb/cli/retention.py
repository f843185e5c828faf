"""`pbdb prune`: history that goes after its time."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated, Final

import typer

from pbdb.cli.options import Json, Organization, Url, open_client, parse_statuses, parse_time
from pbdb.cli.output import console, print_json, print_rows
from pbdb.client import ENDED, Client

_COLUMNS: Final = ["playbook_name", "status", "execution_count", "oldest_at", "newest_at"]


def add_to(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command(rich_help_panel="Executions")(prune)


def prune(
    older_than: Annotated[
        str, typer.Option(help="How long ago they ended, at least: 12h, 90d, 52w.")
    ] = "90d",
    status: Annotated[
        list[str] | None, typer.Option(help="Only those that ended like this; may be repeated.")
    ] = None,
    playbook: Annotated[
        str | None, typer.Option(help="Only those of this playbook, all versions.")
    ] = None,
    batch: Annotated[int, typer.Option(help="Executions a transaction.", min=1, max=10000)] = 500,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Delete executions that ended long ago, with their attempts and what they called.

    In small transactions, beside work that runs; stop it at any time and call it again.
    """
    before = parse_time(older_than, "--older-than")
    statuses = parse_statuses(status, ENDED)
    with open_client(url, organization) as client:
        found = client.count_prunable(before, statuses, playbook)
        total = sum(row["execution_count"] for row in found)
        if not as_json:
            print_rows(
                found, _COLUMNS, empty=f"nothing ended before {before:%F %T} UTC", as_json=False
            )
        if dry_run or not total:
            pruned = 0
        else:
            asks = not yes and not as_json and sys.stdin.isatty()
            if asks and not typer.confirm(f"Delete these {total} executions?"):
                raise typer.Exit(1)
            pruned = _prune(client, before, statuses, playbook, batch, total)
    if as_json:
        print_json({"before": before, "dry_run": dry_run, "found": found, "pruned": pruned})
    elif total and not dry_run:
        console.print(f"{pruned} executions deleted", highlight=False)


def _prune(
    client: Client,
    before: datetime,
    statuses: list[str] | None,
    playbook: str | None,
    batch: int,
    total: int,
) -> int:
    pruned = 0
    shows = sys.stderr.isatty()
    for count in client.prune(before, statuses=statuses, playbook=playbook, limit=batch):
        pruned += count
        if shows:
            sys.stderr.write(f"\r{pruned} of at least {total}")
            sys.stderr.flush()
    if shows:
        sys.stderr.write("\r\x1b[K")
    return pruned
