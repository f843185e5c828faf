"""What is written from a migrated database is what the migrations make."""

from __future__ import annotations

from typing import Any

import psycopg

from pbdb.dev.snapshot import snapshot
from pbdb.install.files import sql_folder
from pbdb.install.verify import installed
from pbdb.install.verify.catalog import Catalog


def test_the_snapshot_is_what_the_migrations_make(owner: psycopg.Connection[Any]) -> None:
    written = (sql_folder() / "schema.snapshot.sql").read_text(encoding="utf-8")
    assert snapshot(owner) == written, "run make snapshot"


def test_what_verify_expects_is_what_the_migrations_make(owner: psycopg.Connection[Any]) -> None:
    with owner.transaction():
        owner.execute("set local search_path = pg_catalog, pg_temp")
        assert installed.installed(Catalog(owner)) == installed.expected(), "run make snapshot"
