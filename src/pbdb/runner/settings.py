"""How a runner works, and what it has done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """How a runner works. Times in seconds.

    concurrency: steps in flight, of those that have no limit of their own. batch: most steps of
    one claim. lease: how long a step stays ours without a heartbeat. poll: how often an idle
    runner looks without being told. grace: how long steps may go on after the first signal.
    calls: database calls in flight.
    """

    concurrency: int = 256
    batch: int = 128
    lease_seconds: int = 60
    poll_seconds: float = 1.0
    grace_seconds: float = 20.0
    calls: int = 2


@dataclass(slots=True)
class Stats:
    """What a runner has done since it started."""

    claimed: int = 0
    completed: int = 0
    failed: int = 0
    refused: int = 0
    discarded: int = 0
    turns: int = 0
