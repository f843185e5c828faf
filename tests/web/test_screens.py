"""Every screen, with ordinary and extreme data: nobody is shut out, nothing runs over its edge."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Page, expect

from web.pages import Web, barriers, picture, sign_in
from web.scenes import ARABIC, CHINESE, Shop, extreme, history, ordinary

SCREENS = {
    "overview": "Overview",
    "overview?span=30d": "Overview",
    "executions": "Executions",
    "executions?columns=playbook,at,steps,source,created,took&status=FAILED": "Executions",
    "inbox": "Inbox",
    "dead-letters": "Dead letters",
    "dead-letters?error=SMTP_DOWN": "Dead letters",
    "playbooks": "Playbooks",
    "playbooks/order": "order",
    "triggers": "Triggers",
    "triggers?edit=%20": "Triggers",
    "usage?by=step": "Usage",
    "audit": "Audit",
}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_every_screen(
    page: Page, web: Web, shop: Shop, owner: psycopg.Connection[Any], theme: str
) -> None:
    seen = ordinary(shop)
    history(shop, owner, "labels", 16)
    beyond = extreme(shop)
    screens = SCREENS | {
        f"playbooks/{ARABIC}": ARABIC,
        f"executions/{beyond['items']}": ARABIC,
        f"executions/{seen['waiting']}?view=list": "Order A-1043",
    }
    sign_in(page, web)
    page.evaluate("theme => localStorage.setItem('pbdb-theme', theme)", theme)
    page.reload()
    for path, title in screens.items():
        page.goto(f"{web.address}/#/{path}")
        expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
        expect(page.get_by_label("Loading")).to_have_count(0)
        for width in (1320, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert barriers(page) == [], (path, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        # No id of the database is read out as a name.
        names = page.evaluate(
            "[...document.querySelectorAll('main [aria-label]')]"
            ".map(each => each.getAttribute('aria-label')).join()"
        )
        assert "-7" not in names or "019" not in names, (path, names)
        page.set_viewport_size({"width": 1320, "height": 900})


def test_an_empty_tenant_is_told_what_would_be_there(page: Page, web: Web) -> None:
    sign_in(page, web)
    for path, words in {
        "overview": "Nothing has run yet",
        "executions": "No execution fits",
        "inbox": "Nobody is waited for",
        "dead-letters": "There are none",
        "triggers": "There are none",
        "usage": "No model was asked",
        "playbooks?search=nothing-like-it": "No playbook fits",
        "nowhere": "There is no such page",
    }.items():
        page.goto(f"{web.address}/#/{path}")
        expect(page.get_by_text(words).first).to_be_visible()
        picture(page, f"empty-{path.split('?')[0]}")


def test_the_overview_leads_to_what_needs_somebody(
    page: Page, web: Web, shop: Shop, owner: psycopg.Connection[Any]
) -> None:
    history(shop, owner, "labels", 40)
    web.start("approve")
    sign_in(page, web, "overview")
    expect(page.get_by_role("link", name="Waiting for people 1")).to_be_visible()
    needs = page.get_by_role("region", name="Needs attention")
    expect(needs).to_contain_text("5 dead letters of labels: PRINTER_JAM")
    picture(page, "overview")
    # A bar leads to the list of what was started in its time.
    page.get_by_role("region", name="Ended").get_by_role("link").last.click()
    expect(page.get_by_role("heading", name="Executions", exact=True)).to_be_visible()
    expect(page.get_by_text("started in").first).to_contain_text(" to ")
    assert "from=" in page.url and "to=" in page.url
    expect(page.get_by_role("link", name="approve")).to_be_visible()
    page.go_back()
    needs.get_by_role("link", name="Look at them").click()
    page.get_by_role("button", name="Requeue all 5…").click()
    page.get_by_role("dialog").get_by_role("button", name="Requeue").click()
    expect(page.get_by_label("Outcome")).to_contain_text("5 of 5 done")
    shop.work({"label": lambda _row: {"done": True}})
    page.goto(f"{web.address}/#/overview")
    expect(page.get_by_role("link", name="Dead letters 0")).to_be_visible()


def test_executions_are_filtered_in_the_address_and_steered_together(
    page: Page, web: Web, shop: Shop
) -> None:
    ordinary(shop)
    for _ in range(3):
        web.start("approve")
    sign_in(page, web)
    rows = page.get_by_role("region", name="Executions").get_by_role("row")
    page.get_by_role("button", name="Paused").click()
    expect(rows).to_have_count(5)
    page.get_by_label("Add a filter").select_option(label="Playbook")
    page.get_by_role("textbox", name="Playbook").fill("approve")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(4)
    assert "playbook=approve" in page.url and "status=PAUSED" in page.url
    page.reload()
    expect(rows).to_have_count(4)
    # With the keyboard: j goes down, x chooses, Enter opens.
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    chosen = page.get_by_role("group", name="Chosen")
    expect(chosen).to_contain_text("2 chosen")
    picture(page, "executions-chosen")
    chosen.get_by_role("button", name="Cancel…").click()
    page.get_by_label("Reason").fill("not needed")
    page.get_by_role("button", name="Cancel them").click()
    expect(page.get_by_label("Outcome")).to_contain_text("2 of 2 done")
    expect(rows).to_have_count(2)
    # What is new waits behind a button, so that nothing moves.
    web.start("approve")
    page.get_by_role("button", name="1 new").click()
    expect(rows).to_have_count(3)
    page.get_by_label("Add a filter").select_option(label="Metadata")
    page.get_by_role("textbox", name="Metadata").fill("{nonsense")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The metadata are not JSON.")).to_be_visible()


def test_yes_and_no_are_answered_together_and_items_are_told_apart(
    page: Page, web: Web, shop: Shop
) -> None:
    body = {
        "name": "sign",
        "type": "WAIT_FOR_INPUT",
        "config": {
            "prompt": "Sign it?",
            "data": {"contract": "$item"},
            "schema": {
                "type": "object",
                "required": ["ok"],
                "properties": {"ok": {"type": "boolean"}, "why": {"type": "string"}},
            },
        },
    }
    each = {
        "name": "each",
        "type": "PARALLEL_EXECUTION",
        "config": {"for_each": "$input.all"},
        "steps": [body],
    }
    shop.tenant.apply(each, name="signing")
    id_ = shop.start("signing", {"all": ["lease", "loan", CHINESE]})
    sign_in(page, web, "inbox")
    items = page.get_by_role("list", name="Items").get_by_role("listitem")
    expect(items).to_have_count(3)
    expect(items.nth(0)).to_contain_text("item 0")
    expect(items.nth(1)).to_contain_text('{"contract":"loan"}')
    page.keyboard.press("j")
    expect(page.get_by_role("region", name="Item")).to_contain_text("item 1")
    page.get_by_role("region", name="Item").get_by_label("No").check()
    page.get_by_role("button", name="Answer").click()
    expect(items).to_have_count(2)
    page.keyboard.press("k")
    page.keyboard.press("x")
    page.get_by_label("Choose signing · item 2").check()
    page.get_by_role("button", name="Yes to all").click()
    expect(page.get_by_label("Outcome")).to_contain_text("2 of 2 done")
    expect(page.get_by_text("Nobody is waited for")).to_be_visible()
    assert shop.tenant.result(uuid.UUID(id_))["output_data"] == [
        {"ok": True},
        {"ok": False},
        {"ok": True},
    ]


def test_what_does_not_fit_is_said_at_its_field(browser_page: Page, web: Web, shop: Shop) -> None:
    page = browser_page  # The browser itself notes the refusal as an error.
    schema = {
        "type": "object",
        "required": ["lines", "to"],
        "properties": {
            "to": {"type": "object", "required": ["city"], "properties": {
                "city": {"type": "string", "minLength": 3}, "zip": {"type": "integer"}}},
            "lines": {"type": "array", "items": {"type": "string"}, "title": "Lines"},
            "day": {"type": "string", "format": "date"},
            "size": {"enum": ["S", "M", "L"]},
        },
    }  # fmt: skip
    shop.tenant.apply({"name": "ask", "type": "WAIT_FOR_INPUT", "config": {"schema": schema}})
    id_ = shop.start("test", {})
    sign_in(page, web, "inbox")
    form = page.get_by_role("region", name="Item")
    form.get_by_role("button", name="Answer").click()
    expect(form).to_contain_text("city: is needed")
    expect(form.get_by_label("city")).to_be_focused()
    form.get_by_label("city").fill("Ul")
    form.get_by_role("button", name="Add Lines").click()
    form.get_by_role("textbox", name="Lines 1").fill("left at the door")
    form.get_by_label("day").fill("2026-11-27")
    form.get_by_label("M", exact=True).check()
    picture(page, "form")
    form.get_by_role("button", name="Answer").click()
    expect(form.get_by_text("city: ")).to_contain_text("3")
    form.get_by_label("city").fill("Ulm")
    form.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("Nobody is waited for")).to_be_visible()
    assert shop.tenant.result(uuid.UUID(id_))["output_data"] == {
        "to": {"city": "Ulm"},
        "lines": ["left at the door"],
        "day": "2026-11-27",
        "size": "M",
    }


def test_a_trigger_is_made_switched_off_and_deleted(browser_page: Page, web: Web) -> None:
    page = browser_page  # The browser itself notes the refusal as an error.
    sign_in(page, web, "triggers")
    page.get_by_role("button", name="New trigger").click()
    dialog = page.get_by_role("dialog", name="New trigger")
    dialog.get_by_label("Name").fill("every morning")
    dialog.get_by_label("Starts the playbook").fill("echo")
    dialog.get_by_role("textbox", name="Schedule").fill("61 * * * *")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("61")
    dialog.get_by_role("textbox", name="Schedule").fill("30 6 * * *")
    dialog.get_by_label("Time zone").fill("Europe/Vienna")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    row = page.get_by_role("row", name="every morning")
    expect(row).to_contain_text("30 6 * * * Europe/Vienna")
    row.get_by_role("switch").click()
    expect(row.get_by_role("switch")).not_to_be_checked()
    row.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Starts the playbook")).to_have_value("echo")
    page.get_by_label("On an event").check()
    page.get_by_role("textbox", name="Event").fill("order paid")
    page.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("event order paid")
    expect(row.get_by_role("switch")).not_to_be_checked()
    row.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("There are none")).to_be_visible()
    page.goto(f"{web.address}/#/audit?action=trigger")
    expect(page.get_by_role("row", name="trigger.delete")).to_contain_text("every morning")


def test_usage_is_added_up_and_versions_say_who_activated_them(
    page: Page, web: Web, shop: Shop
) -> None:
    ordinary(shop)
    sign_in(page, web, "usage")
    table = page.get_by_role("region", name="Usage")
    expect(table.get_by_role("row", name="reports")).to_contain_text("0.0567 USD")
    page.get_by_role("button", name="By model").click()
    expect(table.get_by_role("row", name="openai:gpt-5-mini")).to_be_visible()
    picture(page, "usage")
    page.goto(f"{web.address}/#/playbooks/order")
    versions = page.get_by_role("region", name="Versions")
    versions.get_by_label("What to do with v1").select_option("Deprecate")
    page.get_by_role("button", name="Deprecate it").click()
    expect(versions.get_by_role("row", name="v1")).to_contain_text("Deprecated")
    versions.get_by_label("What to do with v1").select_option("Activate")
    page.get_by_role("button", name="Activate it").click()
    expect(versions.get_by_role("row", name="v1")).to_contain_text("by user:")
    expect(page.get_by_role("region", name="Lately")).to_contain_text("half took at most")
    picture(page, "playbook")
