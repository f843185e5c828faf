"""The one LISTEN connection of a runner: a hint that steps are ready, never more than a hint."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import psycopg

from pbdb.database import Backoff, Target, connect_async, is_standby

log = logging.getLogger(__name__)

CHANNEL: Final = "pbdb_ready"


def is_meant(name: str, payload: str) -> bool:
    """Whether a hint is for the runner of this name: a JSON array names those who are meant.

    Anything else is for everybody, as nothing is: a hint too many does no harm.
    """
    try:
        names = json.loads(payload) if payload else None
    except (ValueError, RecursionError):
        return True
    return name in names if isinstance(names, list) else True


async def listen(
    target: Target,
    application_name: str,
    on_connect: Callable[[int], Awaitable[None]],
    on_hint: Callable[[int, str], None],
) -> None:
    """Listen until cancelled; reconnect for ever.

    `on_connect` gets the server process id after each LISTEN that took effect: what was sent
    before it is lost, so the runner has to look by itself. `on_hint` gets the process id that
    each notification comes from, and its payload.
    """
    backoff = Backoff(base=0.2, cap=10)
    while True:
        try:
            connection = await connect_async(target.listen_url, application_name)
            try:
                await connection.execute(f"listen {CHANNEL}")
                await on_connect(connection.info.backend_pid)
                backoff.reset()
                async for notification in connection.notifies():
                    on_hint(notification.pid, notification.payload)
            finally:
                with suppress(psycopg.Error):
                    await connection.close()
        except psycopg.Error as error:
            log.warning(
                "listening to a standby is not possible" if is_standby(error) else "listen lost",
                extra={"worker": application_name, "sqlstate": error.sqlstate},
            )
        await asyncio.sleep(backoff.next())
