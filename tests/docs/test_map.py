"""Somebody who has never seen pbdb finds the way: every page is linked, and what a page names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.pages import ROOT, pages
from pbdb.install.files import load_order

DOCS = ROOT / "docs"
# Names of functions: private ones, and those that are written as a call or a file.
_PRIVATE = re.compile(r"`(_[a-z][a-z_0-9]+)`")
_LINK = re.compile(r"\]\(([^)#\s]+)")


def links(page: Path) -> set[Path]:
    text = page.read_text(encoding="utf-8")
    return {
        (page.parent / target).resolve() for target in _LINK.findall(text) if "://" not in target
    }


def test_every_page_is_linked_from_the_map() -> None:
    known = links(DOCS / "README.md")
    wanted = {ROOT / page for page in pages()} | {ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"}
    assert wanted - known - {ROOT / "README.md", DOCS / "README.md"} == set()


def test_the_map_is_linked_from_the_readme() -> None:
    assert DOCS / "README.md" in links(ROOT / "README.md")


@pytest.mark.parametrize("page", ["docs/internals.md", "docs/decisions.md", "CONTRIBUTING.md"])
def test_functions_that_a_page_names_exist(page: str) -> None:
    names = set(_PRIVATE.findall((ROOT / page).read_text(encoding="utf-8")))
    assert names - {file.stem for file in load_order()} == set()


def test_what_comes_after_a_failed_item_is_two_clicks_away() -> None:
    """Map, internals, file: and the file says so itself."""
    assert DOCS / "internals.md" in links(DOCS / "README.md")
    decider = ROOT / "sql" / "engine" / "parallel" / "_move_join.sql"
    assert decider in links(DOCS / "internals.md")
    assert "Ends a join whose outcome is certain" in decider.read_text(encoding="utf-8")


def test_every_setting_that_sql_reads_is_in_the_table() -> None:
    page = (DOCS / "internals.md").read_text(encoding="utf-8")
    read = {
        name
        for file in load_order()
        for name in re.findall(
            r"current_setting\(\s*'([a-z_.]+)'", file.read_text(encoding="utf-8")
        )
        if "." in name and not name.startswith("hnsw.")
    }
    assert read, "the pattern finds nothing"
    assert {name for name in read if f"`{name}`" not in page} == set()
