"""Executions: `pbdb start`, `watch`, `show`, `answer`, `inbox`, `emit`, `pause`, `cancel`, …"""

from __future__ import annotations

import shlex
from typing import Annotated
from uuid import UUID

import typer

from pbdb.cli.live import follow, show_timeline
from pbdb.cli.options import (
    Json,
    Organization,
    Url,
    open_client,
    parse_id,
    parse_json,
)
from pbdb.cli.output import console, duration, print_json, print_rows
from pbdb.client import Client, Result

Id = Annotated[str, typer.Argument(metavar="ID", help="The execution's id.")]
Input = Annotated[str, typer.Option("--input", "-i", help="JSON, @file, or - for standard input.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (start, watch, show, answer, inbox, emit, pause, resume, cancel, retry):
        app.command(rich_help_panel="Executions")(command)


def start(
    name: Annotated[str, typer.Argument(help="The playbook's name.")],
    input: Input = "{}",
    key: Annotated[
        str | None, typer.Option("--key", help="Idempotency key: the same one starts once.")
    ] = None,
    url: Url = None,
    organization: Organization = None,
    as_json: Json = False,
) -> None:
    """Start the newest active version of a playbook; a worker runs it."""
    value = parse_json(input, "--input")
    with open_client(url, organization) as client:
        id_ = client.start(name, value, idempotency_key=key, trigger_source="manual")
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
        result = follow(client, parse_id(id_), is_quiet=as_json)
        finish(client, result, as_json=as_json)


def show(
    id_: Id, url: Url = None, organization: Organization = None, as_json: Json = False
) -> None:
    """Show an execution: status, every attempt of every step, output."""
    execution = parse_id(id_)
    with open_client(url, organization) as client:
        result = client.result(execution)
        timeline = client.timeline(execution)
        findings = [] if result.has_ended else client.diagnose(execution)
        if as_json:
            print_json({**_as_dict(result), "timeline": timeline, "findings": findings})
            return
        show_timeline(timeline)
        finish(client, result, as_json=False, is_judged=False)
        for each in findings:
            console.print(f"{each['finding']}\n  {each['remedy'] or ''}".rstrip(), highlight=False)


def answer(
    id_: Id,
    step: Annotated[str, typer.Argument(help="The waiting step's name.")],
    value: Annotated[str, typer.Argument(metavar="JSON", help="JSON, @file or -.")],
    person: Annotated[UUID | None, typer.Option("--as", help="Who answers.")] = None,
    url: Url = None,
    organization: Organization = None,
) -> None:
    """Answer a step that waits for input."""
    parsed = parse_json(value, "JSON")
    with open_client(url, organization) as client:
        client.answer(parse_id(id_), step, parsed, answered_by=person)
    console.print("answered", style="green")


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


def pause(id_: Id, url: Url = None, organization: Organization = None) -> None:
    """Let running steps finish and start nothing new."""
    with open_client(url, organization) as client:
        client.pause(parse_id(id_))
    console.print("paused")


def resume(id_: Id, url: Url = None, organization: Organization = None) -> None:
    """Go on with a paused execution."""
    with open_client(url, organization) as client:
        client.resume(parse_id(id_))
    console.print("resumed")


def cancel(
    id_: Id,
    reason: Annotated[str | None, typer.Option(help="Kept with the execution.")] = None,
    url: Url = None,
    organization: Organization = None,
) -> None:
    """End an execution now."""
    with open_client(url, organization) as client:
        client.cancel(parse_id(id_), reason)
    console.print("cancelled")


def retry(
    id_: Id,
    from_step: Annotated[
        str | None, typer.Option("--from", help="Start again at this step.")
    ] = None,
    url: Url = None,
    organization: Organization = None,
) -> None:
    """Go on with a failed execution; completed work is kept."""
    with open_client(url, organization) as client:
        client.retry(parse_id(id_), from_step)
    console.print("retried")


def finish(client: Client, result: Result, *, as_json: bool, is_judged: bool = True) -> None:
    """Print how an execution stands; exit with 1 when it failed, with 3 when it waits."""
    if as_json:
        print_json(_as_dict(result))
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


def _as_dict(result: Result) -> dict[str, object]:
    return {name: getattr(result, name) for name in Result.__dataclass_fields__}
