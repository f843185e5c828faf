"""How many steps of which handlers a runner asks for."""

from __future__ import annotations

import pytest

from pbdb.runner.slots import Group, plan


def test_nothing_is_claimed_without_a_free_slot() -> None:
    assert plan([Group(("a",), 2, running=2), Group(("b",), 1, reserved=1)], 100) == []


def test_a_probe_is_one_claim_that_fits_every_group() -> None:
    wide, narrow, full = Group(("a",), 50), Group(("b",), 3), Group(("c",), 1, running=1)

    (claim,) = plan([wide, narrow, full], 100, is_probe=True)

    assert (claim.handlers, claim.limit) == (["a", "b"], 3)


def test_narrow_groups_do_not_make_the_wide_claim_small() -> None:
    inline, shared, narrow = Group(("a",), 256), Group(("b", "c"), 64), Group(("d",), 2)

    claims = plan([inline, shared, narrow], 100)

    assert [(each.handlers, each.limit) for each in claims] == [
        (["a", "b", "c"], 64),
        (["d"], 2),
    ]


def test_a_nearly_full_group_is_claimed_apart() -> None:
    inline, shared = Group(("a",), 256), Group(("b",), 64, running=63)

    claims = plan([inline, shared], 100)

    assert [(each.handlers, each.limit) for each in claims] == [(["a"], 100), (["b"], 1)]


def test_reserved_slots_are_not_promised_twice() -> None:
    group = Group(("a",), 10)
    (first,) = plan([group], 6)
    first.reserve()

    (second,) = plan([group], 6)

    assert second.limit == 4
    first.settle()
    assert group.free == 10


def test_a_group_without_a_free_slot_is_owed_a_look_until_it_is_planned_again() -> None:
    wide, narrow = Group(("a",), 50), Group(("b",), 1)
    (first,) = plan([wide, narrow], 100, is_probe=True)
    first.reserve()

    (second,) = plan([wide, narrow], 100, is_probe=True)

    assert (second.handlers, narrow.is_owed) == (["a"], False)
    first.settle()
    assert (wide.is_owed, narrow.is_owed) == (False, True)
    plan([wide, narrow], 100)
    assert not narrow.is_owed


@pytest.mark.parametrize("is_probe", [True, False])
def test_where_no_slot_is_free_every_group_is_owed_a_look(is_probe: bool) -> None:
    groups = [Group(("a",), 2, running=2), Group(("b",), 1, running=1)]
    assert plan(groups, 100, is_probe=is_probe) == []

    for group in groups:
        group.running -= 1

    assert [group.is_owed for group in groups] == [True, True]
