"""`pbdb dead-letters`: executions whose step could not be done, and what to do about them."""

from __future__ import annotations

from typing import Annotated

import typer

from pbdb.cli.executions import Id, show
from pbdb.cli.options import Json, Organization, Url, open_client, parse_id
from pbdb.cli.output import console, print_rows

app = typer.Typer(help="List, requeue and discard what could not be done.", no_args_is_help=True)


@app.command("ls")
def list_(
    limit: Annotated[int, typer.Option(help="At most this many.")] = 100,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """List the executions whose step used up its attempts or lost its runner too often."""
    with open_client(url, organization) as client:
        rows = client.dead_letters(limit)
    print_rows(
        rows,
        ["execution_id", "playbook_name", "step_name", "reason", "error_code", "attempts", "since"],
        empty="no dead letters",
        as_json=as_json,
    )
    if rows and not as_json:
        console.print("\npbdb dead-letters show|requeue|discard EXECUTION_ID", style="dim")


app.command("show")(show)


@app.command()
def requeue(id_: Id, url: Url = None, organization: Organization = None) -> None:
    """Run it again from the step that failed, with all its attempts."""
    with open_client(url, organization) as client:
        client.requeue_dead_letter(parse_id(id_))
    console.print("requeued")


@app.command()
def discard(
    id_: Id,
    reason: Annotated[str, typer.Option(help="Kept with the execution.")],
    url: Url = None,
    organization: Organization = None,
) -> None:
    """Put it aside: it stays FAILED and is no longer listed."""
    with open_client(url, organization) as client:
        client.discard_dead_letter(parse_id(id_), reason)
    console.print("discarded")
