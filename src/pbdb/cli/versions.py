"""`pbdb archive` and `delete`: versions of playbooks that have served."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from pbdb.cli.errors import UsageError
from pbdb.cli.options import Json, Organization, Url, open_client
from pbdb.cli.output import console, print_json
from pbdb.client import Client

Name = Annotated[str, typer.Argument(help="A playbook's name, or the id of a version.")]
Version = Annotated[int | None, typer.Option(help="Which version; needed where there are several.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (archive, delete):
        app.command(rich_help_panel="Playbooks")(command)


def archive(
    name: Name,
    version: Version = None,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Put a version out of use; it is kept with its history. Refused while executions are open."""
    with open_client(url, organization) as client:
        found = _find_version(client, name, version)
        client.archive_playbook(found["id"])
    _say("archived", found, as_json=as_json)


def delete(
    name: Name,
    version: Version = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Delete a version with the history of its executions. Refused while executions are open."""
    with open_client(url, organization) as client:
        found = _find_version(client, name, version)
        what = f"{found['name']} version {found['version']}"
        if not yes and not typer.confirm(f"Delete {what} and the history of its executions?"):
            raise typer.Exit(1)
        client.delete_playbook(found["id"])
    _say("deleted", found, as_json=as_json)


def _find_version(client: Client, name: str, version: int | None) -> dict[str, Any]:
    versions = [row for row in client.playbooks() if name in (row["name"], str(row["id"]))]
    found = [row for row in versions if version in (None, row["version"])]
    if len(found) == 1:
        return found[0]
    if not versions:
        raise UsageError(f"there is no playbook {name!r}", "`pbdb ls` lists them")
    told = ", ".join(f"{row['version']} ({row['status']})" for row in reversed(versions))
    if not found:
        raise UsageError(f"{name} has no version {version}", f"it has {told}")
    raise UsageError(f"{name} has several versions", f"name one with --version: it has {told}")


def _say(done: str, found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json({"id": found["id"], "name": found["name"], "version": found["version"]})
    else:
        console.print(f"{found['name']} version {found['version']} {done}", highlight=False)
