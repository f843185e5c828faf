"""docs/control-flow.md is true: its examples are the files, and they do what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from build import Tenant
from pbdb.document.file import parse_document

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "control-flow.md").read_text()
FILES = {file.stem: file.read_text() for file in (ROOT / "examples/control-flow").glob("*.yaml")}
CASES = [
    (name, *case)
    for name, text in sorted(FILES.items())
    for case in re.findall(r"^# (\{.*\}) -> (.+)$", text, re.MULTILINE)
]


def apply(tenant: Tenant, *names: str) -> None:
    for name in names:
        document = parse_document(FILES[name]).content
        row = tenant.one("select playbook_id from pbdb.apply_playbook(%s)", Jsonb(document))
        assert tenant.rows("select message from pbdb.validate_playbook(%s)", row) == []


def make_due(owner: psycopg.Connection[Any], tenant: Tenant) -> None:
    owner.execute("update pbdb.playbook_ready_steps set due_at = clock_timestamp()")
    tenant.worker.execute("select * from pbdb.sweep()")


def test_the_page_shows_the_files() -> None:
    shown = dict(
        re.findall(r"```yaml\n# examples/control-flow/([a-z-]+)\.yaml\n(.*?)```", PAGE, re.DOTALL)
    )

    assert shown == FILES


@pytest.mark.parametrize(("name", "given", "gives"), CASES)
def test_an_example_gives_what_its_first_lines_say(
    tenant: Tenant, name: str, given: str, gives: str
) -> None:
    apply(tenant, *(["greeting", name] if name == "sub-playbook" else [name]))
    playbook = parse_document(FILES[name]).content["name"]

    assert tenant.run(json.loads(given), name=playbook) == json.loads(gives)


def test_the_loop_goes_on_until_it_is_approved(tenant: Tenant) -> None:
    apply(tenant, "loop")
    execution = tenant.start({"topic": "tea"}, name="loop")
    for text, approved in (("first", False), ("second", True)):
        (step,) = tenant.claim()
        tenant.complete("draft", text)
        tenant.one(
            "select pbdb.submit_step_input(%s, 'review', %s)",
            execution,
            Jsonb({"approved": approved, "remarks": "longer"}),
        )

    assert step["input"] == {"topic": "tea", "remarks": "longer"}
    assert tenant.result(execution)["output_data"] == "second"


def test_the_joins_take_the_first_quote_and_two_of_three_votes(tenant: Tenant) -> None:
    apply(tenant, "joins")
    execution = tenant.start({"voters": ["Ann", "Bo", "Cy"]}, name="joins")
    tenant.claim()
    tenant.fail("ask here")
    tenant.complete("ask there", 12)
    tenant.one("select pbdb.submit_step_input(%s, 'vote[2]', 'true')", execution)
    tenant.one("select pbdb.submit_step_input(%s, 'vote[0]', 'true')", execution)

    assert tenant.result(execution)["output_data"] == [True, None, True]


def test_the_approval_is_given_or_comes_too_late(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    apply(tenant, "approval")
    given, late = (tenant.start({"amount": 5}, name="approval") for _ in range(2))
    tenant.one("select pbdb.submit_step_input(%s, 'approve', '{\"approved\": true}')", given)
    make_due(owner, tenant)

    assert tenant.result(given)["output_data"] is True
    assert tenant.result(late)["output_data"] == "WAIT_TIMEOUT"


def test_the_event_reaches_the_order_that_it_names(tenant: Tenant) -> None:
    apply(tenant, "event")
    one, two = (tenant.start({"order": n}, name="event") for n in (1, 2))
    tenant.one("select pbdb.emit_playbook_event('payment', '{\"order\": 2, \"amount\": 9}')")

    assert tenant.status(one) == "PAUSED"
    assert tenant.result(two)["output_data"] == {"order": 2, "paid": 9}


def test_the_timer_waits_for_a_time_and_until_a_time(
    tenant: Tenant, owner: psycopg.Connection[Any]
) -> None:
    apply(tenant, "timer")
    execution = tenant.start({"at": "2001-01-01T00:00:00Z"}, name="timer")
    assert tenant.status(execution) == "PAUSED"
    make_due(owner, tenant)
    tenant.worker.execute("select * from pbdb.sweep()")

    assert tenant.result(execution)["output_data"] == "good morning"


def test_what_if_says_what_would_happen_and_leaves_nothing(tenant: Tenant) -> None:
    apply(tenant, "loop")

    trace = tenant.rows(
        "select step_name, status, output_data from pbdb.what_if_playbook('loop', '{}', %s)",
        Jsonb({"draft": "text", "review": {"approved": True}}),
    )

    assert [row[:2] for row in trace] == [
        ("draft", "COMPLETED"),
        ("review", "COMPLETED"),
        ("good_enough", "COMPLETED"),
        ("publish", "COMPLETED"),
        (None, "COMPLETED"),
    ]
    assert trace[-1][2] == "text"
    assert tenant.one("select count(*) from pbdb.playbook_executions") == 0
