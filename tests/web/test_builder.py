"""What authors do in the builder: the text is the truth, and the database says what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from psycopg.types.json import Jsonb

import build
from pbdb.document.file import parse_document
from web.pages import Web, picture

ROOT = Path(__file__).parents[2]
# The demo's table is not there.
READING = (
    (ROOT / "examples" / "reading-list.yaml")
    .read_text(encoding="utf-8")
    .replace("from public.pydoc_topics", "from (values ('for', 9)) as topics (name, characters)")
)


@pytest.fixture
def reading(web: Web) -> Web:
    """The reading list is active, with the text that it was written in."""
    apply(web, READING)
    return web


def apply(web: Web, text: str) -> None:
    with build.as_tenant(web.app, web.organization):
        document = parse_document(text).content
        web.app.execute("select apply_playbook(%s, %s)", (Jsonb(document), text))


def sources(web: Web, name: str) -> list[tuple[Any, ...]]:
    """Each version with its status and the text that was kept, the newest first."""
    with build.as_tenant(web.app, web.organization):
        return web.app.execute(
            "select v.version, v.status::text, p.source from list_playbook_versions(%s) as v, "
            "get_playbook(%s, v.version) as p",
            (name, name),
        ).fetchall()


def edit(page: Page, web: Web, name: str) -> Locator:
    """Open the builder; return its document."""
    page.goto(web.link)
    expect(page.get_by_role("heading", name="Executions")).to_be_visible()
    page.goto(f"{web.address}/#/playbooks/{name}/edit")
    document = page.get_by_role("textbox", name="Document")
    expect(document).to_be_visible()
    return document


def issues(page: Page) -> Locator:
    return page.get_by_role("region", name="Issues")


def undo(page: Page, document: Locator) -> None:
    """Take back all that was done: more often than anybody can have done something."""
    document.focus()
    for _ in range(40):
        page.keyboard.press("Control+z")


def test_an_author_mends_a_text_and_activates_it(page: Page, reading: Web) -> None:
    document = edit(page, reading, "reading-list")
    expect(issues(page)).to_contain_text("Nothing is wrong with it")
    expect(page.get_by_role("button", name="approve, wait for input")).to_be_visible()
    picture(page, "builder")
    document.press("Control+End")
    document.press_sequentially("    on_success: nowhere\n")
    expect(issues(page)).to_contain_text("nowhere")
    expect(
        page.get_by_role("button", name="declined, data transform, final, 1 issue")
    ).to_be_visible()
    picture(page, "builder-issue")
    expect(page.get_by_text("not saved while it is malformed")).to_be_visible()
    undo(page, document)
    expect(issues(page)).to_contain_text("Nothing is wrong with it")
    document.press("Control+End")
    document.press_sequentially("# The end.\n")
    expect(page.get_by_text("draft v2, saved")).to_be_visible()
    assert sources(reading, "reading-list")[0] == (2, "DRAFT", READING + "# The end.\n")
    page.get_by_role("button", name="Activate…").click()
    dialog = page.get_by_role("dialog", name="Activate reading-list")
    expect(dialog.get_by_role("row", name="added # The end.")).to_be_visible()
    picture(page, "builder-activate")
    dialog.get_by_role("button", name="Activate").click()
    expect(dialog).to_be_hidden()
    assert sources(reading, "reading-list")[0] == (2, "ACTIVE", READING + "# The end.\n")
