"""Waiting for an execution on behalf of a client, with progress, until it ends or asks somebody."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pbdb.server.live.poller import ENDED
from pbdb.server.mcp.desk import Context, Desk
from pbdb.server.problems import Problem

# As long as clients wait for an answer; one that asked for progress waits longer.
PATIENCE_SECONDS: Final = 50.0
PATIENCE_WITH_PROGRESS: Final = 600.0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an execution stands: a row of get_execution, and its rows of list_inbox."""

    execution: dict[str, Any]
    waits: list[dict[str, Any]]

    @property
    def status(self) -> str:
        """Its status."""
        return str(self.execution["status"])

    @property
    def has_ended(self) -> bool:
        """Whether it will not go on by itself."""
        return self.status in ENDED


def patience(context: Context) -> float:
    """Return how long to wait for an execution before answering that it goes on."""
    said = context.meta or {}
    has_token = "progress_token" in said or "progressToken" in said
    return PATIENCE_WITH_PROGRESS if has_token else PATIENCE_SECONDS


async def follow(desk: Desk, context: Context, execution_id: UUID, seconds: float) -> Standing:
    """Wait until an execution has ended or only people can move it; hold no connection meanwhile.

    Raises Problem 404 when there is none.
    """
    principal = desk.caller(context).principal
    end, told = time.monotonic() + seconds, 0
    with desk.poller.watching(principal, execution_id) as watcher:
        while True:
            standing = await look(desk, context, execution_id)
            percent = int(standing.execution["progress_percentage"] or 0)
            if percent > told:
                step = standing.execution["current_step_name"]
                await context.session.report_progress(percent, 100, step)
                told = percent
            rest = end - time.monotonic()
            if standing.has_ended or standing.waits or rest <= 0 or desk.poller.is_stopping:
                return standing
            await desk.poller.changed(watcher, rest)


async def look(desk: Desk, context: Context, execution_id: UUID) -> Standing:
    """Say where an execution stands. Raises Problem 404."""
    execution = await _rows(desk, context, "get_execution", execution_id)
    if not execution:
        raise Problem(404, "PB004", f"there is no execution {execution_id}")
    is_held = execution[0]["status"] == "PAUSED"
    waits = await _rows(desk, context, "list_inbox", execution_id) if is_held else []
    return Standing(execution[0], waits)


async def _rows(
    desk: Desk, context: Context, function: str, execution_id: UUID
) -> list[dict[str, Any]]:
    found = await desk.database.rows(
        desk.caller(context).principal,
        desk.functions[function],
        {"p_execution_id": str(execution_id)},
        only_reads=True,
        is_live=True,
    )
    rows: list[dict[str, Any]] = json.loads(found.json)
    return rows
