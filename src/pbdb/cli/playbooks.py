"""`pbdb apply`, `check`, `ls`, `export`: playbooks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pbdb.cli.errors import UsageError
from pbdb.cli.options import Json, Organization, Url, open_client
from pbdb.cli.output import console, print_json, print_rows
from pbdb.cli.terminal import plain
from pbdb.client import Client
from pbdb.document.file import Document, load_document, write_document
from pbdb.errors import DocumentInvalid, ValidationFailed


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (apply, check, ls, export):
        app.command(rich_help_panel="Playbooks")(command)


def apply(
    files: Annotated[list[Path], typer.Argument(help="YAML or JSON documents.", metavar="FILE…")],
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Import, check and activate documents; one that has not changed is left alone."""
    documents = [load_document(file) for file in files]
    applied = []
    with open_client(url, organization) as client:
        for document in documents:
            try:
                id_, version, has_changed = client.apply_playbook(document.content)
            except (DocumentInvalid, ValidationFailed) as error:
                raise document.explain(error) from error
            applied.append(
                {
                    "file": document.source,
                    "id": id_,
                    "name": document.content.get("name"),
                    "version": version,
                    "changed": has_changed,
                }
            )
    if as_json:
        print_json(applied)
        return
    for each in applied:
        what = "is active now" if each["changed"] else "is unchanged"
        console.print(f"{each['name']} version {each['version']} {what}", highlight=False)


def check(
    files: Annotated[list[Path], typer.Argument(help="YAML or JSON documents.", metavar="FILE…")],
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Say what is wrong with documents, and where; nothing is kept. Exit code 1 for errors."""
    documents = [load_document(file) for file in files]
    with open_client(url, organization) as client:
        issues = [issue for each in documents for issue in _issues(client, each)]
    if as_json:
        print_json(issues)
    for issue in () if as_json else issues:
        console.print(
            f"{issue['at']}: {issue['severity']} {issue['code']}: {issue['message']}"
            f"\n    {issue['hint']}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    if any(issue["severity"] == "error" for issue in issues):
        raise typer.Exit(1)
    if not issues and not as_json:
        console.print("nothing is wrong", highlight=False)


def _issues(client: Client, document: Document) -> list[dict[str, Any]]:
    try:
        found = client.check_playbook(document.content)
    except DocumentInvalid as error:
        raise document.explain(error) from error
    return [
        {"at": document.at(document.issue_place(issue["step_name"], issue["path"])), **issue}
        for issue in found
    ]


def ls(
    executions: Annotated[
        bool, typer.Option("--executions", "-e", help="The newest executions instead.")
    ] = False,
    limit: Annotated[int, typer.Option(help="How many executions.")] = 20,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """List the playbooks, or with -e the newest executions."""
    with open_client(url, organization) as client:
        rows = client.executions(limit) if executions else client.playbooks()
    if executions:
        columns = [
            "execution_id",
            "playbook_name",
            "status",
            "created_at",
            "duration_ms",
            "error_code",
        ]
        empty = "no executions yet; `pbdb start NAME` makes one"
    else:
        columns = ["name", "version", "status", "category", "tags", "id"]
        empty = "no playbooks yet; `pbdb apply FILE` brings one"
    print_rows(rows, columns, empty=empty, as_json=as_json)


def export(
    name: Annotated[str, typer.Argument(help="A playbook's name or id.")],
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Print the document of a playbook."""
    with open_client(url, organization) as client:
        document = client.export_playbook(find_playbook(client, name)["id"])
    if as_json:
        print_json(document)
    else:
        text = write_document(document)
        # What goes into a file stays as it was written.
        typer.echo(plain(text) if sys.stdout.isatty() else text, nl=False)


def find_playbook(client: Client, name: str) -> dict[str, Any]:
    """Return the newest version of a playbook, or the version with this id."""
    rows = client.playbooks()
    for row in rows:
        if name in (row["name"], str(row["id"])):
            return row
    raise UsageError(
        f"there is no playbook {name!r}", "`pbdb ls` lists them, `pbdb apply FILE` brings one"
    )
