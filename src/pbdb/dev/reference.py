"""Write the reference of the SQL interface, from the catalog and its comments.

    python -m pbdb.dev.reference docs/sql.md docs/internals.md       (`make snapshot`)

replaces what stands below the mark in each file (that of the internals: pbdb.dev.internals). What
is granted to one of the roles is listed, by the folders of `sql/`, with the words that `comment on`
gave it: so the page cannot promise anything else than the database does.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql

from pbdb.dev.internals import internals
from pbdb.install import embedded, migrate
from pbdb.install.files import load_order, sql_folder

MARK: Final = "<!-- GENERATED below this line by `make snapshot`, from the catalog. -->\n"

_HEADING: Final = re.compile(r"^-- (\w+): (.+)$", re.MULTILINE)

# Helpers whose names begin with _ are granted among our own roles only.
_FUNCTIONS: Final[LiteralString] = """
    select p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid),
        array(
            select a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
            from pg_type as t
            join pg_attribute as a on a.attrelid = t.typrelid
            where t.oid = p.prorettype and t.typtype = 'c' and a.attnum > 0 and not a.attisdropped
            order by a.attnum
        ),
        array(
            select a.grantee::regrole::text
            from aclexplode(p.proacl) as a
            where a.grantee <> p.proowner
            order by 1
        ),
        obj_description(p.oid, 'pg_proc')
    from pg_proc as p
    where p.pronamespace = 'pbdb'::regnamespace
        and not starts_with(p.proname, '_')
        and exists (select from aclexplode(p.proacl) as a where a.grantee <> p.proowner)
    order by p.proname
"""

_RELATIONS: Final[LiteralString] = """
    select c.relname, c.relkind = 'v',
        array(
            select a.grantee::regrole::text || ': '
                || string_agg(lower(a.privilege_type), ', ' order by a.privilege_type)
            from aclexplode(c.relacl) as a
            where a.grantee <> c.relowner
            group by a.grantee
            order by 1
        ),
        obj_description(c.oid, 'pg_class')
    from pg_class as c
    where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('r', 'v')
        and exists (select from aclexplode(c.relacl) as a where a.grantee <> c.relowner)
    order by c.relname
"""


@dataclass(frozen=True, slots=True)
class Function:
    """A function that somebody may call."""

    name: str
    arguments: str
    result: str
    columns: list[str]
    roles: list[str]
    comment: str

    def lines(self) -> Iterator[str]:
        """The entry: what it promises, how it is called, what comes back."""
        yield f"#### {self.name}\n"
        yield _wrapped(self.comment)
        columns, arguments = self._returned(), _split(self.arguments)
        returned = _plain(self.result.replace("SETOF", "setof"))
        yield f"\nFor {', '.join(f'`{role}`' for role in self.roles)}.\n"
        yield f"\n```\n{_folded(f'{self.name}(', arguments, ')')}\n"
        yield f"→ {_folded('', columns, '') if columns else returned}\n```\n\n"

    def _returned(self) -> list[str]:
        if self.result.startswith("TABLE("):
            return _split(self.result.removeprefix("TABLE(").removesuffix(")"))
        return [_plain(column) for column in self.columns]


def reference(conn: psycopg.Connection[Any]) -> str:
    """Return the generated part of the page; the same for every server version."""
    # Types of pbdb print unqualified, as on the rest of the page.
    conn.execute("set search_path = pbdb, pg_catalog")
    functions = {row[0]: Function(*row) for row in conn.execute(_FUNCTIONS)}
    rooms = {path.stem: path.relative_to(sql_folder()).parts[0] for path in load_order()}
    text = "\n## Reference\n"
    for room, meaning in headings():
        # Functions that migrations make (uuid_v7) have no file here; they stand with the first.
        entries = [
            function for name, function in functions.items() if rooms.get(name, "tenancy") == room
        ]
        if entries:
            text += f"\n### {room}: {meaning}\n\n"
            text += "".join(line for entry in entries for line in entry.lines())
    return text + "".join(_relations(conn))


def headings() -> list[tuple[str, str]]:
    """Return the rooms of sql/ and what each is about, as the table of contents names them."""
    return _HEADING.findall((sql_folder() / "load.sql").read_text(encoding="utf-8"))


def page(conn: psycopg.Connection[Any], file: Path) -> str:
    """Return the whole page: what a person wrote above the mark, and what is generated below it."""
    head, mark, _ = file.read_text(encoding="utf-8").partition(MARK)
    if not mark:
        raise ValueError(f"{file} has no line {MARK.strip()!r}")
    return head + mark + (internals if file.stem == "internals" else reference)(conn)


def _relations(conn: psycopg.Connection[Any]) -> Iterator[str]:
    yield "### Tables and views\n\n"
    yield "Rows are those of the tenant (`pbdb_monitor`: everybody's).\n"
    yield "Columns: `sql/schema.snapshot.sql`.\n"
    yield "Columns that an application may write are granted one by one, in `sql/access/`.\n\n"
    yield "| name | who may | what it is |\n|---|---|---|\n"
    for name, is_view, rights, comment in conn.execute(_RELATIONS):
        kind = " (view)" if is_view else ""
        yield f"| `{name}`{kind} | {'; '.join(rights)} | {comment.replace('|', '∣')} |\n"


def _split(text: str) -> list[str]:
    """Arguments or columns, one each; commas inside brackets and quotes do not count."""
    parts = re.findall(r"(?:'[^']*'|\([^)]*\)|[^,'(])+", text)
    return [_plain(part.strip()) for part in parts if part.strip()]


def _plain(declaration: str) -> str:
    """A declaration without the casts that the catalog adds to defaults."""
    words = re.sub(r" DEFAULT (.+?)(?:::[\w \[\]]+)?$", r" default \1", declaration)
    return words.replace("NULL", "null").replace("timestamp with time zone", "timestamptz")


def _folded(start: str, parts: list[str], end: str) -> str:
    """Words in a line, or in lines of about 100 characters that are indented."""
    return textwrap.fill(
        start + ", ".join(part.replace(" ", "\0") for part in parts) + end,
        100,
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    ).replace("\0", " ")


def _wrapped(text: str) -> str:
    return "\n" + textwrap.fill(text, 110, break_on_hyphens=False) + "\n"


def main() -> int:
    """Rewrite the files that are named, from a fresh database."""
    with (
        embedded.temporary_server() as server,
        psycopg.connect(server.url(), autocommit=True) as conn,
    ):
        conn.execute(sql.SQL("create database {}").format(sql.Identifier("reference")))
        migrate.apply(server.url("reference"))
        with psycopg.connect(server.url("reference")) as fresh:
            for file in map(Path, sys.argv[1:]):
                file.write_text(page(fresh, file), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
