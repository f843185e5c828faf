"""The manners in which steps are run, and which handlers share a limit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from pbdb.model import Outcome, Output, Step
from pbdb.runner.settings import Settings
from pbdb.runner.slots import Group


@dataclass(frozen=True, slots=True)
class Limit:
    """Handlers with the same limit run at most so many steps at a time between them."""

    name: str
    most: int


@dataclass(frozen=True, slots=True)
class Inline:
    """Runs on the event loop, one step after the other: for functions that take microseconds."""

    key: str
    run: Callable[[Step], Output]


@dataclass(frozen=True, slots=True)
class Task:
    """Runs as a task of its own; cancelling the task must end whatever it started."""

    key: str
    run: Callable[[Step], Awaitable[Output]]
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Runs many steps in one call; returns their outcomes in the same order."""

    key: str
    run: Callable[[Sequence[Step]], Awaitable[Sequence[Outcome]]]
    most: int = 100


@dataclass(frozen=True, slots=True)
class Stored:
    """Runs as a task and stores its own result in the database; True when it did.

    The database ends it when its time is over, so nobody here does.
    """

    key: str
    run: Callable[[Step], Awaitable[bool]]
    limit: Limit | None = None


Handler = Inline | Task | Batch | Stored


def groups_of(handlers: Sequence[Handler], settings: Settings) -> list[Group]:
    """Inline functions and batches have room for a batch per call, tasks share the concurrency."""
    inline = Limit("inline", settings.batch * settings.calls)
    shared = Limit("shared", settings.concurrency)
    keys: dict[Limit, list[str]] = {}
    for each in handlers:
        if isinstance(each, Inline):
            limit = inline
        elif isinstance(each, Batch):
            limit = Limit(each.key, max(each.most, settings.batch) * settings.calls)
        else:
            limit = each.limit or shared
        keys.setdefault(limit, []).append(each.key)
    return [Group(tuple(names), limit.most) for limit, names in keys.items()]
