"""The schema of the database: `pbdb migrate`, `script`, `mark`, `rollback`, `status`, `verify`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row

from pbdb.cli.errors import UsageError
from pbdb.cli.options import Json, Url, find_database
from pbdb.cli.output import console, print_json, print_rows
from pbdb.database import connect
from pbdb.install import migrate as migrations
from pbdb.install.verify import notes, report
from pbdb.install.verify import verify as database_checks


def add_to(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (migrate, script, mark, rollback, status, break_lock, verify, fsck):
        app.command(rich_help_panel="Database")(command)


def migrate(
    url: Url = None,
    upto: Annotated[str | None, typer.Option(help="Stop after this migration.")] = None,
    as_json: Json = False,
) -> None:
    """Apply what is pending. Does the same as `yoyo apply` and as psql with the files."""
    target = find_database(url).target
    applied = migrations.apply(target.listen_url, upto=upto)
    if as_json:
        print_json({"applied": applied})
        return
    for each in applied:
        console.print(f"applied {each}", highlight=False)
    console.print(f"{len(applied)} applied" if applied else "nothing pending", style="green")
    if not _finds_functions(target.listen_url):
        name = str(conninfo_to_dict(target.listen_url).get("dbname") or "postgres")
        console.print("\nTo write start_playbook(…) without pbdb. in front of it:", style="dim")
        console.print(
            migrations.search_path_statement(name), soft_wrap=True, highlight=False, markup=False
        )


def script(
    start: Annotated[
        str | None, typer.Option("--from", help="First migration, a number or an id.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Write to a file.")] = None,
) -> None:
    """Print the migrations as one SQL script, for review or for psql -1."""
    text = migrations.script(start)
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        console.print(f"wrote {output}")


def mark(
    ids: Annotated[list[str], typer.Argument(help="What psql has applied, such as 0007.add-this.")],
    url: Url = None,
    as_json: Json = False,
) -> None:
    """Record migrations that were applied with psql; runs none of them."""
    migrations.mark(find_database(url).target.listen_url, ids)
    if as_json:
        print_json({"marked": ids})
    else:
        console.print(f"marked {', '.join(ids)}", highlight=False)


def break_lock(url: Url = None, as_json: Json = False) -> None:
    """Remove the lock that a killed migration left. Make sure first that none is running."""
    migrations.break_lock(find_database(url).target.listen_url)
    if as_json:
        print_json({"lock": None})


def rollback(
    url: Url = None,
    count: Annotated[int, typer.Option(help="How many migrations, newest first.")] = 1,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Undo the newest migrations. Data in tables that they made are lost."""
    target = find_database(url).target
    what = "all migrations" if everything else f"the newest {count} migration(s)"
    if not yes and not typer.confirm(f"Roll back {what}?"):
        raise typer.Exit(1)
    undone = []
    for each in migrations.rollback(target.listen_url, count=None if everything else count):
        undone.append(each)
        if not as_json:
            console.print(f"rolled back {each}", highlight=False)
    if as_json:
        print_json({"rolled_back": undone})


def status(url: Url = None, as_json: Json = False) -> None:
    """List the migrations and which of them the database has."""
    found = migrations.status(find_database(url).target.listen_url)
    rows = [{"migration": each.id, "applied": each.is_applied} for each in found]
    if as_json:
        print_json(rows)
        return
    shown = [{**row, "applied": "yes" if row["applied"] else "pending"} for row in rows]
    print_rows(shown, ["migration", "applied"], empty="there are no migrations", as_json=False)


def verify(
    url: Url = None,
    failed: Annotated[bool, typer.Option("--failed", help="Print failed checks only.")] = False,
    as_json: Json = False,
) -> None:
    """Check the database against what pbdb promises, and released files against SHA256SUMS.

    A line a check, then a line for each thing that weakens the fences; exit code 1 when a check
    failed. Nothing is changed.
    """
    wrong = migrations.changed_releases()
    if wrong:
        raise UsageError(
            f"released migrations were changed: {', '.join(wrong)}",
            "restore them from the release; write a new migration instead",
        )
    with connect(find_database(url).target.listen_url, has_limit=False) as connection:
        checks, noted = database_checks(connection), notes(connection)
    if as_json:
        print_json([{**asdict(check), "is_ok": check.is_ok} for check in checks])
    else:
        typer.echo(report(checks, noted, is_verbose=not failed))
    if not all(check.is_ok for check in checks):
        raise typer.Exit(1)


def fsck(url: Url = None, as_json: Json = False) -> None:
    """Check every invariant of the state machine in what is stored; exit code 1 when one is broken.

    For members of pbdb_monitor. Reads all of history.
    """
    with (
        connect(find_database(url).target.listen_url, has_limit=False) as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        rows = cursor.execute("select * from pbdb.fsck()").fetchall()
    columns = ["violation", "organization_id", "execution_id", "step_result_id", "detail"]
    print_rows(rows, columns, empty="no invariant is broken", as_json=as_json)
    if rows:
        raise typer.Exit(1)


def _finds_functions(url: str) -> bool:
    with connect(url) as connection:
        found = connection.execute(
            "select 'pbdb' = any(pg_catalog.current_schemas(false))"
        ).fetchone()
    return bool(found and found[0])
