"""MCP on standard input and output: for one client that starts this process, as one tenant."""

from __future__ import annotations

import anyio
from mcp.server.stdio import stdio_server

from pbdb.database import connect
from pbdb.server.access.principal import Principal
from pbdb.server.call import Database
from pbdb.server.catalog import check_login, functions
from pbdb.server.live.poller import FUNCTIONS, Poller
from pbdb.server.mcp.desk import Caller, Desk, new_session
from pbdb.server.mcp.server import create
from pbdb.server.routes import ROUTES


def serve(url: str, principal: Principal, agent_id: str | None = None) -> None:
    """Serve until standard input ends.

    Raises pbdb.server.catalog.Refused when the login may do more than serve one tenant.
    """
    with connect(url, "pbdb mcp") as connection:
        check_login(connection)
        known = functions(connection, {route.function for route in ROUTES} | FUNCTIONS)
    database = Database(url, 4, is_read_only=principal.scopes <= {"read"})
    caller = Caller(principal, agent_id, new_session())
    poller = Poller(database, known)
    desk = Desk(database, known, poller, lambda _context: caller)

    async def run() -> None:
        server = create(desk)
        await database.open()
        try:
            async with stdio_server() as (reading, writing):
                await server.run(reading, writing, server.create_initialization_options())
        finally:
            await poller.close()
            await database.close()

    anyio.run(run)
