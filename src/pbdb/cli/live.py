"""Watching an execution: a table of its steps that redraws itself."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from rich.console import Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from pbdb.cli.output import COLOURS, console, duration
from pbdb.client import Client, Result

_POLL_SECONDS: Final = 0.15
# An execution that stands still longer than this is asked why.
_PATIENCE_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class _Moment:
    """What is known of an execution at one time; findings say why it does not move."""

    result: Result
    timeline: Sequence[Mapping[str, Any]]
    findings: Sequence[Mapping[str, Any]]


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
    told: set[str] = set()

    def tell(moment: _Moment) -> None:
        """Without a screen to draw on: say on standard error why nothing moves, once."""
        check()
        for text in map(_finding, moment.findings):
            if text not in told:
                told.add(text)
                sys.stderr.write(text + "\n")

    if is_quiet or not console.is_terminal:
        result = _follow(client, execution_id, tell, on_wait)
        if not is_quiet:
            show_timeline(client.timeline(execution_id))
        return result
    with Live(console=console, refresh_per_second=8, transient=True) as live:

        def draw(moment: _Moment) -> None:
            check()
            live.update(_table(moment.timeline, moment.result, moment.findings))

        def ask(step: Mapping[str, Any]) -> bool:
            # What is redrawn would be drawn over the question.
            live.stop()
            try:
                return on_wait(step)
            finally:
                live.start()

        result = _follow(client, execution_id, draw, ask)
    show_timeline(client.timeline(execution_id))
    return result


def show_timeline(timeline: Sequence[Mapping[str, Any]]) -> None:
    """Print every attempt of every step."""
    console.print(_table(timeline, None))


def _follow(
    client: Client,
    execution_id: UUID,
    draw: Callable[[_Moment], None],
    on_wait: Callable[[Mapping[str, Any]], bool],
) -> Result:
    last: Sequence[Mapping[str, Any]] = []
    changed_at = time.monotonic()
    findings: Sequence[Mapping[str, Any]] = []
    while True:
        result = client.result(execution_id)
        timeline = client.timeline(execution_id)
        if timeline != last or any(row["status"] == "RUNNING" for row in timeline):
            last, changed_at, findings = timeline, time.monotonic(), []
        elif not findings and time.monotonic() - changed_at > _PATIENCE_SECONDS:
            findings = client.diagnose(execution_id)
        draw(_Moment(result, timeline, findings))
        if result.has_ended:
            return result
        if result.status == "PAUSED":
            waiting = client.waiting(execution_id)
            answered = [on_wait(each) for each in waiting]
            if waiting and not any(answered):
                return result
        time.sleep(_POLL_SECONDS)


def _finding(row: Mapping[str, Any]) -> str:
    return f"{row['finding']} {row['remedy'] or ''}".rstrip()


def _table(
    timeline: Sequence[Mapping[str, Any]],
    result: Result | None,
    findings: Sequence[Mapping[str, Any]] = (),
) -> RenderableType:
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
    if result is None:
        return table
    status_line = Text(result.status, style=COLOURS.get(result.status, ""))
    reasons = [Text(_finding(row), style="yellow") for row in findings]
    return Group(table, status_line, *reasons)


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
