"""Watching an execution: a table of its steps that redraws itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from rich.console import RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from pbdb.cli.output import COLOURS, console, duration
from pbdb.client import Client, Result

_POLL_SECONDS: Final = 0.15


def follow(
    client: Client,
    execution_id: UUID,
    *,
    is_quiet: bool = False,
    on_wait: Callable[[Mapping[str, Any]], bool] = lambda step: False,
    check: Callable[[], None] = lambda: None,
) -> Result:
    """Show an execution until it ends, or waits for what `on_wait` does not answer.

    `on_wait` gets a row of `Client.waiting` and says whether it answered. A paused execution that
    waits for an event or a time is followed on. `check` is called again and again, and may raise.
    """
    if is_quiet or not console.is_terminal:
        result = _follow(client, execution_id, lambda result: check(), on_wait)
        if not is_quiet:
            show_timeline(client.timeline(execution_id))
        return result
    with Live(console=console, refresh_per_second=8, transient=True) as live:

        def draw(found: Result) -> None:
            check()
            live.update(_table(client.timeline(execution_id), found))

        result = _follow(client, execution_id, draw, on_wait)
    show_timeline(client.timeline(execution_id))
    return result


def show_timeline(timeline: Sequence[Mapping[str, Any]]) -> None:
    """Print every attempt of every step."""
    console.print(_table(timeline, None))


def _follow(
    client: Client,
    execution_id: UUID,
    draw: Callable[[Result], None],
    on_wait: Callable[[Mapping[str, Any]], bool],
) -> Result:
    while True:
        result = client.result(execution_id)
        draw(result)
        if result.has_ended:
            return result
        if result.status == "PAUSED":
            waiting = client.waiting(execution_id)
            answered = [on_wait(each) for each in waiting]
            if waiting and not any(answered):
                return result
        time.sleep(_POLL_SECONDS)


def _table(timeline: Sequence[Mapping[str, Any]], result: Result | None) -> RenderableType:
    table = Table(box=None, header_style="dim", pad_edge=False)
    for name in ("step", "status", "attempt", "elapsed", ""):
        table.add_column(name, overflow="fold")
    now = datetime.now(UTC)
    for row in timeline:
        status = str(row["status"])
        if row["step_type"] == "WAIT_FOR_INPUT" and status == "RUNNING":
            status = "WAITING"
        took = row.get("duration_ms")
        if took is None and status in ("RUNNING", "WAITING") and row.get("started_at") is not None:
            took = max(0.0, (now - row["started_at"]).total_seconds() * 1000)
        shown: RenderableType = Text(status, style=COLOURS.get(status, ""))
        if status == "RUNNING" and result is not None:
            shown = Spinner("dots", shown, style="cyan")
        table.add_row(
            _step_name(row), shown, _attempt(row), Text(duration(took)), Text(_reason(row))
        )
    if result is not None:
        table.caption = Text(result.status, style=COLOURS.get(result.status, ""))
    return table


def _step_name(row: Mapping[str, Any]) -> Text:
    name = str(row["step_name"])
    branch = row.get("branch")
    item = row.get("item_index")
    if branch is not None:
        place = f"{branch}[{item}]" if item is not None else str(branch)
        return Text(f"  {place} › {name}")
    return Text(name)


def _attempt(row: Mapping[str, Any]) -> Text:
    parts = [f"{row['attempt_number']}"]
    if row.get("visit", 1) > 1:
        parts.append(f"visit {row['visit']}")
    return Text(", ".join(parts) if parts != ["1"] else "", style="dim")


def _reason(row: Mapping[str, Any]) -> str:
    message = row.get("error_message")
    if not message:
        return ""
    code = row.get("error_code")
    return f"{code}: {message}" if code else str(message)
