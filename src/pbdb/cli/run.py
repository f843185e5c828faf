"""`pbdb run`: apply, start, run and watch a playbook in one command."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn
from uuid import UUID

import typer

from pbdb.app.project import load_app
from pbdb.app.registry import App
from pbdb.cli.errors import UsageError
from pbdb.cli.executions import Input, finish
from pbdb.cli.issues import apply_document, show_issues
from pbdb.cli.live import follow
from pbdb.cli.options import (
    Json,
    Organization,
    Url,
    client_for,
    find_database,
    find_organization,
    parse_answers,
    parse_json,
)
from pbdb.cli.output import console
from pbdb.cli.worker import Project
from pbdb.client import Client
from pbdb.database import Target, connect
from pbdb.document.file import Document, load_document


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(rich_help_panel="Playbooks")(run)


def run(
    what: Annotated[str, typer.Argument(metavar="FILE|NAME", help="A document, or a playbook.")],
    input: Input = "{}",
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", "-a", metavar="STEP=JSON", help="Answer for a waiting step."),
    ] = None,
    project: Project = None,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Run a playbook here and now, with a runner of its own, and show how it goes.

    Exit code 0: completed; 1: failed; 3: it waits for an answer.
    """
    value = parse_json(input, "--input")
    answers = parse_answers(answer or [])
    document = _document(what)
    app = load_app(project)
    place = find_database(url)
    tenant = find_organization(place, organization)
    with connect(place.target.url, "pbdb cli", is_pooled=place.target.is_pooled) as connection:
        client = client_for(connection, tenant)
        name = what
        if document is not None:
            _, version, has_changed, issues = apply_document(client, document)
            name = str(document.content["name"])
            if has_changed and not as_json:
                console.print(f"{name} version {version} is active now", style="dim")
                show_issues(issues)
        execution_id = client.start(name, value, trigger_source="manual")
        try:
            with background_runner(place.target, app, execution_id) as check:
                result = follow(
                    client,
                    execution_id,
                    is_quiet=as_json,
                    on_wait=lambda step: _answer(client, execution_id, step, answers),
                    check=check,
                )
        except KeyboardInterrupt:
            _leave(execution_id)
        finish(client, result, as_json=as_json)


def _leave(execution_id: UUID) -> NoReturn:
    """Say what stays after Ctrl-C, and end, whatever a function in a thread still does."""
    console.print(
        f"\nstopped here; execution {execution_id} goes on when a runner takes it",
        highlight=False,
        soft_wrap=True,
    )
    for command, effect in (("watch", "shows how it goes"), ("cancel", "ends it")):
        console.print(
            f"pbdb {command} {execution_id}  # {effect}",
            style="dim",
            highlight=False,
            soft_wrap=True,
        )
    sys.stdout.flush()
    os._exit(130)


@contextmanager
def background_runner(
    target: Target, app: App, execution_id: UUID | None = None
) -> Iterator[Callable[[], None]]:
    """Run a small runner beside the command while the block lasts; yields what raises its end.

    With an execution it serves that one only: others have runners with their own settings.
    """
    from pbdb.runner import Runner, Settings, in_background  # brings in what only runners need

    settings = Settings(concurrency=16, lease_seconds=30, poll_seconds=0.5, grace_seconds=2)
    with in_background(Runner(target, app, settings, execution_id=execution_id)) as check:
        yield check


def _document(what: str) -> Document | None:
    """Return the document when a file is meant, None for the name of a playbook."""
    path = Path(what)
    if path.is_file():
        document = load_document(path)
        if "name" not in document.content:
            raise UsageError(f"{what} has no name", "a playbook needs at least name and steps")
        return document
    if path.suffix in (".yaml", ".yml", ".json"):
        raise UsageError(f"there is no file {what}")
    return None


def _answer(
    client: Client, execution_id: UUID, step: Mapping[str, Any], answers: dict[str, Any]
) -> bool:
    """Answer a waiting step when there is an answer for it."""
    # As it was written: a name that fits several waits is refused with the list of them.
    name = step["step_address"] if step["step_address"] in answers else step["step_name"]
    if name not in answers:
        return False
    client.answer(execution_id, name, answers.pop(name))
    return True
