"""Which wait gets which event: the whole rule in one place.

An event goes to every wait that is there and that it fits, and is kept for its time for waits that
come later and that it fits, whoever has had it. A step has it once in its scope, however often it is
visited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from model.records import Attempt, contains


@dataclass(eq=False, slots=True)
class Event:
    name: str
    payload: Any
    is_kept: bool
    takers: list[Attempt] = field(default_factory=list)

    def suits(self, wait: Attempt) -> bool:
        """Is it what this wait waits for?"""
        return wait.step["config"].get("event") == self.name and contains(self.payload, wait.match)

    def is_there_for(self, wait: Attempt) -> bool:
        """May a wait that comes later have it?"""
        return self.is_kept and not any(
            each.scope is wait.scope and each.name == wait.name for each in self.takers
        )


@dataclass(slots=True)
class Trigger:
    """Starts a playbook for each event that it fits, the payload laid over its input."""

    event: str
    match: dict[str, Any]
    playbook: str
    input: dict[str, Any]

    def is_fired_by(self, event: Event) -> bool:
        return event.name == self.event and contains(event.payload, self.match)


@dataclass(slots=True)
class Shelf:
    """The events of an organization, oldest first."""

    events: list[Event] = field(default_factory=list)

    def emit(
        self, event: Event, waits: Iterable[Attempt], give: Callable[[Attempt, Any], None]
    ) -> int:
        """Give an event to those that wait, in this order; how many had it."""
        self.events.append(event)
        served = []
        for wait in waits:
            # Whoever came before may have closed it.
            if wait.is_open:
                give(wait, event.payload)
                served.append(wait)
        event.takers += served
        return len(served)

    def take(self, wait: Attempt) -> Any:
        """The payload of the oldest event that is there for a wait that begins, or None."""
        for event in self.events:
            if event.suits(wait) and event.is_there_for(wait):
                event.takers.append(wait)
                return event.payload
        return None

    def expire(self) -> None:
        """The time of all that are kept is over."""
        self.events.clear()
