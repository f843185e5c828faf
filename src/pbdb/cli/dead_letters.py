"""`pbdb dead-letters`: executions whose step could not be done, and what to do about them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from pbdb.cli.choosing import After, DryRun, Playbook, Yes, steer_all, tell
from pbdb.cli.errors import UsageError
from pbdb.cli.options import Json, Organization, Url, find_execution, open_client
from pbdb.cli.output import console, print_rows
from pbdb.cli.show import show
from pbdb.client import Client

app = typer.Typer(help="List, requeue and discard what could not be done.", no_args_is_help=True)


Ids = Annotated[
    list[str] | None, typer.Argument(metavar="ID…", help="Executions; or choose with filters.")
]
ErrorCode = Annotated[str | None, typer.Option("--error-code", help="Only with this error.")]
All = Annotated[bool, typer.Option("--all", help="All of them.")]


@app.command("ls")
def list_(
    limit: Annotated[int, typer.Option(help="At most this many.")] = 100,
    playbook: Playbook = None,
    error_code: ErrorCode = None,
    after: After = None,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """List the executions whose step used up its attempts or lost its runner too often."""
    with open_client(url, organization) as client:
        start = None if after is None else find_execution(client, after)
        rows = client.dead_letters(limit, playbook=playbook, error_code=error_code, after=start)
    print_rows(
        rows,
        ["execution_id", "playbook_name", "step_name", "error_code", "since"],
        empty="no dead letters",
        as_json=as_json,
    )
    if rows and not as_json:
        console.print("\npbdb dead-letters show|requeue|discard EXECUTION_ID", style="dim")


app.command("show")(show)


@app.command()
def requeue(
    ids: Ids = None,
    playbook: Playbook = None,
    error_code: ErrorCode = None,
    every: All = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Run them again from the step that failed, with all its attempts."""
    with open_client(url, organization) as client:
        if ids and len(ids) == 1:
            execution_id = find_execution(client, ids[0])
            client.requeue_dead_letter(execution_id)
            tell(execution_id, "requeued", as_json=as_json)
            return
        chosen = _chosen(client, ids, playbook, error_code, every)
        steer_all(
            chosen,
            client.requeue_dead_letters,
            "requeue",
            dry_run=dry_run,
            yes=yes,
            as_json=as_json,
        )


@app.command()
def discard(
    reason: Annotated[str, typer.Option(help="Kept with the execution.")],
    ids: Ids = None,
    playbook: Playbook = None,
    error_code: ErrorCode = None,
    every: All = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Put them aside: they stay FAILED and are no longer listed."""
    with open_client(url, organization) as client:
        if ids and len(ids) == 1:
            execution_id = find_execution(client, ids[0])
            client.discard_dead_letter(execution_id, reason)
            tell(execution_id, "discarded", as_json=as_json)
            return
        chosen = _chosen(client, ids, playbook, error_code, every)
        steer_all(
            chosen,
            lambda some: client.discard_dead_letters(some, reason),
            "discard",
            dry_run=dry_run,
            yes=yes,
            as_json=as_json,
        )


def _chosen(
    client: Client, ids: list[str] | None, playbook: str | None, code: str | None, every: bool
) -> list[UUID]:
    """Those named, or all that the filters let through."""
    if ids:
        return [find_execution(client, each) for each in ids]
    if playbook is None and code is None and not every:
        raise UsageError(
            "which?", "name executions, or choose with --playbook, --error-code, --all"
        )
    found: list[UUID] = []
    while page := client.dead_letters(
        500, playbook=playbook, error_code=code, after=found[-1] if found else None
    ):
        found += [each["execution_id"] for each in page]
    return found
