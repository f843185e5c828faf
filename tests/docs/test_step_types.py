"""docs/step-types.md has the tables that the database gives, and an example of each type."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

from docs.pages import ROOT
from pbdb.dev.step_types import page

FILE = ROOT / "docs" / "step-types.md"


def test_the_tables_are_current(owner: psycopg.Connection[Any]) -> None:
    assert FILE.read_text(encoding="utf-8") == page(owner, FILE), "run `make schema`"


def test_every_type_has_an_example() -> None:
    parts = re.split(r"^## (.*)$", FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        if name.isupper():
            assert f"type: {name}" in text


def test_a_type_without_a_table_is_told_what_to_do(
    owner: psycopg.Connection[Any], tmp_path: Path
) -> None:
    text = FILE.read_text(encoding="utf-8")
    file = tmp_path / "step-types.md"
    file.write_text(text.replace("`make schema`: API_CALL", "`make schema`: OTHER"))

    with pytest.raises(ValueError, match="has no table for API_CALL: give each a section"):
        page(owner, file)
