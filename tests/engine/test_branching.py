"""Branches, loops and their guard."""

from __future__ import annotations

import pytest

from build import Tenant, function, transform


def branch(name: str, *cases: tuple[str, str], default: str | None = None) -> dict[str, object]:
    config: dict[str, object] = {"branches": [{"when": w, "then": t} for w, t in cases]}
    if default:
        config["default"] = default
    return {"name": name, "type": "CONDITIONAL_BRANCH", "config": config}


@pytest.mark.parametrize(("score", "expected"), [(95, "gold"), (60, "silver"), (5, "none")])
def test_the_first_case_that_holds_decides(tenant: Tenant, score: int, expected: str) -> None:
    tenant.apply(
        branch(
            "pick", ("$input.score > 90", "gold"), ("$input.score > 50", "silver"), default="none"
        ),
        transform("gold", "gold", is_final=True),
        transform("silver", "silver", is_final=True),
        transform("none", "none"),
    )

    assert tenant.run({"score": score}) == expected


def test_no_match_and_no_default_goes_on_in_order(tenant: Tenant) -> None:
    tenant.apply(
        branch("pick", ("1 > 2", "b")), transform("a", "a", is_final=True), transform("b", "b")
    )

    assert tenant.run() == "a"


def test_a_loop_without_an_end_is_stopped_by_its_guard(tenant: Tenant) -> None:
    tenant.apply(
        transform("turn", {"again": "$execution.id"}),
        branch("enough", ("$steps.turn.output.again == $input.never", "end"), default="turn"),
        transform("end", 1),
    )

    execution = tenant.start({"never": "x"})
    for _ in range(10):
        tenant.worker.execute("select * from pbdb.sweep()")

    result = tenant.result(execution)
    assert (result["status"], result["error_code"]) == ("FAILED", "MAX_VISITS")
    assert "1000 times" in result["error_message"]


def test_a_loop_ends_at_the_steps_own_max_visits(tenant: Tenant) -> None:
    tenant.apply(
        transform("turn", 1, max_visits=3), branch("back", ("1 == 1", "turn")), name="test"
    )

    execution = tenant.start()

    assert [a[2] for a in tenant.attempts(execution) if a[0] == "turn"] == [1, 2, 3]
    assert tenant.result(execution)["completed_steps"] == 2


def test_progress_counts_a_step_once_however_often_it_is_visited(tenant: Tenant) -> None:
    tenant.apply(
        function("f", condition="$steps.f.output != 4"),
        branch("back", ('$steps.f.status == "COMPLETED"', "f")),
    )
    execution = tenant.start()
    tenant.claim()

    tenant.complete("f", 4)

    result = tenant.result(execution)
    assert (result["status"], result["completed_steps"], result["total_steps"]) == (
        "COMPLETED",
        2,
        2,
    )


def test_what_is_inside_a_parallel_step_counts_when_it_completes_at_last(tenant: Tenant) -> None:
    tenant.apply(
        {
            "name": "p",
            "type": "PARALLEL_EXECUTION",
            "condition": "exists($steps.back.output.matched)",
            "branches": {"a": [transform("x", 1)]},
        },
        branch("back", ('$steps.p.status == "SKIPPED"', "p")),
    )

    result = tenant.result(tenant.start())

    assert (result["status"], result["completed_steps"], result["total_steps"]) == (
        "COMPLETED",
        3,
        3,
    )


def test_a_long_stretch_is_cut_and_goes_on_with_the_next_sweep(tenant: Tenant) -> None:
    tenant.apply(
        transform("turn", 1, max_visits=400),
        branch("back", ("1 == 1", "turn")),
    )

    execution = tenant.start()
    assert tenant.status(execution) == "RUNNING"
    for _ in range(5):
        tenant.worker.execute("select * from pbdb.sweep()")

    assert tenant.result(execution)["error_code"] == "MAX_VISITS"
    assert sum(a[0] == "turn" for a in tenant.attempts(execution)) == 400
