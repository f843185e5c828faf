"""How commands print: tables for people, JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

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


# What is read as a sentence, or is JSON.
_TEXTS: Final = frozenset({"prompt", "content", "description", "error_message", "finding", "remedy",
    "tags", "metadata", "message", "last_error", "input_data", "output_data", "unserved_handlers",
    "reason"})  # fmt: skip
_NAMES: Final = frozenset({"name", "playbook_name", "step_name", "step_address", "fires",
    "category", "execution_name", "model", "migration"})  # fmt: skip
_LEAST_TEXT: Final = 14
# Of an id that begins with its time: to the milliseconds, then more.
_LENGTHS: Final = (13, 18, 23, 28, 36)


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
        # Names and sentences go on in the next line, between words; the rest keeps its width.
        is_text = column in _TEXTS
        table.add_column(
            column.removesuffix("_ms").replace("_", " "),
            no_wrap=not is_text and column not in _NAMES,
            overflow="fold" if is_text else "ellipsis",
            min_width=_LEAST_TEXT if is_text or column in _NAMES else None,
        )
    short = short_ids([row["execution_id"] for row in rows if "execution_id" in row])
    for row in rows:
        table.add_row(*(_cell_of(row, column, short) for column in columns))
    console.print(table)


def _cell_of(row: Mapping[str, Any], column: str, short: Mapping[UUID, str]) -> Text:
    value = row.get(column)
    if column == "execution_id" and isinstance(value, UUID):
        return Text(short.get(value, str(value)))
    if column.endswith("_ms"):
        return Text(duration(value))
    return cell(value)


def short_ids(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return how each id begins, as far as tells it from the others; commands take that for it."""
    texts = {each: str(each) for each in ids}
    for length in _LENGTHS:
        if len({text[:length] for text in texts.values()}) == len(texts):
            return {each: text[:length] for each, text in texts.items()}
    return texts


def cell(value: Any) -> Text:
    """Return one value as a table shows it."""
    if value is None:
        return Text("")
    if isinstance(value, datetime):
        return Text(when(value))
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return Text(", ".join(value))
    if isinstance(value, dict | list):
        return Text(json.dumps(value, ensure_ascii=False, default=str))
    text = str(value)
    return Text(text, style=COLOURS.get(text, ""))


def when(value: datetime) -> str:
    """Return a time for people, in the zone of this machine, which it names."""
    text = value.astimezone().strftime("%Y-%m-%d %H:%M:%S%z")
    return text.removesuffix("+0000") + "Z" if text.endswith("+0000") else text


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
