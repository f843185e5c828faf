"""`pbdb new`: a playbook to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pbdb.cli.errors import UsageError
from pbdb.cli.options import Json
from pbdb.cli.output import console, print_json
from pbdb.cli.starters import STARTERS, starter

_KINDS = "; ".join(f"{kind}: {what}" for kind, (what, _) in STARTERS.items())


def add_to(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command(rich_help_panel="Playbooks")(new)


def new(
    name: Annotated[str, typer.Argument(help="Name of the playbook, and of its file.")],
    kind: Annotated[str, typer.Option(help=f"What it shows. {_KINDS}.")] = "steps",
    output: Annotated[
        Path | None, typer.Option(help="File to write. Default: NAME.yaml here.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a commented playbook to begin with. Needs no database; overwrites nothing."""
    if kind not in STARTERS:
        raise UsageError(f"there is no kind {kind!r}", f"write one of {', '.join(STARTERS)}")
    if not name.strip() or "/" in name or not name.isprintable() or len(name) > 200:
        raise UsageError(f"{name!r} cannot be a file's name", "write for example `pbdb new order`")
    file = output or Path(f"{name}.yaml")
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(starter(kind, name))
    except FileExistsError:
        raise UsageError(
            f"{file} is there already", "name another with --output; nothing is overwritten"
        ) from None
    except OSError as error:
        raise UsageError(
            f"cannot write {file}: {error.strerror}", "name another with --output"
        ) from None
    if as_json:
        print_json({"file": str(file), "kind": kind, "name": name})
    else:
        console.print(f"wrote {file}; `pbdb check {file}` looks at it", highlight=False)
