"""What authors do in the builder: the text is the truth, and the database says what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from psycopg.types.json import Jsonb

import build
from pbdb.document.file import parse_document
from web.pages import Web, barriers, picture

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


def text_of(document: Locator) -> str:
    """The whole text as the editor holds it, also the lines that it does not draw."""
    return str(
        document.evaluate(
            "node => node.cmTile?.view?.state.sliceDoc() ?? node.cmView.view.state.sliceDoc()"
        )
    )


def step(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name="Canvas").get_by_role("button", name=f"{name}, ")


def test_a_playbook_is_built_by_mouse_and_undone_to_the_byte(page: Page, reading: Web) -> None:
    document = edit(page, reading, "reading-list")
    step(page, "stored").click()
    inspector = page.get_by_role("region", name="Inspector")
    expect(inspector.get_by_role("heading", name="stored")).to_be_visible()
    picture(page, "builder-inspector")
    page.get_by_role("toolbar").get_by_role("button", name="api call").click()
    expect(step(page, "api_call")).to_be_visible()
    expect(inspector.get_by_role("heading", name="api_call")).to_be_visible()
    # Into the body of for_each, and from there onto the way between two steps.
    palette = page.get_by_role("toolbar")
    palette.get_by_role("button", name="prompt template").drag_to(step(page, "page"))
    expect(step(page, "prompt_template")).to_be_visible()
    step(page, "prompt_template").drag_to(step(page, "approve"))
    expect(step(page, "prompt_template")).to_have_accessible_name(
        "prompt_template, prompt template"
    )
    step(page, "page").click()
    inspector.get_by_label("name", exact=True).fill("the page")
    inspector.get_by_label("name", exact=True).press("Enter")
    expect(page.get_by_text("Renamed page to the page, in 1 other place too.")).to_be_visible()
    expect(step(page, "the page")).to_be_visible()
    assert 'page: $steps."the page".output.data' in text_of(document)
    step(page, "approve").click()
    step(page, "approve").press("Delete")
    expect(page.get_by_text("Removed approve.")).to_be_visible()
    expect(step(page, "approve")).to_have_count(0)
    expect(issues(page)).to_contain_text("$steps.approve is no step's output")
    picture(page, "builder-built")
    now = parse_document(text_of(document)).content
    with build.as_tenant(reading.app, reading.organization):
        row = reading.app.execute("select issues from check_playbook(%s)", (Jsonb(now),)).fetchone()
    assert row is not None
    for each in row[0]:
        expect(issues(page)).to_contain_text(each["message"])
    undo(page, document)
    assert text_of(document) == READING
    expect(issues(page)).to_contain_text("Nothing is wrong with it")


def test_a_playbook_is_built_by_keyboard_alone(page: Page, web: Web) -> None:
    document = edit(page, web, "by keyboard")
    expect(page.get_by_text("There are no steps yet")).to_be_visible()
    picture(page, "builder-empty")
    page.get_by_role("toolbar").get_by_role("button", name="data transform").focus()
    page.keyboard.press("Enter")
    expect(step(page, "data_transform")).to_be_visible()
    page.get_by_role("toolbar").get_by_role("button", name="parallel execution").focus()
    page.keyboard.press("Enter")
    expect(step(page, "parallel_execution")).to_be_visible()
    step(page, "parallel_execution").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_text("Moved parallel_execution.")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(step(page, "one")).to_be_focused()
    page.keyboard.press("Delete")
    expect(page.get_by_text("Removed one.")).to_be_visible()
    step(page, "data_transform").focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(step(page, "data_transform")).to_have_accessible_name(
        "data_transform, data transform, in one"
    )
    undo(page, document)
    page.keyboard.press("Control+End")
    expect(step(page, "data_transform")).to_have_count(0)


BRANCHES = """name: branches
steps:
  - name: first
    type: DATA_TRANSFORM
    config: {output: $input}
  - name: both
    type: PARALLEL_EXECUTION
    branches:
      left:
        - {name: one, type: DATA_TRANSFORM, config: {output: $step_1_output}}
      right:
        - {name: two, type: DATA_TRANSFORM, config: {output: $step_1_output}}
  - name: last   # Reads by number and by branch.
    type: DATA_TRANSFORM
    config: {output: {left: $steps.both.output.left, right: $step_2_output.right}}
"""


def test_branches_come_go_and_are_renamed_and_whoever_reads_follows(page: Page, web: Web) -> None:
    apply(web, BRANCHES)
    document = edit(page, web, "branches")
    step(page, "both").click()
    inspector = page.get_by_role("region", name="Inspector")
    inspector.get_by_label("branch 1", exact=True).fill("the other side")
    inspector.get_by_label("branch 1", exact=True).press("Enter")
    expect(page.get_by_text("Renamed the branch left to the other side")).to_be_visible()
    assert 'left: $steps.both.output."the other side", right: $step_2_output.right' in text_of(
        document
    )
    inspector.get_by_role("button", name="Add a branch").click()
    expect(step(page, "branch")).to_be_visible()
    picture(page, "builder-branches")
    inspector.get_by_role("button", name="Remove branch 2").click()
    expect(step(page, "two")).to_have_count(0)
    # A step before all others: who reads by number goes on reading the same.
    page.get_by_role("toolbar").get_by_role("button", name="api call").drag_to(step(page, "first"))
    expect(step(page, "api_call")).to_be_visible()
    step(page, "api_call").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_text("Moved api_call. Renumbered 1 place that reads")).to_be_visible()
    assert "config: {output: $step_2_output}" in text_of(document)
    assert "right: $step_3_output.right" in text_of(document)
    undo(page, document)
    assert text_of(document) == BRANCHES


def test_two_people_edit_one_draft_and_nothing_is_lost(browser_page: Page, reading: Web) -> None:
    # The browser itself notes the refusal as an error.
    page = browser_page
    document = edit(page, reading, "reading-list")
    document.press("Control+Home")
    document.press_sequentially("# Mine.\n")
    expect(page.get_by_text("draft v2, saved")).to_be_visible()
    # Another saves the draft that this page has read.
    theirs = sources(reading, "reading-list")[0][2].replace("# The table", "# Theirs: the table")
    with build.as_tenant(reading.app, reading.organization):
        reading.app.execute(
            "select save_draft(%s, %s, '*')", (Jsonb(parse_document(theirs).content), theirs)
        )
    document.press_sequentially("# Mine again.\n")
    dialog = page.get_by_role("dialog", name="Somebody else changed this draft")
    expect(dialog.get_by_role("row", name="added # Theirs: the table")).to_be_visible()
    expect(dialog.get_by_role("row", name="added # Mine again.")).to_be_visible()
    picture(page, "builder-conflict")
    assert sources(reading, "reading-list")[0][2] == theirs
    dialog.get_by_role("button", name="Merge both").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("draft v2, saved")).to_be_visible()
    assert sources(reading, "reading-list")[0][2] == theirs.replace(
        "# Mine.\n", "# Mine.\n# Mine again.\n"
    )


def test_an_expression_is_completed_in_the_text_and_in_a_field(page: Page, reading: Web) -> None:
    document = edit(page, reading, "reading-list")
    step(page, "list").click()
    inspector = page.get_by_role("region", name="Inspector")
    inspector.get_by_role("combobox", name="Add to step").select_option("condition")
    field = inspector.get_by_role("textbox", name="condition")
    expect(field).to_be_focused()
    field.press_sequentially("$steps.appr")
    expect(page.get_by_role("option", name="approve")).to_be_visible()
    picture(page, "builder-completion")
    field.press("Enter")
    field.press_sequentially(".output.")
    expect(page.get_by_role("option", name="approved")).to_be_visible()
    field.press("Enter")
    field.press_sequentially(" == true")
    field.press("Escape")
    field.press("Enter")
    expect(step(page, "list")).to_have_accessible_name(
        "list, data transform, final, if a condition holds"
    )
    assert "condition: $steps.approve.output.approved == true\n" in text_of(document)
    document.press("Control+End")
    document.press_sequentially("output_mapping: $steps.dec")
    expect(page.get_by_role("option", name="decide")).to_be_visible()
    document.press("Enter")
    assert text_of(document).endswith("output_mapping: $steps.decide")


def test_what_would_happen_is_tried_with_what_happened_last(page: Page, web: Web) -> None:
    id_ = web.start("approve")
    with build.as_tenant(web.app, web.organization):
        web.app.execute(
            "select submit_step_input(%s, 'decide', %s)", (id_, Jsonb({"approved": True}))
        )
    edit(page, web, "approve")
    page.get_by_role("button", name="What if…").click()
    panel = page.get_by_role("region", name="What if")
    expect(panel.get_by_label("output of decide")).to_have_value('{\n  "approved": true\n}')
    panel.get_by_role("button", name="Run and undo").click()
    expect(panel.get_by_role("status")).to_contain_text("Completed")
    expect(step(page, "tell")).to_have_accessible_name("tell, data transform, what if: completed")
    step(page, "tell").click()
    expect(panel.get_by_text('"told": true').first).to_be_visible()
    picture(page, "builder-what-if")
    panel.get_by_label("output of decide").fill("")
    panel.get_by_role("button", name="Run and undo").click()
    expect(step(page, "decide")).to_have_accessible_name(
        "decide, wait for input, stops here, what if"
    )


def test_versions_are_compared(page: Page, reading: Web) -> None:
    apply(
        reading,
        READING.replace("name: declined\n", "name: said no\n").replace("declined", "said no"),
    )
    page.goto(reading.link)
    expect(page.get_by_role("heading", name="Executions")).to_be_visible()
    page.goto(f"{reading.address}/#/playbooks/reading-list")
    page.get_by_role("link", name="with v1").click()
    region = page.get_by_role("region", name="Comparison")
    expect(region.get_by_role("row", name="added   - name: said no")).to_be_visible()
    expect(region).to_contain_text("Steps removed")
    picture(page, "playbook-compare")


def test_what_is_not_saved_outlives_the_page_and_a_draft_is_discarded(
    page: Page, reading: Web
) -> None:
    document = edit(page, reading, "reading-list")
    document.press("Control+Home")
    document.press_sequentially("# Kept.\n")
    expect(page.get_by_text("draft v2, saved")).to_be_visible()
    document.press_sequentially("never: [closed\n")
    expect(issues(page)).to_contain_text("It cannot be read as YAML")
    page.get_by_role("navigation").get_by_role("link", name="Inbox").click()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("What you had not saved is back.")).to_be_visible()
    assert text_of(document).startswith("# Kept.\nnever: [closed\n")
    picture(page, "builder-malformed")
    page.get_by_role("button", name="Discard draft…").click()
    page.get_by_role("button", name="Discard it").click()
    expect(page.get_by_role("region", name="Versions")).to_be_visible()
    assert [each[:2] for each in sources(reading, "reading-list")] == [(1, "ACTIVE")]


def wide(branches: int, steps: int) -> str:
    """A playbook that no screen is made for: many branches, a long way, names of all kinds."""
    long = "a-very-long-name-without-any-space-" * 3
    lines = ["name: extreme", "steps:", f"  - name: {long}", "    type: PARALLEL_EXECUTION"]
    lines += ["    config: {join: all}", "    branches:"]
    for at in range(branches):
        lines += [
            f"      فرع {at}:",
            f"        - name: 步骤 {at}",
            "          type: DATA_TRANSFORM",
        ]
        lines += ["          config: {output: 1}"]
    for at in range(steps):
        lines += [
            f"  - name: step {at}",
            "    type: DATA_TRANSFORM",
            "    config: {output: $input}",
        ]
    return "\n".join(lines) + "\n"


def test_forty_branches_and_three_hundred_steps_can_be_edited(page: Page, web: Web) -> None:
    text = wide(40, 300)
    apply(web, text)
    document = edit(page, web, "extreme")
    expect(step(page, "step 299")).to_be_attached()
    picture(page, "builder-extreme")
    step(page, "step 0").click()
    page.get_by_role("toolbar").get_by_role("button", name="api call").click()
    expect(step(page, "api_call")).to_be_visible()
    expect(issues(page)).to_contain_text("Nothing is wrong with it")
    undo(page, document)
    assert text_of(document) == text


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_the_builder(page: Page, reading: Web, theme: str) -> None:
    document = edit(page, reading, "reading-list")
    page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
    document.press("Control+End")
    document.press_sequentially("output_mapping: $steps.nobody.output\n")
    expect(issues(page)).to_contain_text("nobody")
    step(page, "approve").click()
    for width in (1320, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert barriers(page) == []
    page.set_viewport_size({"width": 1320, "height": 900})
    page.get_by_role("button", name="Activate…").click()
    assert barriers(page) == []
    page.get_by_role("button", name="Back").click()
    page.get_by_role("button", name="What if…").click()
    expect(page.get_by_label("output of approve")).to_be_visible()
    assert barriers(page) == []
