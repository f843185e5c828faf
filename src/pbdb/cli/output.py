"""How commands print: tables for people, JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from pbdb.cli.terminal import Terminal, escaped

COLOURS: Final[Mapping[str, str]] = {
    "ACTIVE": "green",
    "COMPLETED": "green",
    "RUNNING": "cyan",
    "PENDING": "dim",
    "PAUSED": "yellow",
    "WAITING": "yellow",
    "SKIPPED": "dim",
    "FAILED": "red",
    "TIMEOUT": "red",
    "CANCELLED": "magenta",
    "DRAFT": "yellow",
    "ARCHIVED": "dim",
    "DEPRECATED": "dim",
}


def _has_width() -> bool:
    return sys.stdout.isatty() or "COLUMNS" in os.environ


# Without a terminal nothing has to fit into eighty columns.
console: Final = Terminal(width=None if _has_width() else 200)


def print_json(value: Any) -> None:
    """Print a value as JSON; ids, times and decimals as text."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    sys.stdout.write(escaped(text) + "\n")


def print_rows(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, empty: str, as_json: bool
) -> None:
    """Print rows, or say what it means that there are none."""
    if as_json:
        print_json(list(rows))
        return
    if not rows:
        console.print(empty, style="dim")
        return
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in columns:
        # Ids are for copying: they are never cut.
        is_id = column == "id" or column.endswith("_id")
        table.add_column(column.replace("_", " "), no_wrap=is_id, overflow="fold")
    for row in rows:
        table.add_row(*(cell(row.get(column)) for column in columns))
    console.print(table)


def cell(value: Any) -> Text:
    """Return one value as a table shows it."""
    if value is None:
        return Text("")
    if isinstance(value, datetime):
        return Text(value.astimezone().strftime("%Y-%m-%d %H:%M:%S"))
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return Text(", ".join(value))
    if isinstance(value, dict | list):
        return Text(json.dumps(value, ensure_ascii=False, default=str))
    text = str(value)
    return Text(text, style=COLOURS.get(text, ""))


def duration(milliseconds: float | None) -> str:
    """Return a length of time for people."""
    if milliseconds is None:
        return ""
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"
