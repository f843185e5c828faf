"""`pbdb migrate` when something else is going on."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import psycopg
import pytest

from pbdb.dev import freeze
from pbdb.install import migrate
from pbdb.install.embedded import temporary_server
from pbdb.install.files import migrations_folder, sql_folder
from server import Database, run_file


def test_two_at_once_apply_each_migration_once(empty_database: Database) -> None:
    url = empty_database.url("owner")
    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(migrate.apply, (url, url))
    assert sorted([*one, *two]) == [file.stem for file in migrate.migration_files()]


def test_two_databases_of_one_new_cluster_are_installed_at_once() -> None:
    """Roles belong to the cluster: whoever comes second finds them made by the first."""
    first = migrate.migration_files()[0]
    with temporary_server() as server, psycopg.connect(server.url(), autocommit=True) as conn:
        for n in range(4):
            conn.execute(f"create database db_{n}")
        start = Barrier(4)

        def install(n: int) -> None:
            start.wait()
            run_file(server.url(f"db_{n}"), first)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(install, range(4)))


def test_a_lock_that_a_killed_run_left_is_named_and_can_be_broken(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = empty_database.url("owner")
    migrate.status(url)
    with psycopg.connect(url) as conn:
        conn.execute(
            "insert into pbdb_migrations.yoyo_lock (locked, ctime, pid) values (1, now(), 1)"
        )
    monkeypatch.setattr(migrate, "LOCK_SECONDS", 0.1)
    with pytest.raises(migrate.MigrateError, match="break-lock"):
        migrate.apply(url, upto="0001.schema")
    migrate.break_lock(url)
    assert migrate.apply(url, upto="0001.schema") == ["0001.schema"]


def test_an_installation_by_psql_is_not_taken_for_an_empty_database(
    empty_database: Database,
) -> None:
    url = empty_database.url("owner")
    files = migrate.migration_files()
    run_file(url, files[0])
    with pytest.raises(migrate.MigrateError, match="pbdb mark"):
        migrate.apply(url)
    migrate.mark(url, [files[0].stem])
    assert migrate.apply(url, upto=files[1].stem) == [files[1].stem]


def test_a_database_made_by_another_text_is_refused_with_what_to_do(
    empty_database: Database, tmp_path: Path
) -> None:
    """Texts that were not released are edited in place, tables and functions alike."""
    url = empty_database.url("owner")
    here = copy_of_the_texts(tmp_path / "here")
    install(url, here)
    assert migrate.apply(url, folder=here) == []

    for changed in ("migrations/0003.playbooks.sql", "sql/tenancy/set_organization.sql"):
        there = copy_of_the_texts(tmp_path / changed.replace("/", "-"), edited=changed)
        for call in (migrate.apply, migrate.rollback):
            with pytest.raises(migrate.MigrateError, match="another text .*drop schema pbdb"):
                call(url, folder=there)

    with psycopg.connect(url) as conn:
        conn.execute("drop schema pbdb, pbdb_migrations cascade")
    assert migrate.apply(url, folder=there, upto="0001.schema") == ["0001.schema"]


def test_a_database_from_before_texts_were_marked_is_refused(
    empty_database: Database, tmp_path: Path
) -> None:
    url = empty_database.url("owner")
    here = copy_of_the_texts(tmp_path)
    install(url, here)
    with psycopg.connect(url) as conn:
        conn.execute("comment on schema pbdb is 'AI playbook engine'")
    with pytest.raises(migrate.MigrateError, match="unmarked there"):
        migrate.apply(url, folder=here)


def install(url: str, folder: Path) -> None:
    """What psql and `pbdb mark` do."""
    files = migrate.migration_files(folder)
    for file in files:
        run_file(url, file)
    migrate.mark(url, [file.stem for file in files], folder=folder)


def copy_of_the_texts(folder: Path, edited: str | None = None) -> Path:
    """A copy of migrations/, frozen from a copy of sql/ in which one file of either was edited."""
    shutil.copytree(migrations_folder(), folder / "migrations")
    shutil.copytree(sql_folder(), folder / "sql")
    if edited is not None:
        text = (folder / edited).read_text(encoding="utf-8")
        (folder / edited).write_text(f"{text}\n-- edited\n", encoding="utf-8")
    freeze.freeze(folder / "migrations", folder / "sql")
    return folder / "migrations"


def test_the_bookkeeping_is_found_whatever_the_search_path_is(empty_database: Database) -> None:
    url = empty_database.url("owner")
    migrate.apply(url, upto="0001.schema")
    with psycopg.connect(url) as conn:
        conn.execute(f'alter database "{empty_database.name}" set search_path = pbdb, public')
    assert [each.is_applied for each in migrate.status(url)][:2] == [True, False]
