"""`pbdb worker`: a runner process."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING, Annotated

import psycopg
import typer

from pbdb.app.project import load_app
from pbdb.cli.errors import UsageError, is_refused
from pbdb.cli.options import Url, find_database
from pbdb.database import Target, connect

if TYPE_CHECKING:
    from pbdb.runner import Runner

Project = Annotated[
    str | None,
    typer.Option("--app", help="Your App, as module:name; its functions and agents run here."),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(rich_help_panel="Executions")(worker)


def worker(
    project: Project = None,
    url: Url = None,
    concurrency: Annotated[int, typer.Option(help="Steps in flight.")] = 256,
    lease: Annotated[
        int, typer.Option(help="Seconds after which a dead runner's steps are run again.")
    ] = 60,
    grace: Annotated[
        float, typer.Option(help="Seconds that steps may go on after the first signal.")
    ] = 20.0,
    poll: Annotated[
        float, typer.Option(help="Seconds after which an idle runner looks without being told.")
    ] = 1.0,
    name: Annotated[str | None, typer.Option(help="Default: host, process and a number.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v")] = False,
) -> None:
    """Run steps until SIGTERM or Ctrl-C; a second signal gives running steps back at once."""
    from pbdb.runner import Runner, Settings, log_events  # brings in what only runners need

    log_events(is_verbose=verbose)
    app = load_app(project)
    settings = Settings(
        concurrency=concurrency, lease_seconds=lease, grace_seconds=grace, poll_seconds=poll
    )
    target = find_database(url).target
    check_rights(target)
    asyncio.new_event_loop().run_until_complete(_work(Runner(target, app, settings, name=name)))
    # Work is put away; a function that hangs in a thread must not keep the process.
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


async def _work(runner: Runner) -> None:
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, runner.stop)
    await runner.run()


def check_rights(target: Target) -> None:
    """Say what is missing before a runner starts that could never claim anything.

    A server that does not answer, or goes away meanwhile, is no reason: a runner waits for it.
    """
    try:
        with connect(target.listen_url, "pbdb cli") as connection:
            row = connection.execute(
                "select pg_catalog.has_function_privilege("
                "'pbdb.claim_playbook_steps(text, text[], int, int, uuid)', 'execute'), "
                "current_user"
            ).fetchone()
    except psycopg.OperationalError as error:
        if is_refused(error):
            raise
        return
    if row is not None and not row[0]:
        raise UsageError(f"the login {row[1]} may not run steps", f"grant pbdb_worker to {row[1]};")
