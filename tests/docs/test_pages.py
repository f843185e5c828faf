"""What the pages say is so: every block of docs/*.md is done, page by page and in order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.pages import NOT_RUN, ROOT, Reader, blocks, pages
from pbdb.cli.options import LOCAL_ORGANIZATION
from server import Database

# test_readme.py, test_operations.py
ELSEWHERE = {"README.md", "docs/operations.md"}
_LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]+)?\)")


@pytest.fixture
def reader(tmp_path: Path, database: Database) -> Reader:
    """Somebody with a migrated database and the organization that the pages name."""
    return Reader(
        tmp_path,
        {
            "app": database.url("app"),
            "worker": database.url("worker"),
            "runner": database.url("worker"),
            "monitor": database.url("monitor"),
            "owner": database.url("owner"),
            "installer": database.url("owner"),
        },
        {
            "PBDB_DATABASE_URL": database.url("owner"),
            "PBDB_ORGANIZATION_ID": str(LOCAL_ORGANIZATION),
        },
        database.server.version if database.server.version != 17 else 18,
    )


@pytest.mark.parametrize("page", [page for page in pages() if page not in ELSEWHERE])
def test_every_block_of_a_page_works_in_order(page: str, reader: Reader) -> None:
    for block in blocks(page):
        reader.follow(block)


def test_what_is_not_run_is_on_a_page_and_has_a_reason() -> None:
    lines = {line for page in pages() for block in blocks(page) for line in block.text.splitlines()}
    assert set(NOT_RUN) <= lines
    assert all(NOT_RUN.values())


def test_commands_stand_in_blocks_with_a_language() -> None:
    """An indented block, or one without a language, is run by nobody."""
    wrong = [
        f"{page}: {line}"
        for page in pages()
        for line in _outside_blocks((ROOT / page).read_text(encoding="utf-8")).splitlines()
        if re.match(r"(    |\t)(export|pbdb|psql|make|pip|select|python|yoyo)\b", line)
    ]
    assert wrong == []


def test_links_lead_somewhere() -> None:
    wrong = [
        f"{page}: {target}{anchor}"
        for page in pages()
        for target, anchor in _LINK.findall((ROOT / page).read_text(encoding="utf-8"))
        if "://" not in target and not _exists((ROOT / page).parent / target, anchor)
    ]
    assert wrong == []


def _outside_blocks(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def _exists(file: Path, anchor: str) -> bool:
    if not file.exists() or not anchor:
        return file.exists()
    headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return anchor[1:] in {
        re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings
    }
