"""sql/ and migrations/ say the same."""

from __future__ import annotations

from pbdb.dev import freeze


def test_everything_in_sql_is_frozen() -> None:
    assert freeze.check() == [], "run make freeze"
