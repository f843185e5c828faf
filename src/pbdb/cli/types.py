"""`pbdb types`: the types of apps in other languages."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pbdb.cli.errors import UsageError
from pbdb.cli.options import Url, find_database
from pbdb.database import connect


class Language(StrEnum):
    """Of whom types are written for."""

    TS = "ts"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(rich_help_panel="Executions")(types)


def types(
    lang: Annotated[Language, typer.Option(help="In which language.")] = Language.TS,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write this file instead of printing.")
    ] = None,
    url: Url = None,
) -> None:
    """Write the types of tables, functions, routes and errors from the database's catalog."""
    try:
        from pbdb.server.types import typescript
    except ModuleNotFoundError as error:
        raise UsageError(
            f"{error.name} is not installed", "pip install 'pbdb[server]' brings what it needs"
        ) from None
    with connect(find_database(url).target.url, "pbdb cli") as connection:
        found = connection.execute("select to_regrole('pbdb_app') is not null").fetchone()
        if found == (False,):
            raise UsageError("there is no pbdb in this database", "`pbdb migrate` installs it")
        text = {Language.TS: typescript}[lang](connection)
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--out {out}: {error.strerror}") from None
