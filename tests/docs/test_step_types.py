"""docs/step-types.md lists the keys and timeouts that the database knows."""

from __future__ import annotations

import re
from typing import Any

import psycopg

from docs.pages import ROOT

PAGE = (ROOT / "docs" / "step-types.md").read_text(encoding="utf-8")


def _sections() -> dict[str, str]:
    parts = re.split(r"^## (.*)$", PAGE, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_config_key_of_every_type_is_listed(owner: psycopg.Connection[Any]) -> None:
    sections = _sections()
    rows = owner.execute(
        "select t.name::text, array_agg(k.key) from unnest(enum_range(null::pbdb.playbook_step_type))"
        " as t (name), pbdb._config_keys(t.name::text) as k group by t.name"
    ).fetchall()

    for name, keys in rows:
        cells = re.findall(r"^\| (`.*?) \|", sections[name], re.MULTILINE)
        listed = re.findall(r"`(\w+)`", " ".join(cells))
        assert sorted(listed) == sorted(keys), name


def test_default_timeouts_are_those_of_the_database(owner: psycopg.Connection[Any]) -> None:
    known = {
        row[0]: "none" if row[1] is None else f"{row[1]} s"
        for row in owner.execute(
            "select step_type::text, default_timeout_seconds from pbdb.step_types()"
        )
    }
    listed = re.findall(r"^\| \[(\w+)\]\(#\w+\) \| [^|]+ \| ([^|]+) \|", PAGE, re.MULTILINE)

    assert dict(listed) == known


def test_every_type_has_an_example() -> None:
    for name, text in _sections().items():
        if name.isupper():
            assert f"type: {name}" in text
