"""Reports that the database could not take: when they come again. No database, and no clock."""

from __future__ import annotations

import random
from collections import Counter
from typing import Final
from uuid import UUID

from pbdb.runner.queue import Answer

BUSY: Final = "busy"
REFUSED: Final = "refused"
_CANCELLED: Final = "57014"
# Somebody's transaction is in the way: mostly for a moment, or for as long as a person thinks.
_BUSY_SECONDS: Final = (0.05, 2.0)
# What the database counts as a failed turn: the fifth in a row fails the step.
_REFUSED_SECONDS: Final = (1.0, 60.0)


class Returns:
    """How often each report, by its token, has come back from the database as it was."""

    def __init__(self) -> None:
        self._times: Counter[UUID] = Counter()

    @staticmethod
    def is_one(answer: Answer | None) -> bool:
        """Whether nothing was changed and the same report may come again."""
        return answer is not None and answer.outcome in (BUSY, REFUSED)

    @staticmethod
    def comes_alone(answer: Answer) -> bool:
        """Whether the call was cancelled, and it may have been this report that took so long."""
        return answer.code == _CANCELLED

    def delay(self, token: UUID, answer: Answer) -> float:
        """Seconds until this report comes again: longer each time."""
        self._times[token] += 1
        least, most = _REFUSED_SECONDS if answer.outcome == REFUSED else _BUSY_SECONDS
        seconds = min(most, least * 2.0 ** min(self._times[token] - 1, 20))
        return seconds * random.uniform(1.0, 1.2)

    def forget(self, token: UUID) -> None:
        """The database has taken it."""
        self._times.pop(token, None)
