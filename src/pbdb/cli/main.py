"""Puts the command groups together."""

from __future__ import annotations

from typing import Annotated

import typer

from pbdb.cli import (
    database,
    dead_letters,
    demo,
    executions,
    listing,
    mcp,
    memory,
    migrations,
    new,
    playbooks,
    reports,
    retention,
    run,
    serve,
    show,
    steering,
    triggers,
    types,
    versions,
    worker,
)
from pbdb.cli.errors import Guarded
from pbdb.cli.options import version

app = typer.Typer(
    name="pbdb",
    cls=Guarded,
    help="AI playbooks that run inside PostgreSQL.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=version, is_eager=True)
    ] = False,
) -> None:
    pass


app.add_typer(database.app, name="db")
for group in (
    demo, migrations, new, playbooks, listing, versions, executions, show, steering, retention, run,
    reports, serve, mcp, types, worker,
):  # fmt: skip
    group.add_to(app)
app.add_typer(memory.app, name="memory")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(triggers.app, name="triggers")
