"""One execution on its page: the whole playbook live, what is the matter, and what mends it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from psycopg.types.json import Jsonb

from build import function, transform
from web.pages import Web, barriers, picture, sign_in
from web.scenes import DECLINED, GOOD, REPORTS, Shop, define, ordinary

ORDER = {"order": "A-1", "total": 12}


def node(page: Page, name: str, said: str = "") -> Locator:
    """A step on the graph, and how it stands."""
    pattern = re.compile("^" + re.escape(f"{name}, {said}").replace("/", r"\/"))
    return page.get_by_role("group", name="Graph of").get_by_role("button", name=pattern)


def panel(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=f"Step {name}")


def test_the_graph_shows_what_is_planned_and_follows_what_happens(
    page: Page, web: Web, shop: Shop
) -> None:
    define(shop)
    id_ = shop.start("order", ORDER, "Order A-1")
    sign_in(page, web, f"executions/{id_}")
    expect(node(page, "check stock", "Pending")).to_be_visible()
    for planned in ("charge card", "pack", "release", "done", "back order"):
        expect(node(page, planned, "Planned")).to_be_visible()
    shop.work({"check stock": GOOD["check stock"]})
    expect(node(page, "check stock", "Completed")).to_be_visible()
    expect(node(page, "charge card", "Running")).to_be_visible()
    picture(page, "execution-running")
    shop.call("select pbdb.cancel_playbook_execution(%s, 'again')", id_)
    expect(node(page, "pack", "Not reached")).to_be_visible()
    id_ = shop.start("order", ORDER, "Order A-2")
    shop.work(GOOD)
    page.goto(f"{web.address}/#/executions/{id_}")
    expect(node(page, "prepare", "2/2")).to_be_visible()
    expect(node(page, "release", "Waiting")).to_be_visible()
    # Every edge that was gone is one that the execution went.
    assert page.locator(".sheet path.taken").count() == 5
    # What it waits for is above the fold.
    question = page.get_by_role("region", name="It waits for an answer")
    box = question.get_by_role("button", name="Answer").bounding_box()
    assert box is not None and box["y"] < 800
    question.get_by_label("Yes").check()
    question.get_by_role("button", name="Answer").click()
    expect(page.get_by_role("status").filter(has_text="Completed")).to_be_visible()
    expect(node(page, "done", "Completed")).to_be_visible()


def test_what_failed_is_above_the_fold_and_is_retried_with_another_input(
    page: Page, web: Web, shop: Shop
) -> None:
    shop.tenant.apply(
        transform("before", {"at": 1}), function("charge card", max_retries=0), name="pay"
    )
    id_ = shop.start("pay", {"card": "old"})
    shop.work({"charge card": lambda _row: DECLINED})
    sign_in(page, web, f"executions/{id_}")
    trouble = page.get_by_role("region", name="Why it ended")
    expect(trouble).to_contain_text("It failed at charge card")
    expect(trouble).to_contain_text("the bank refused the card")
    box = trouble.get_by_role("button", name="Retry", exact=True).bounding_box()
    assert box is not None and box["y"] < 500
    step = panel(page, "charge card")
    expect(step.get_by_role("group", name="Stack")).to_contain_text('File "charge.py", line 31')
    step.get_by_role("tab", name="Error").press("ArrowRight")
    expect(step.get_by_role("tab", name="Attempts")).to_be_focused()
    expect(step.get_by_role("row", name=re.compile("attempt 1 .*CARD_DECLINED"))).to_be_visible()
    assert "tab=attempts" in page.url
    node(page, "before").click()
    expect(panel(page, "before").get_by_text('"at": 1')).to_be_visible()
    picture(page, "execution-failed")
    trouble.get_by_role("button", name="Retry otherwise…").click()
    dialog = page.get_by_role("dialog", name="Retry pay")
    dialog.get_by_label("With another input").check()
    dialog.get_by_label("Input as JSON").fill('{"card": "new"')
    dialog.get_by_role("button", name="Retry", exact=True).click()
    expect(dialog).to_contain_text("This is not JSON.")
    dialog.get_by_label("Input as JSON").fill('{"card": "new"}')
    dialog.get_by_role("button", name="Retry", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Running")).to_be_visible()
    shop.work({"charge card": lambda row: {"paid with": row["input"]}})
    expect(page.get_by_role("status").filter(has_text="Completed")).to_be_visible()
    expect(page.get_by_text('"card": "new"').first).to_be_visible()
    node(page, "charge card", "Completed").click()
    panel(page, "charge card").get_by_role("tab", name="Attempts").click()
    expect(panel(page, "charge card").get_by_role("row")).to_have_count(3)


def test_a_remedy_is_a_button(page: Page, web: Web, shop: Shop) -> None:
    event = {"event": "paid", "match": {"order": "$input.order"}}
    shop.tenant.apply({"name": "wait", "type": "WAIT_FOR_INPUT", "config": event}, name="paying")
    id_ = shop.start("paying", {"order": "A-1"})
    sign_in(page, web, f"executions/{id_}")
    why = page.get_by_role("region", name="Why it stands where it stands")
    expect(why).to_contain_text('waits for event "paid"')
    page.get_by_role("button", name="Pause").click()
    expect(why).to_contain_text("paused by an operator")
    picture(page, "execution-remedies")
    why.get_by_role("button", name="Resume").click()
    expect(why).not_to_contain_text("paused by an operator")
    why.get_by_role("button", name="Tell “paid”…").click()
    page.get_by_label("Payload as JSON").fill('{"order": "A-1", "amount": 12}')
    page.get_by_role("button", name="Tell it").click()
    expect(page.get_by_role("status").filter(has_text="Completed")).to_be_visible()
    shop.tenant.apply(function("nobody does this"), name="unserved")
    page.goto(f"{web.address}/#/executions/{shop.start('unserved', {})}")
    expect(why).to_contain_text("no runner that has handler")
    expect(why).to_contain_text("Start a runner that registers")
    page.get_by_role("tab", name="Why").click()
    expect(panel(page, "nobody does this")).to_contain_text("no runner that has handler")
    page.get_by_role("button", name="Cancel…").click()
    page.get_by_label("Reason").fill("nobody is there")
    page.get_by_role("button", name="Cancel it").click()
    expect(page.get_by_role("region", name="Why it ended")).to_contain_text("nobody is there")


def test_two_thousand_items_are_counted_and_paged_and_filtered(
    page: Page, web: Web, shop: Shop
) -> None:
    sizes: list[int] = []
    page.on("response", lambda each: sizes.append(int(each.headers.get("content-length", 0))))
    shop.call("select pbdb.define_agent('reader', 'openai:gpt-5-mini', 'Be short.')")
    shop.tenant.apply(*REPORTS, name="reports")
    id_ = shop.start("reports", {"documents": list(range(2000))})

    def read(row: dict[str, dict[str, int]]) -> Exception | dict[str, str] | None:
        number = row["input"]["document"]
        if number in (3, 700):
            return Exception("MODEL_REFUSED", f"page {number} cannot be read", "")
        return {"output": "x"} if number < 1990 else None

    shop.work({"read": read}, rounds=60)
    sign_in(page, web, f"executions/{id_}")
    expect(node(page, "each document", "1988/2000, 2 failed")).to_be_visible()
    expect(node(page, "read", "1,988 done, 2 failed, 10 open")).to_be_visible()
    items = panel(page, "read")
    expect(items.get_by_role("row")).to_have_count(51)
    items.get_by_role("button", name="More").click()
    expect(items.get_by_role("row")).to_have_count(101)
    picture(page, "execution-items")
    items.get_by_role("button", name="Failed").click()
    expect(items.get_by_role("row")).to_have_count(3)
    items.get_by_role("link", name="700").click()
    expect(items.get_by_role("group", name="Error message")).to_have_text("page 700 cannot be read")
    items.get_by_role("tab", name="Items").click()
    items.get_by_role("button", name="All").click()
    items.get_by_label("Number of an item").fill("1500")
    expect(items.get_by_role("row")).to_have_count(2)
    # Nothing of it is a payload: the input alone would be larger than all of it.
    assert max(sizes[3:]) < 64 * 1024
    began = page.evaluate("performance.now()")
    page.reload()
    expect(node(page, "read", "1,988 done")).to_be_visible()
    assert began is not None
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert paint < 1500


def test_an_execution_that_was_started_by_a_step_unfolds_in_it(
    page: Page, web: Web, shop: Shop
) -> None:
    seen = ordinary(shop)
    sign_in(page, web, f"executions/{seen['child']}")
    step = panel(page, "ship")
    expect(step).to_contain_text("It started an execution")
    step.locator("summary").click()
    inner = step.get_by_role("group", name="Graph of order")
    expect(inner.get_by_role("button", name=re.compile("^release, Waiting"))).to_be_visible()
    picture(page, "execution-child")
    step.get_by_role("link", name="Open it").click()
    expect(page.get_by_role("link", name="part of another execution")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_the_page_of_an_execution(
    page: Page, web: Web, shop: Shop, theme: str
) -> None:
    seen = ordinary(shop)
    sign_in(page, web)
    page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
    for name, view in (("handled", "graph"), ("waiting", "list"), ("items", "graph")):
        page.goto(f"{web.address}/#/executions/{seen[name]}?view={view}")
        expect(page.get_by_role("region", name=re.compile("^Step "))).to_be_visible()
        for width in (1320, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert barriers(page) == [], (name, view, width)
    # With the keyboard alone: from the graph into the step's tabs.
    page.set_viewport_size({"width": 1320, "height": 900})
    page.goto(f"{web.address}/#/executions/{seen['handled']}")
    node(page, "check stock").focus()
    page.keyboard.press("ArrowDown")
    expect(node(page, "in stock?")).to_be_focused()
    expect(panel(page, "in stock?")).to_be_visible()
    names = page.evaluate(
        "[...document.querySelectorAll('a, button, input, [tabindex], [aria-label]')]"
        ".map(each => each.getAttribute('aria-label') ?? each.textContent)"
    )
    assert [each for each in names if re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", each)] == []


def test_answers_say_who_gave_them(page: Page, web: Web, shop: Shop) -> None:
    id_ = web.start("approve")
    shop.call("select pbdb.submit_step_input(%s, 'decide', %s)", id_, Jsonb({"approved": True}))
    sign_in(page, web, f"executions/{id_}?step=decide")
    expect(panel(page, "decide")).to_contain_text("Answered by")
