"""When a runner looks for work: every wish and every wait, decided from times alone.

No I/O and no clock here: what happens is told with the time when it happened, and what comes back
says what to do. The loop does it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

# How long a runner is saturated before it says that it needs no notifications.
BUSY_SECONDS: Final = 0.5
HERD_SECONDS: Final = 0.05
# So many notifications in so long are a storm: looking by ourselves is then cheaper for everybody,
# because commits that notify wait for each other. It is over when so long nothing was found.
STORM_HINTS: Final = 20
STORM_SECONDS: Final = 0.5
STORM_LOOK: Final = (0.01, 0.16)
CALM_SECONDS: Final = 2.0
# How often a runner sweeps, and does its chores, whatever else it does.
SWEEP_SECONDS: Final = 5.0
CHORE_SECONDS: Final = 5.0

Uniform = Callable[[float, float], float]
"""A number between two others, at random: `random.uniform`, or what a test puts in its place."""


@dataclass(frozen=True, slots=True)
class Next:
    """What to do after a claim: tell the database, look again by ourselves, or neither."""

    tell_idle: bool | None = None
    """Say whether notifications are wanted, then call `told()`; `not_told()` when that failed."""
    look_in: float | None = None
    """Call `look_again()` in so many seconds."""


class Appetite:
    """Whether a runner wants to claim now, and when it will look again if not."""

    def __init__(self, poll_seconds: float, now: float, uniform: Uniform = random.uniform) -> None:
        """`poll_seconds`: how often an idle runner looks without being told."""
        self.is_wanted = True
        """There may be something to claim."""
        self.is_saturated = False
        """The last claim brought all that it asked for."""
        self._poll_seconds = poll_seconds
        self._uniform = uniform
        self._saturated_since = 0.0
        self._claimed_at = -math.inf
        # Whether the database has us down as idle, and what it is just being told.
        self._is_known_idle = False
        self._being_told: bool | None = None
        # It registered while it was being told: which of the two came first there, nobody knows.
        self._is_told_in_vain = False
        # A notification reaches every idle runner: those who found nothing lately wait a moment.
        self._herd_delay = 0.0
        self._is_following = False
        self._hints = 0
        self._hints_since = 0.0
        self._is_storm = False
        self._is_looking = False
        self._look_delay = 0.0
        self._found_at = 0.0
        self._swept_at = now
        self._chored_at = -math.inf

    # -- wishes -----------------------------------------------------------------------------

    def want(self) -> None:
        """There may be something to claim."""
        self.is_wanted = True

    def asks(self) -> None:
        """A claim is on its way: what was wished for is being looked for."""
        self.is_wanted = False

    def starts(self) -> None:
        """A claim has brought steps, so the next hint is followed at once."""
        self._herd_delay = 0.0

    def forget(self) -> None:
        """The connection was lost, or made anew: nobody knows what the database knows of us."""
        self._is_known_idle = False
        self._is_told_in_vain = self._being_told is not None
        self.is_wanted = True

    # -- after a claim ----------------------------------------------------------------------

    def concludes(self, count: int, *, is_full: bool, now: float, has_looked: bool = True) -> Next:
        """A claim has brought `count` steps, or all that it asked for: what comes next.

        Without `has_looked` it asked only for what our own reports led to: that says nothing of
        others, so nothing changes, and the next poll looks.
        """
        if has_looked:
            self._claimed_at = now
        if is_full:
            return self._goes_on(now)
        if not has_looked:
            return Next()
        self.is_saturated = False
        if self._is_stormy(count, now):
            look_in = None if self._is_looking else self._look_delay
            self._is_looking = True
            return Next(self._tell(False) if self._is_known_idle else None, look_in)
        if self._being_told is False:
            # It has to be told the contrary as soon as it has heard this.
            self.is_wanted = True
            return Next()
        return Next(None if self._is_known_idle else self._tell(True))

    def told(self, is_idle: bool) -> None:
        """The database knows whether we are idle."""
        self._is_known_idle = is_idle and not self._is_told_in_vain
        self._being_told, self._is_told_in_vain = None, False
        if is_idle:
            # What became ready before this could be seen has notified nobody.
            self.is_wanted = True

    def not_told(self) -> None:
        """Telling the database has failed."""
        self._being_told, self._is_told_in_vain = None, False

    def _goes_on(self, now: float) -> Next:
        self.is_wanted = True
        if not self.is_saturated:
            self.is_saturated, self._saturated_since = True, now
        elif self._is_known_idle and now - self._saturated_since > BUSY_SECONDS:
            return Next(self._tell(False))
        return Next()

    def _tell(self, is_idle: bool) -> bool | None:
        """What to tell the database; nothing while it is being told something."""
        if self._being_told is not None:
            return None
        self._being_told = is_idle
        return is_idle

    def _is_stormy(self, count: int, now: float) -> bool:
        """Whether to look again soon instead of waiting to be told; how soon depends on success."""
        least, most = STORM_LOOK
        if count:
            self._found_at, self._look_delay = now, least
        else:
            self._look_delay = min(most, max(least, self._look_delay * 2))
        if self._is_storm and now - max(self._found_at, self._hints_since) > CALM_SECONDS:
            self._is_storm = False
        return self._is_storm

    def look_again(self) -> None:
        """The time to look again has come."""
        self._is_looking = False
        self.is_wanted = True

    # -- notifications ----------------------------------------------------------------------

    def hint(self, now: float) -> float | None:
        """A notification: seconds after which to `follow()` it; None when one is waiting."""
        if now - self._hints_since > STORM_SECONDS:
            self._hints, self._hints_since = 0, now
        self._hints += 1
        self._is_storm = self._is_storm or self._hints >= STORM_HINTS
        if self._is_following:
            return None
        self._is_following = True
        return self._uniform(0, self._herd_delay) if self._herd_delay else 0.0

    def follow(self) -> None:
        """The moment of a hint has come. Finding something sets the delay of the next to zero."""
        self._is_following = False
        self._herd_delay = min(HERD_SECONDS, self._herd_delay * 2 or HERD_SECONDS / 16)
        self.is_wanted = True

    # -- without being told -----------------------------------------------------------------

    def next_poll(self) -> float:
        """Seconds until the next `polls()`; runners that started together drift apart."""
        return self._poll_seconds * self._uniform(1.4, 2.0)

    def polls(self, now: float, *, is_full: bool) -> bool:
        """Look, when nobody has told us anything for long; return whether to sweep as well.

        Claims settle what is overdue, but a full runner makes none; and only a sweep rolls
        finished executions up, which a runner that is never quiet needs most.
        """
        is_quiet = now - self._claimed_at >= self._poll_seconds
        if is_quiet:
            self.is_wanted = True
        is_due = (is_quiet and is_full) or now - self._swept_at >= SWEEP_SECONDS
        if is_due:
            self._swept_at = now
        return is_due

    def next_chore(self) -> float:
        """Seconds until the next `has_time()`."""
        return self._poll_seconds * self._uniform(1.2, 1.7)

    def has_time(self, now: float) -> bool:
        """Whether to do what is slow and can wait: soon when idle, but always some day."""
        is_quiet = now - self._claimed_at >= self._poll_seconds / 2
        is_due = is_quiet or now - self._chored_at >= CHORE_SECONDS
        if is_due:
            self._chored_at = now
        return is_due
