"""A report with p_only_next takes along what it leads to, and looks no further without a reason."""

from __future__ import annotations

from typing import Any

import pytest

from build import Tenant, function, transform

HANDLERS = [
    f"CUSTOM_FUNCTION:{name}" for name in ("a", "b", "x", "after", *map("s{}".format, range(12)))
]


def report(tenant: Tenant, name: str, *, only_next: bool) -> list[str]:
    """Complete the attempt of this name that is held; return the names of what is claimed."""
    held = tenant.held.pop(name)
    rows = tenant.worker.execute(
        "select outcome, step_name from pbdb.complete_and_claim_playbook_steps("
        "'w1', %s, %s, array['1'], null, %s, 10, 60, p_only_next => %s)",
        ([held[0]], [held[1]], HANDLERS, only_next),
    ).fetchall()
    assert [outcome for outcome, _ in rows if outcome] == ["accepted"]
    return sorted(name for outcome, name in rows if outcome is None)


@pytest.mark.parametrize(("only_next", "claimed"), [(True, ["b"]), (False, ["b", "x"])])
def test_others_are_left_to_who_is_told_of_them(
    tenant: Tenant, only_next: bool, claimed: list[str]
) -> None:
    tenant.apply(function("a"), function("b"))
    tenant.apply(function("x"), name="other")
    tenant.start()
    tenant.claim()
    tenant.start(name="other")

    assert report(tenant, "a", only_next=only_next) == claimed


def child_of(playbook: str) -> dict[str, Any]:
    return {"name": "call", "type": "CUSTOM_FUNCTION", "config": {"playbook": playbook}}


MAKES_MORE_READY: dict[str, list[dict[str, Any]]] = {
    "its caller goes on": [child_of("child"), function("after")],
    "its caller goes on after a step of the engine": [
        child_of("child"),
        transform("between", 1),
        function("after"),
    ],
}


@pytest.mark.parametrize("steps", MAKES_MORE_READY.values(), ids=MAKES_MORE_READY.keys())
def test_what_the_report_makes_ready_in_another_execution_is_looked_for(
    tenant: Tenant, steps: list[dict[str, Any]]
) -> None:
    tenant.apply(function("a"), name="child")
    tenant.apply(*steps)
    tenant.start()
    tenant.claim()

    assert report(tenant, "a", only_next=True) == ["after"]


def test_more_than_the_limit_allows_notifies_the_idle(tenant: Tenant) -> None:
    branches = {f"b{n}": [function(f"s{n}")] for n in range(12)}
    tenant.apply(function("a"), {"name": "fan", "type": "PARALLEL_EXECUTION", "branches": branches})
    tenant.start()
    tenant.claim()

    assert len(report(tenant, "a", only_next=True)) == 10
    assert len(tenant.claim()) == 2
