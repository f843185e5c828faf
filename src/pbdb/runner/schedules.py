"""Playbooks that start by the clock: what a cron expression means, and whose turn it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection


async def fire_due(connection: AsyncConnection[Any]) -> int:
    """Start what is due, note when each comes next; how many playbooks this call started.

    The database's clock decides; of several runners one starts each time. A schedule that cannot
    be read, or never comes again, is turned off with the reason.
    """
    cursor = await connection.execute(
        "select organization_id, trigger_id, schedule, time_zone, due_at,"
        " pg_catalog.clock_timestamp() from pbdb.due_triggers()"
    )
    started = 0
    for organization_id, trigger_id, schedule, zone, due_at, now in await cursor.fetchall():
        following, error = None, None
        try:
            following = next_time(schedule, zone, now)
        except (ValueError, StopIteration) as reason:
            error = f"schedule {schedule!r}: {reason or 'it never comes again'}"
        fired = await connection.execute(
            "select pbdb.fire_trigger(%s, %s, %s, %s, %s)",
            (organization_id, trigger_id, due_at, following, error),
        )
        row = await fired.fetchone()
        started += bool(row and row[0])
    return started


def next_time(schedule: str, zone: str, after: datetime) -> datetime:
    """The first moment after `after` that a cron expression of five fields names in a time zone.

    Where the clock is put forward, a time that does not exist comes when the gap is over; where it
    is put back, it comes once (as Debian's cron does). Raises ValueError, StopIteration.
    """
    from cronsim import CronSim, CronSimError  # an extra: only runners need it

    local = after.astimezone(ZoneInfo(zone))
    try:
        found: datetime = next(CronSim(schedule, local))
    except CronSimError as error:
        raise ValueError(str(error)) from error
    return found.astimezone(UTC)
