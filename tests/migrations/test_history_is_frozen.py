"""What was released is never edited, and every migration is plain SQL that says what it does."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from pbdb.dev import freeze
from pbdb.install import migrate
from pbdb.install.files import migrations_folder


def test_no_released_migration_was_edited() -> None:
    assert migrate.changed_releases() == []


def test_an_edited_release_is_noticed_and_not_applied(tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(migrations_folder(), folder)
    freeze.release(folder)
    assert migrate.changed_releases(folder) == []
    edited = migrate.migration_files(folder)[0]
    edited.write_text(edited.read_text() + "\n-- a word more\n")
    assert migrate.changed_releases(folder) == [edited.name]
    with pytest.raises(migrate.MigrateError, match="restore them from the release"):
        migrate.apply("postgresql://nobody@127.0.0.1:1/none", folder=folder)


@pytest.mark.parametrize("file", migrate.migration_files(), ids=lambda file: str(file.stem))
def test_a_migration_is_plain_sql_and_says_what_it_does(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for word in ("-- What:", "-- Locks:", "In flight:"):
        assert word in text, f"{file.name} does not say {word}"
    rollback = file.with_name(f"{file.stem}.rollback.sql").read_text(encoding="utf-8")
    for each in (text, rollback):
        assert not re.search(r"^\\", each, re.MULTILINE), "a psql command"
        assert not re.search(r"^(begin|commit|copy)\b[^\n]*;", each, re.MULTILINE)


def test_each_migration_depends_on_the_one_before() -> None:
    files = migrate.migration_files()
    for before, file in zip(files, files[1:], strict=False):
        assert file.read_text(encoding="utf-8").startswith(f"-- depends: {before.stem}\n")
    numbers = [int(file.name.split(".")[0]) for file in files]
    assert numbers == list(range(1, len(files) + 1))
