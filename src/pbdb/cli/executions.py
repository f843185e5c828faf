"""Executions: `pbdb start`, `watch`, `wait`, `answer`, `inbox`, `emit`, `pause`, `resume`"""

from __future__ import annotations

import shlex
from typing import Annotated
from uuid import UUID

import typer

from pbdb.cli.choosing import parse_metadata, tell
from pbdb.cli.live import follow
from pbdb.cli.options import (
    Json,
    Organization,
    Url,
    find_execution,
    open_client,
    parse_json,
)
from pbdb.cli.output import console, duration, print_json, print_rows
from pbdb.client import Client, Result

Id = Annotated[str, typer.Argument(metavar="ID", help="The execution's id, or how it begins.")]
Input = Annotated[str, typer.Option("--input", "-i", help="JSON, @file, or - for standard input.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (start, watch, wait, answer, inbox, emit, pause, resume):
        app.command(rich_help_panel="Executions")(command)


def start(
    name: Annotated[str, typer.Argument(help="The playbook's name.")],
    input: Input = "{}",
    key: Annotated[
        str | None, typer.Option("--key", help="Idempotency key: the same one starts once.")
    ] = None,
    label: Annotated[
        str | None, typer.Option("--name", help="What people call this execution.")
    ] = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option(
            "--metadata", metavar="KEY=JSON", help="Kept with it, to be found by; or JSON."
        ),
    ] = None,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Start the newest active version of a playbook; a worker runs it."""
    value = parse_json(input, "--input")
    with open_client(url, organization) as client:
        id_ = client.start(
            name,
            value,
            idempotency_key=key,
            name=label,
            trigger_source="manual",
            metadata=parse_metadata(metadata),
        )
    if as_json:
        print_json({"execution_id": id_})
    else:
        console.print(str(id_), highlight=False)
        console.print(f"`pbdb watch {id_}` shows how it goes", style="dim", soft_wrap=True)


def watch(
    id_: Id, url: Url = None, organization: Organization = None, as_json: Json = False
) -> None:
    """Follow an execution until it ends or waits for somebody."""
    with open_client(url, organization) as client:
        result = follow(client, find_execution(client, id_), is_quiet=as_json)
        finish(client, result, as_json=as_json)


def wait(
    id_: Id,
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Wait no longer than this.")
    ] = None,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Wait for the end of an execution, whoever works on it, and print how it went.

    Exit code 0: COMPLETED; 1: it ended otherwise; 3: it is open still, after --timeout.
    """
    with open_client(url, organization) as client:
        result = client.wait(find_execution(client, id_), timeout)
        finish(client, result, as_json=as_json)


def answer(
    id_: Id,
    step: Annotated[str, typer.Argument(help="The waiting step's name.")],
    value: Annotated[str, typer.Argument(metavar="JSON", help="JSON, @file or -.")],
    person: Annotated[UUID | None, typer.Option("--as", help="Who answers.")] = None,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Answer a step that waits for input."""
    parsed = parse_json(value, "JSON")
    with open_client(url, organization) as client:
        execution_id = find_execution(client, id_)
        client.answer(execution_id, step, parsed, answered_by=person)
    tell(execution_id, "answered", as_json=as_json)


def inbox(url: Url = None, organization: Organization = None, as_json: Json = False) -> None:
    """List the steps that wait for somebody's answer."""
    with open_client(url, organization) as client:
        rows = client.waiting()
    print_rows(
        rows,
        ["execution_id", "playbook_name", "step_address", "prompt", "waiting_since"],
        empty="nothing waits for an answer",
        as_json=as_json,
    )
    if rows and not as_json:
        console.print("\npbdb answer EXECUTION_ID STEP_NAME JSON", style="dim", highlight=False)


def emit(
    event: Annotated[str, typer.Argument(help="The event's name.")],
    payload: Annotated[str, typer.Argument(metavar="JSON", help="JSON, @file or -.")] = "{}",
    keep: Annotated[
        int, typer.Option(metavar="SECONDS", help="How long waits that begin later get it.")
    ] = 3600,
    key: Annotated[
        str | None, typer.Option(help="Idempotency key: the same event is delivered once.")
    ] = None,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Tell of an event; steps that wait for it go on."""
    value = parse_json(payload, "JSON")
    with open_client(url, organization) as client:
        count = client.emit(event, value, keep_seconds=keep, idempotency_key=key)
    if as_json:
        print_json({"woken": count})
    else:
        console.print(f"{count} waiting step(s) woken" if count else "nobody waits for it yet")


def pause(
    id_: Id, url: Url = None, organization: Organization = None, as_json: Json = False
) -> None:
    """Let running steps finish and start nothing new."""
    with open_client(url, organization) as client:
        execution_id = find_execution(client, id_)
        client.pause(execution_id)
    tell(execution_id, "paused", as_json=as_json)


def resume(
    id_: Id, url: Url = None, organization: Organization = None, as_json: Json = False
) -> None:
    """Go on with a paused execution."""
    with open_client(url, organization) as client:
        execution_id = find_execution(client, id_)
        client.resume(execution_id)
    tell(execution_id, "resumed", as_json=as_json)


def finish(client: Client, result: Result, *, as_json: bool, is_judged: bool = True) -> None:
    """Print how an execution stands; exit with 1 when it failed, with 3 when it waits."""
    if as_json:
        print_json(as_dict(result))
    else:
        _tell(client, result)
    if is_judged and result.status != "COMPLETED":
        raise typer.Exit(1 if result.has_ended else 3)


def _tell(client: Client, result: Result) -> None:
    took = duration(result.duration_ms)
    if result.status == "COMPLETED":
        console.print(f"COMPLETED in {took}", style="green", highlight=False)
        console.print_json(data=result.output_data, default=str)
        return
    if result.has_ended:
        code = f" {result.error_code}:" if result.error_code else ""
        console.print(f"{result.status}{code} {result.error_message or ''}", style="red")
        console.print(
            f"`pbdb retry {result.execution_id}` goes on from the failed step",
            style="dim",
            soft_wrap=True,
            highlight=False,
        )
        return
    console.print(result.status, style="yellow")
    for each in client.waiting(result.execution_id):
        address = each["step_address"]
        console.print(f"{address}: {each['prompt'] or 'waits for an answer'}", highlight=False)
        console.print(
            f"pbdb answer {result.execution_id} {shlex.quote(address)} JSON",
            style="dim",
            soft_wrap=True,
            highlight=False,
        )


def as_dict(result: Result) -> dict[str, object]:
    """Return a result as --json has it."""
    return {name: getattr(result, name) for name in Result.__dataclass_fields__}
