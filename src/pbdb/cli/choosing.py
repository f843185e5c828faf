"""Which executions a command means: by filters, page by page; and what became of each of them."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from pbdb.cli.errors import UsageError
from pbdb.cli.options import parse_json, parse_statuses, parse_time
from pbdb.cli.output import console, print_json
from pbdb.client import ENDED, Client
from pbdb.rows import Outcome

OPEN: Final = ("PENDING", "RUNNING", "PAUSED")

Playbook = Annotated[
    str | None, typer.Option("--playbook", help="Only of this playbook, all versions.")
]
Status = Annotated[
    list[str] | None, typer.Option("--status", help="Only with this status; may be repeated.")
]
Since = Annotated[
    str | None, typer.Option("--since", help="Only started since: 30m, 12h, 7d ago, or a time.")
]
Until = Annotated[str | None, typer.Option("--until", help="Only started before.")]
Metadata = Annotated[
    list[str] | None,
    typer.Option("--metadata", metavar="KEY=JSON", help="Only whose metadata has it; or JSON."),
]
ErrorCode = Annotated[str | None, typer.Option("--error-code", help="Only with this error.")]
Search = Annotated[
    str | None, typer.Option(help="Only whose id, name or idempotency key begins so.")
]
After = Annotated[
    str | None, typer.Option(metavar="ID", help="Go on after the last one of a page.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say which, and change nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

_PAGE: Final = 500


def filters(
    playbook: str | None,
    status: list[str] | None,
    since: str | None,
    until: str | None,
    metadata: list[str] | None,
    error_code: str | None,
) -> dict[str, Any]:
    """Return the arguments of Client.executions that options stand for; only those given."""
    given = {
        "playbook": playbook,
        "statuses": parse_statuses(status, {*OPEN, *ENDED}),
        "since": None if since is None else parse_time(since, "--since"),
        "until": None if until is None else parse_time(until, "--until"),
        "metadata": parse_metadata(metadata),
        "error_code": error_code,
    }
    return {key: value for key, value in given.items() if value is not None}


def parse_metadata(given: list[str] | None) -> dict[str, Any] | None:
    """Return the object that KEY=JSON options make; None when there are none."""
    found: dict[str, Any] = {}
    for each in given or []:
        key, separator, text = each.partition("=")
        if each.lstrip().startswith(("{", "@")) or each == "-":
            value = parse_json(each, "--metadata")
            if not isinstance(value, dict):
                raise UsageError("--metadata is no object", "write KEY=JSON, or a JSON object")
            found |= value
        elif not separator or not key:
            raise UsageError(f"--metadata {each!r} has no key", "write KEY=JSON, or a JSON object")
        else:
            found[key] = _value(text)
    return found or None


def _value(text: str) -> Any:
    """What stands after `KEY=`; what is not JSON is taken as text."""
    try:
        return parse_json(text, "--metadata") if text and text[0] not in "@-" else text
    except UsageError:
        return text


def all_of(client: Client, chosen: Mapping[str, Any]) -> list[UUID]:
    """Return every execution that passes the filters, the newest first."""
    found: list[UUID] = []
    while page := client.executions(_PAGE, after=found[-1] if found else None, **chosen):
        found += [each["execution_id"] for each in page]
    return found


def steer_all(
    ids: Sequence[UUID],
    steer: Callable[[Sequence[UUID]], list[Outcome]],
    verb: str,
    *,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Steer many, 500 a transaction, and say what became of them; exit code 1 if some refused.

    On a terminal it asks first.
    """
    if not ids or dry_run:
        outcomes: list[Outcome] = []
    else:
        asks = not yes and not as_json and sys.stdin.isatty()
        if asks and not typer.confirm(f"{verb} {len(ids)} executions?"):
            raise typer.Exit(1)
        parts = [ids[place : place + _PAGE] for place in range(0, len(ids), _PAGE)]
        outcomes = [each for part in parts for each in steer(part)]
    refused = [each for each in outcomes if each["outcome"] != "done"]
    if as_json:
        print_json({"dry_run": dry_run, "execution_ids": list(ids), "outcomes": outcomes})
    elif dry_run or not ids:
        for id_ in ids:
            console.print(str(id_), highlight=False)
        console.print(f"{len(ids)} executions to {verb}; nothing is changed", highlight=False)
    else:
        done = len(outcomes) - len(refused)
        console.print(f"{verb}: {done} done, {len(refused)} refused", highlight=False)
        _tell_refused(refused)
    if refused:
        raise typer.Exit(1)


def _tell_refused(refused: Sequence[Outcome]) -> None:
    """Say each, or of many how often which code."""
    if len(refused) > 20:
        for code, count in Counter(each["code"] for each in refused).most_common():
            console.print(f"  {code}: {count}", highlight=False)
        return
    for each in refused:
        console.print(
            f"  {each['execution_id']} {each['code']}: {each['message']}",
            highlight=False,
            soft_wrap=True,
        )


def tell(execution_id: UUID, done: str, *, as_json: bool) -> None:
    """Say that one execution was steered."""
    if as_json:
        print_json({"execution_id": execution_id, "done": done})
    else:
        console.print(done, style="green")
