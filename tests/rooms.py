"""Which room of sql/ calls which: read from the calls, not from anybody's picture of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

GENERATED = {"load.sql", "schema.snapshot.sql"}

_CREATES = re.compile(r"create (?:or replace )?(?:function|procedure|view) pbdb\.(\w+)")
_NAMES = re.compile(r"\bpbdb\.(\w+)")
# What only describes: comments, and literals, unless they are run.
_SILENT = re.compile(r"--[^\n]*|comment on [^;]*;(?=\s)|(?<!execute )'(?:[^']|'')*'")

_HEADING = re.compile(r"^-- (\w+): (.+)$", re.MULTILINE)


def calls(folder: Path) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """Return, for each pair of rooms of which one calls the other, the calls from file to file."""
    texts = {
        file: _SILENT.sub(" ", file.read_text())
        for file in folder.rglob("*.sql")
        if file.name not in GENERATED
    }
    homes = {name: file for file, text in texts.items() for name in _CREATES.findall(text)}
    found: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for file, text in texts.items():
        for name in _NAMES.findall(text):
            home = homes.get(name)
            if home is not None and _room(folder, home) != _room(folder, file):
                found[_room(folder, file), _room(folder, home)].add((file.stem, home.stem))
    return dict(found)


def headings(folder: Path) -> list[tuple[str, str]]:
    """Return the rooms that load.sql names, in its order, and what it says of each."""
    return _HEADING.findall((folder / "load.sql").read_text())


def circles(edges: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Return the groups of rooms that can be reached from each other; empty when there is none."""
    leads: dict[str, set[str]] = defaultdict(set)
    for start, end in edges:
        leads[start].add(end)
    reached = {room: _reached(room, leads) for room in leads}
    grouped = {
        tuple(sorted(other for other in seen if room in reached.get(other, set())))
        for room, seen in reached.items()
        if room in seen
    }
    return sorted(list(group) for group in grouped)


def _reached(start: str, leads: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    ahead = list(leads[start])
    while ahead:
        room = ahead.pop()
        if room not in seen:
            seen.add(room)
            ahead.extend(leads.get(room, ()))
    return seen


def _room(folder: Path, file: Path) -> str:
    return file.relative_to(folder).parts[0]
