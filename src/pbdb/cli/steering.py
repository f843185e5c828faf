"""`pbdb cancel` and `retry`: one execution, some, or all that filters choose."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import typer

from pbdb.cli.choosing import (
    OPEN,
    DryRun,
    ErrorCode,
    Metadata,
    Playbook,
    Since,
    Status,
    Until,
    Yes,
    all_of,
    filters,
    steer_all,
    tell,
)
from pbdb.cli.errors import UsageError
from pbdb.cli.options import Json, Organization, Url, find_execution, open_client, parse_json
from pbdb.client import ENDED, Client

Ids = Annotated[
    list[str] | None,
    typer.Argument(metavar="ID…", help="Executions, or how their ids begin; or choose by filters."),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (cancel, retry):
        app.command(rich_help_panel="Executions")(command)


def cancel(
    ids: Ids = None,
    reason: Annotated[str | None, typer.Option(help="Kept with the execution.")] = None,
    playbook: Playbook = None,
    status: Status = None,
    since: Since = None,
    until: Until = None,
    metadata: Metadata = None,
    error_code: ErrorCode = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """End executions now: those named, or the open ones that filters choose."""
    chosen = filters(playbook, status, since, until, metadata, error_code)
    with open_client(url, organization) as client:
        found = _found(client, ids, chosen, OPEN)
        if ids and len(found) == 1 and not dry_run:
            client.cancel(found[0], reason)
            tell(found[0], "cancelled", as_json=as_json)
            return
        steer_all(
            found,
            lambda some: client.cancel_many(some, reason),
            "cancel",
            dry_run=dry_run,
            yes=yes,
            as_json=as_json,
        )


def retry(
    ids: Ids = None,
    from_step: Annotated[
        str | None, typer.Option("--from", help="Start again at this step.")
    ] = None,
    input: Annotated[
        str | None,
        typer.Option("--input", "-i", help="What runs from now on reads this; of one execution."),
    ] = None,
    playbook: Playbook = None,
    status: Status = None,
    since: Since = None,
    until: Until = None,
    metadata: Metadata = None,
    error_code: ErrorCode = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Go on with executions that failed; completed work is kept. Those named, or by filters."""
    chosen = filters(playbook, status, since, until, metadata, error_code)
    value = None if input is None else parse_json(input, "--input")
    if value is not None and (not ids or len(ids) != 1):
        raise UsageError("--input is for one execution", "name it: pbdb retry ID --input JSON")
    with open_client(url, organization) as client:
        found = _found(client, ids, chosen, ENDED - {"COMPLETED"})
        if ids and len(found) == 1 and not dry_run:
            client.retry(found[0], from_step, value)
            tell(found[0], "retried", as_json=as_json)
            return
        steer_all(
            found,
            lambda some: client.retry_many(some, from_step),
            "retry",
            dry_run=dry_run,
            yes=yes,
            as_json=as_json,
        )


def _found(
    client: Client, ids: list[str] | None, chosen: dict[str, Any], statuses: Any
) -> list[UUID]:
    """Those named, or all that filters choose, by default of these statuses."""
    if ids and chosen:
        raise UsageError("there are ids and filters", "name executions, or choose them by filters")
    if ids:
        return [find_execution(client, each) for each in ids]
    if not chosen:
        raise UsageError(
            "which?", "name executions, or choose with --playbook, --status, --since, --metadata …"
        )
    return all_of(client, {"statuses": sorted(statuses), **chosen})
