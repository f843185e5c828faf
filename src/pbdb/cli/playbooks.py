"""`pbdb apply`, `check`, `what-if`, `export`: playbooks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pbdb.cli.errors import UsageError
from pbdb.cli.issues import apply_document, issues_of, show_issues
from pbdb.cli.options import (
    Json,
    Organization,
    Url,
    open_client,
    parse_answers,
    parse_json,
)
from pbdb.cli.output import console, print_json, print_rows
from pbdb.cli.terminal import plain
from pbdb.client import Client
from pbdb.document.file import load_document, write_document


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (apply, check, what_if, export):
        app.command(rich_help_panel="Playbooks")(command)


def apply(
    files: Annotated[list[Path], typer.Argument(help="YAML or JSON documents.", metavar="FILE…")],
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Import, check and activate documents; one that has not changed is left alone."""
    documents = [load_document(file) for file in files]
    applied: list[dict[str, Any]] = []
    with open_client(url, organization) as client:
        for document in documents:
            id_, version, has_changed, issues = apply_document(client, document)
            applied.append(
                {
                    "file": document.source,
                    "id": id_,
                    "name": document.content.get("name"),
                    "version": version,
                    "changed": has_changed,
                    "issues": issues,
                }
            )
    if as_json:
        print_json(applied)
        return
    for each in applied:
        what = "is active now" if each["changed"] else "is unchanged"
        console.print(f"{each['name']} version {each['version']} {what}", highlight=False)
        show_issues(each["issues"])


def check(
    files: Annotated[list[Path], typer.Argument(help="YAML or JSON documents.", metavar="FILE…")],
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Say what is wrong with documents, and where; nothing is kept. Exit code 1 for errors."""
    documents = [load_document(file) for file in files]
    with open_client(url, organization) as client:
        issues = [issue for each in documents for issue in issues_of(client, each)]
    if as_json:
        print_json(issues)
    else:
        show_issues(issues)
    if any(issue["severity"] == "error" for issue in issues):
        raise typer.Exit(1)
    if not issues and not as_json:
        console.print("nothing is wrong", highlight=False)


def what_if(
    what: Annotated[str, typer.Argument(metavar="FILE|NAME", help="A document, or a playbook.")],
    input: Annotated[
        str, typer.Option("--input", "-i", help="JSON, @file, or - for standard input.")
    ] = "{}",
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output",
            metavar="STEP=JSON",
            help="What a step gives that needs a runner or a person; may be repeated.",
        ),
    ] = None,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Run a playbook against real data and undo everything; print what each step would do.

    Exit code 1 when it would fail.
    """
    value, outputs = parse_json(input, "--input"), parse_answers(output or [], "--output")
    document = load_document(Path(what)) if Path(what).is_file() else None
    with open_client(url, organization) as client:
        trace = client.what_if(what if document is None else document.content, value, outputs)
    if as_json:
        print_json(trace)
    else:
        columns = ["step_name", "status", "input_data", "output_data", "error_message"]
        shown = [{**each, "step_name": each["step_name"] or "the execution"} for each in trace]
        print_rows(shown, columns, empty="nothing would run", as_json=False)
    if trace and trace[-1]["status"] in ("FAILED", "TIMEOUT"):
        raise typer.Exit(1)


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
