"""How many steps of which handlers a runner asks for: plain arithmetic, no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Group:
    """Handlers that share one limit of steps in flight. `reserved` counts claims under way."""

    handlers: tuple[str, ...]
    limit: int
    running: int = 0
    reserved: int = 0
    is_passed_over: bool = False
    """It had no free slot when claims were planned: nobody has looked for its steps since."""

    @property
    def free(self) -> int:
        """How many more steps fit."""
        return max(0, self.limit - self.running - self.reserved)

    @property
    def is_owed(self) -> bool:
        """Whether it was passed over, and has a slot now."""
        return self.is_passed_over and self.free > 0


@dataclass(frozen=True, slots=True)
class Plan:
    """One claim to make: up to `limit` steps of any of the groups' handlers."""

    groups: tuple[Group, ...]
    limit: int

    @property
    def handlers(self) -> list[str]:
        """The handler keys to claim."""
        return [key for group in self.groups for key in group.handlers]

    def reserve(self) -> None:
        """Keep the slots until the claim has answered; every group may get all of it."""
        for group in self.groups:
            group.reserved += self.limit

    def settle(self) -> None:
        """Give the reserved slots back; what was claimed counts as running by then."""
        for group in self.groups:
            group.reserved -= self.limit


def plan(groups: Sequence[Group], most: int, *, is_probe: bool = False) -> list[Plan]:
    """Return the claims that use the free slots; no claim can return more than fits.

    A claim over several groups is as small as the smallest of them, so narrow groups are claimed
    apart from the widest. A probe (nothing is expected to be there) is a single claim over all
    groups with a free slot. Empty when no slot is free. Marks the groups that are passed over.
    """
    for group in groups:
        group.is_passed_over = group.free <= 0
    free = [group for group in groups if not group.is_passed_over]
    if not free:
        return []
    if is_probe:
        return [Plan(tuple(free), min(most, *(group.free for group in free)))]
    widest = min(most, max(group.free for group in free))
    wide = [group for group in free if group.free * 2 >= widest]
    plans = [Plan(tuple(wide), min(most, *(group.free for group in wide)))]
    plans += [Plan((group,), min(most, group.free)) for group in free if group not in wide]
    return plans
