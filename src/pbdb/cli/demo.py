"""`pbdb demo`: a server, real documents, a runner and two playbooks, from nothing to results."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import typer
from rich.console import RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from pbdb.app.registry import App
from pbdb.cli.database import prepare
from pbdb.cli.errors import UsageError
from pbdb.cli.live import follow
from pbdb.cli.options import (
    LOCAL_DATABASE,
    LOCAL_ORGANIZATION,
    Json,
    client_for,
    find_server,
    parse_answers,
)
from pbdb.cli.output import console, print_json
from pbdb.cli.run import background_runner
from pbdb.cli.terminal import plain
from pbdb.client import Client, Result
from pbdb.database import Connection, Target, connect
from pbdb.demo import material, service
from pbdb.document.file import read_document
from pbdb.install.embedded import DEFAULT_VERSION, EmbeddedServer
from pbdb.install.files import examples_folder

_QUESTIONS: Final = (
    "How do I make sure a file is closed when an exception happens?",
    "What is the airspeed velocity of an unladen swallow?",
)
_TOPICS: Final = ["with", "lambda", "for", "try", "assert"]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(demo)


def demo(
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", "-a", metavar="STEP=JSON", help="Answer instead of being asked."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Run two real playbooks on a local PostgreSQL: no key, no internet, nothing else to install.

    Asks you once, on a terminal; elsewhere it approves by itself unless --answer says otherwise.
    Running it again is safe and quick. When it ends, or is interrupted, nothing is left running.
    """
    answers = parse_answers(answer or [])
    began = time.monotonic()
    with (
        _server(is_quiet=as_json) as url,
        connect(url, "pbdb demo") as connection,
        _service() as allowed,
    ):
        os.environ["PBDB_EGRESS_ALLOW"] = ",".join(
            filter(None, [os.environ.get("PBDB_EGRESS_ALLOW"), allowed])
        )
        app = _app()
        with background_runner(Target(url), app) as check:
            _fill(connection, check, is_quiet=as_json)
            client = client_for(connection, LOCAL_ORGANIZATION)
            results = {
                "answered": _run(client, "ask-docs", {"question": _QUESTIONS[0]}, check, as_json),
                "unknown": _run(client, "ask-docs", {"question": _QUESTIONS[1]}, check, as_json),
                "reading_list": _run(
                    client, "reading-list", {"topics": _TOPICS}, check, as_json, answers
                ),
            }
    if as_json:
        print_json({name: _shown(result) for name, result in results.items()})
    else:
        _next_steps(time.monotonic() - began)
    if any(result.status != "COMPLETED" for result in results.values()):
        raise typer.Exit(1)


@contextmanager
def _server(*, is_quiet: bool) -> Iterator[str]:
    """The URL of a migrated database; a server that was not running before is stopped again."""
    running = find_server()
    if running is not None:
        if not is_quiet:
            console.print(f"PostgreSQL {running.version} is running already", style="dim")
        yield prepare(running)
        return
    with EmbeddedServer(Path(".pbdb") / f"pg{DEFAULT_VERSION}") as server:
        url = prepare(server)
        if not is_quiet:
            console.print(
                f"PostgreSQL {server.version} with pgvector runs in {server.data_dir}, migrated",
                soft_wrap=True,
                highlight=False,
            )
        yield url


@contextmanager
def _service() -> Iterator[str]:
    try:
        with service.serving() as address:
            yield address
    except OSError as error:
        raise UsageError(
            f"port {service.PORT} of 127.0.0.1 is taken ({error.strerror})",
            "the demo's HTTP service needs it; stop what listens there and try again",
        ) from error


def _app() -> App:
    """An App with the embedding model of this machine, which the demo cannot do without."""
    from pbdb.demo.project import app  # brings in what only runners need

    if not app.embedders:
        raise UsageError(
            "there is no embedding model here", "pip install 'pbdb[local-embeddings,agents]'"
        )
    return app


def _fill(connection: Connection, check: Callable[[], None], *, is_quiet: bool) -> None:
    """Store the documentation as memories, and wait until the runner has embedded them."""
    rows = material.fill_table(connection, LOCAL_ORGANIZATION)
    total = material.remember(connection, LOCAL_ORGANIZATION)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=is_quiet) as progress:
        task = progress.add_task(f"{rows} topics of Python's documentation: embedding", total=total)
        material.wait_for_vectors(
            connection,
            LOCAL_ORGANIZATION,
            total,
            lambda done: progress.update(task, completed=done),
            check,
        )


def _run(
    client: Client,
    name: str,
    value: dict[str, Any],
    check: Callable[[], None],
    is_quiet: bool,
    answers: dict[str, Any] | None = None,
) -> Result:
    """Apply and run one example, and show how it goes."""
    client.apply_playbook(read_document(examples_folder() / f"{name}.yaml"))
    if not is_quiet:
        console.rule(Text.assemble((name, "bold"), f" {value}"), align="left")
    execution_id = client.start(name, value, trigger_source="manual")
    result = follow(
        client,
        execution_id,
        is_quiet=is_quiet,
        on_wait=lambda step: _answer(client, execution_id, step, answers or {}),
        check=check,
    )
    if not is_quiet:
        console.print(_result(result))
    return result


def _answer(
    client: Client, execution_id: UUID, step: Mapping[str, Any], answers: dict[str, Any]
) -> bool:
    """Answer for the person: from --answer, from the terminal, or with an approval."""
    name = str(step["step_name"])
    if name in answers:
        value = answers[name]
    elif sys.stdin.isatty() and console.is_terminal:
        value = {"approved": typer.confirm(f"\n{plain(step['prompt'])}", default=True)}
    else:
        value = {"approved": True, "note": "approved without a terminal"}
    client.answer(execution_id, step["step_address"], value)
    return True


def _result(result: Result) -> RenderableType:
    from rich.json import JSON

    return JSON.from_data(_shown(result))


def _shown(result: Result) -> Any:
    return result.output_data if result.status == "COMPLETED" else {"error": result.error_message}


def _next_steps(seconds: float) -> None:
    console.rule(align="left")
    console.print(f"Done in {seconds:.0f} s; the server is stopped, its data stay. Next:\n")
    question = '{"question": "What is a decorator?"}'
    for command in (
        f"pbdb db start            # the database {LOCAL_DATABASE!r} again",
        f"pbdb run examples/ask-docs.yaml --app pbdb.demo.project --input '{question}'",
        "pbdb ls                  # what has run",
    ):
        console.print(f"  .venv/bin/{command}", highlight=False, markup=False, soft_wrap=True)
