"""sql/schema.snapshot.sql shows the tables as the migrations make them."""

from __future__ import annotations

from typing import Any

import psycopg

from pbdb.dev.snapshot import snapshot
from pbdb.install.files import sql_folder


def test_the_snapshot_is_what_the_migrations_make(owner: psycopg.Connection[Any]) -> None:
    written = (sql_folder() / "schema.snapshot.sql").read_text(encoding="utf-8")
    assert snapshot(owner) == written, "run make snapshot"
