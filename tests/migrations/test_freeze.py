"""`make freeze`: what changes in sql/ arrives in a database by migration, and goes again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from fingerprint import differences, fingerprint
from pbdb.dev import freeze
from pbdb.install import migrate
from server import Database, run_file

SCHEMA = """
do $do$
begin
    if to_regrole('pbdb_owner') is null then
        create role pbdb_owner nologin;
    end if;
end;
$do$;
create schema pbdb authorization pbdb_owner;
set local role pbdb_owner;
create table pbdb.things (id int primary key, name text);
alter table pbdb.things enable row level security;
reset role;
"""

ADD = """-- drop: function pbdb.add(int, int)
create or replace function pbdb.add(p_a int, p_b int)
returns int
language sql
immutable
begin atomic
    select p_a + p_b;
end;
"""

TWICE = """-- drop: function pbdb.twice(int)
create or replace function pbdb.twice(p_a int)
returns int
language sql
immutable
begin atomic
    select pbdb.add(p_a, p_a);
end;
"""

POLICY = """-- drop: policy anyone_may_look on pbdb.things
drop policy if exists anyone_may_look on pbdb.things;
create policy anyone_may_look on pbdb.things using (id > 0);
revoke all on pbdb.things from public;
grant select on pbdb.things to public;
comment on column pbdb.things.name is 'What it is called.';
"""


@dataclass(frozen=True)
class Tree:
    """A small sql/ and migrations/ with a database that follows them."""

    sql: Path
    migrations: Path
    url: str

    def write(self, **files: str | None) -> None:
        """Write or, with None, delete files of the subject `math`, keeping load.sql in step."""
        load = self.sql / "load.sql"
        listed = load.read_text().splitlines() if load.exists() else []
        for name, text in files.items():
            file, line = self.sql / "math" / f"{name}.sql", f"\\ir math/{name}.sql"
            if text is None:
                file.unlink()
                listed.remove(line)
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
                listed += [line] if line not in listed else []
        load.write_text("\n".join(listed) + "\n")

    def freeze(self) -> str:
        """Freeze, release, and return the id of what was written."""
        written = freeze.freeze(self.migrations, self.sql)
        freeze.release(self.migrations)
        return written[0].stem

    def up(self, migration: str) -> None:
        run_file(self.url, self.migrations / f"{migration}.sql")

    def down(self, migration: str) -> None:
        run_file(self.url, self.migrations / f"{migration}.rollback.sql")

    def value(self, query: str) -> object:
        with psycopg.connect(self.url) as conn:
            row = conn.execute(query.encode()).fetchone()
        return row and row[0]


@pytest.fixture
def tree(tmp_path: Path, empty_database: Database) -> Tree:
    """A schema and the first freeze of two functions and a policy."""
    made = Tree(tmp_path / "sql", tmp_path / "migrations", empty_database.url("owner"))
    made.migrations.mkdir()
    (made.migrations / "0001.schema.sql").write_text(SCHEMA)
    (made.migrations / "0001.schema.rollback.sql").write_text("drop schema pbdb;\n")
    made.write(add=ADD, twice=TWICE, things=POLICY)
    made.up("0001.schema")
    made.up(made.freeze())
    return made


CHANGES: dict[str, Callable[[Tree], None]] = {
    "a body": lambda tree: tree.write(add=ADD.replace("p_a + p_b", "p_a + p_b + 1")),
    "a parameter's name, which a function with a tracked body uses": lambda tree: tree.write(
        add=ADD.replace("p_b", "p_other")
    ),
    "a result": lambda tree: tree.write(
        add=ADD.replace("returns int", "returns bigint").replace("p_a +", "p_a::bigint +"),
        twice=TWICE.replace("returns int", "returns bigint"),
    ),
    "the types of the parameters": lambda tree: tree.write(
        add=ADD.replace("(int, int)", "(int, bigint)")
        .replace("p_b int", "p_b bigint")
        .replace("p_a + p_b", "(p_a + p_b)::int")
    ),
    "a policy's name": lambda tree: tree.write(
        things=POLICY.replace("anyone_may_look", "all_may_look")
    ),
    "a grant and a comment": lambda tree: tree.write(
        things=POLICY.replace("grant select", "grant select, insert").replace("What", "How")
    ),
    "a new function": lambda tree: tree.write(thrice=TWICE.replace("twice", "thrice")),
    "a function that is gone": lambda tree: tree.write(twice=None),
    "a table's policies that are gone": lambda tree: tree.write(things=None),
    "a function that moved to another file": lambda tree: tree.write(twice=None, double=TWICE),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_arrives_and_its_rollback_restores_what_was(
    tree: Tree, change: Callable[[Tree], None]
) -> None:
    before = fingerprint(tree.url)
    change(tree)
    assert freeze.check(tree.migrations, tree.sql) != []
    migration = tree.freeze()
    assert freeze.check(tree.migrations, tree.sql) == []
    tree.up(migration)
    after = fingerprint(tree.url)
    tree.down(migration)
    assert differences(before, fingerprint(tree.url)) == []
    tree.up(migration)
    assert differences(after, fingerprint(tree.url)) == []


def test_a_change_is_only_what_changed(tree: Tree) -> None:
    tree.write(add=ADD.replace("p_a + p_b", "p_b + p_a"))
    text = (tree.migrations / f"{tree.freeze()}.sql").read_text()
    assert "frozen: sql/math/add.sql" in text
    assert "twice" not in text


def test_the_newest_unreleased_migration_is_written_anew(tree: Tree) -> None:
    tree.write(add=ADD.replace("p_a + p_b", "p_a + p_b + 1"))
    first = freeze.freeze(tree.migrations, tree.sql, "more")
    tree.write(add=ADD.replace("p_a + p_b", "p_a + p_b + 2"))
    second = freeze.freeze(tree.migrations, tree.sql)
    assert [file.name for file in first] == [file.name for file in second]
    tree.up(first[0].stem)
    assert tree.value("select pbdb.add(1, 1)") == 4


def test_an_unreleased_migration_of_nothing_is_left_as_it_was_before(tree: Tree) -> None:
    """Changing sql/ and changing it back leaves a migration that does nothing, and says so."""
    tree.write(add=ADD.replace("p_a + p_b", "p_a + p_b + 1"))
    freeze.freeze(tree.migrations, tree.sql, "more")
    tree.write(add=ADD)
    freeze.freeze(tree.migrations, tree.sql)
    assert freeze.check(tree.migrations, tree.sql) == []
    assert len(migrate.migration_files(tree.migrations)) == 2


def test_a_released_migration_is_never_written_again(tree: Tree) -> None:
    released = {file: file.read_bytes() for file in tree.migrations.glob("*.sql")}
    tree.write(add=ADD.replace("p_a + p_b", "p_a + p_b + 1"))
    tree.freeze()
    assert released == {file: file.read_bytes() for file in released}


def test_an_edited_frozen_text_is_noticed(tree: Tree) -> None:
    (tree.migrations / "SHA256SUMS").unlink()
    file = migrate.migration_files(tree.migrations)[-1]
    file.write_text(file.read_text().replace("p_a + p_b", "p_a - p_b"))
    assert freeze.check(tree.migrations, tree.sql) != []


def test_a_file_that_load_sql_does_not_name_is_refused(tree: Tree) -> None:
    (tree.sql / "math" / "lost.sql").write_text(TWICE)
    with pytest.raises(freeze.FreezeError, match=r"math/lost\.sql"):
        freeze.freeze(tree.migrations, tree.sql)


def test_a_file_that_does_not_say_how_to_drop_it_is_refused(tree: Tree) -> None:
    tree.write(add=ADD.replace("-- drop: ", "-- "))
    with pytest.raises(freeze.FreezeError, match="add.sql has no line"):
        freeze.freeze(tree.migrations, tree.sql)
