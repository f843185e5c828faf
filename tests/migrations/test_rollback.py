"""Every migration can be undone, back to nothing."""

from __future__ import annotations

import psycopg
import pytest

from fingerprint import differences, fingerprint
from pbdb.install import migrate
from server import Database, run_file


def test_each_rollback_leads_back_to_what_was_before(empty_database: Database) -> None:
    url = empty_database.url("owner")
    files = migrate.migration_files()
    before: list[list[str]] = []
    for file in files:
        before.append(fingerprint(url))
        run_file(url, file)
    for file in reversed(files):
        run_file(url, file.with_name(f"{file.stem}.rollback.sql"))
        wrong = differences(before.pop(), fingerprint(url))
        # Extensions stay: other schemas may use them by now.
        assert [line for line in wrong if not line.startswith("+ extension:")] == [], file.name


def test_rolling_back_everything_leaves_nothing_and_applying_again_works(
    empty_database: Database,
) -> None:
    url = empty_database.url("owner")
    migrate.apply(url)
    first = fingerprint(url)
    assert len(migrate.rollback(url, count=None)) == len(migrate.migration_files())
    with psycopg.connect(url) as conn:
        left = conn.execute("select to_regnamespace('pbdb')").fetchone()
    assert left == (None,)
    migrate.apply(url)
    assert differences(first, fingerprint(url)) == []


def test_a_migration_that_does_not_exist_is_named(empty_database: Database) -> None:
    with pytest.raises(migrate.MigrateError, match="'0099.none'"):
        migrate.apply(empty_database.url("owner"), upto="0099.none")


def test_no_rollback_file_is_missing_or_empty() -> None:
    for file in migrate.migration_files():
        rollback = file.with_name(f"{file.stem}.rollback.sql")
        text = rollback.read_text(encoding="utf-8")
        assert any(line and not line.startswith("--") for line in text.splitlines()), rollback.name
