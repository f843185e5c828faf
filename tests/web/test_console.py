"""What people do in the console, in a real browser over a real server and database."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import psycopg
from playwright.sync_api import Page, expect

import build
import pbdb
from web.pages import Web, picture, sign_in

ASSETS = Path(pbdb.__file__).parent / "web" / "static" / "assets"
_MOST_BYTES = 190_000


def test_the_link_opens_the_console_and_a_start_form_runs_a_playbook(page: Page, web: Web) -> None:
    asked: list[str] = []
    page.on("request", lambda each: asked.append(each.url))
    page.goto(web.link)
    expect(page.get_by_role("heading", name="Executions")).to_be_visible()
    assert "login" not in page.url
    page.get_by_role("navigation").get_by_role("link", name="Playbooks").click()
    expect(page.get_by_role("link", name="approve")).to_be_visible()
    picture(page, "playbooks")
    page.get_by_role("link", name="echo").click()
    expect(page.get_by_role("heading", name="echo")).to_be_visible()
    picture(page, "playbook")
    page.get_by_label("Input as JSON").fill('{"word": "<b>hi</b>"}')
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("status").filter(has_text="Completed")).to_be_visible()
    # What a step returned is text, whatever it looks like.
    expect(page.get_by_text('"word": "<b>hi</b>"').last).to_be_visible()
    picture(page, "completed")
    assert [each for each in asked if not each.startswith((web.address, "data:"))] == []


def test_the_inbox_is_answered_by_keyboard_while_the_execution_is_watched(
    page: Page, web: Web
) -> None:
    id_ = web.start("approve")
    watching = page.context.new_page()
    page.goto(web.link)
    expect(page.get_by_role("heading", name="Executions")).to_be_visible()
    picture(page, "executions")
    watching.goto(f"{web.address}/#/executions/{id_}")
    expect(watching.get_by_role("heading", name="Shall the order go out?")).to_be_visible()
    picture(watching, "waiting")
    page.goto(f"{web.address}/#/inbox")
    expect(page.get_by_role("radio", name="Yes")).to_be_visible()
    picture(page, "inbox")
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nobody is waited for")).to_be_visible()
    expect(watching.get_by_role("status").filter(has_text="Completed")).to_be_visible()
    picture(page, "inbox-empty")


def test_a_failed_execution_is_found_and_retried_and_followed_to_its_end(
    page: Page, web: Web, worker: psycopg.Connection[Any]
) -> None:
    tenant = build.Tenant(web.app, worker, web.organization)
    name = "فاتورة 发票 " + "a-very-long-name-without-a-space" * 4
    tenant.apply(build.function("charge"), name=name)
    tenant.start(name=name)
    tenant.claim()
    tenant.fail("charge", "CARD_DECLINED", permanent=True)
    sign_in(page, web)
    page.get_by_role("button", name="Failed").click()
    expect(page.get_by_text("CARD_DECLINED").first).to_be_visible()
    picture(page, "failed-list")
    page.get_by_role("link", name=name).first.click()
    expect(page.get_by_role("region", name="Why it ended")).to_contain_text("CARD_DECLINED")
    picture(page, "failed")
    page.get_by_role("button", name="Retry", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Running")).to_be_visible()
    tenant.claim()
    tenant.complete("charge", {"paid": True})
    expect(page.get_by_role("status").filter(has_text="Completed")).to_be_visible()
    expect(page.get_by_text('"paid": true').last).to_be_visible()


def test_without_a_session_it_asks_to_sign_in(browser_page: Page, web: Web) -> None:
    browser_page.goto(f"{web.address}/#/inbox")
    expect(browser_page.get_by_label("Token")).to_be_visible()
    picture(browser_page, "sign-in")


def test_the_first_load_is_small(page: Page, web: Web) -> None:
    loaded: list[str] = []
    page.on("response", lambda each: loaded.append(each.url.rpartition("/")[2]))
    page.goto(web.link)
    expect(page.get_by_role("heading", name="Executions")).to_be_visible()
    files = {each.name: gzip.compress(each.read_bytes()) for each in ASSETS.iterdir()}
    first = {name: len(content) for name, content in files.items() if name in loaded}
    assert first
    assert sum(first.values()) <= _MOST_BYTES
    # What is left comes when it is asked for.
    assert sum(map(len, files.values())) <= 2 * _MOST_BYTES
