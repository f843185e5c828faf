"""While more is due than a claim asks for, tenants and their handlers have turns."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from build import Tenant, function

Connection = psycopg.Connection[Any]
Group = Callable[[int], list[Tenant]]


@pytest.fixture
def group(app: Connection, worker: Connection) -> Group:
    """Tenants whose ids follow each other, the first before all others."""

    def make(count: int) -> list[Tenant]:
        tenants = [Tenant(app, worker, uuid.UUID(int=n + 1)) for n in range(count)]
        for each in tenants:
            each.apply(function("f"), name="f")
            each.apply(function("g"), name="g")
        return tenants

    return make


def fill(tenant: Tenant, count: int, name: str = "f") -> None:
    tenant.rows("select pbdb.start_playbook(%s, '{}') from generate_series(1, %s)", name, count)


def claim(tenant: Tenant, limit: int) -> Counter[int]:
    """How many steps of which tenant (counted from 1) a claim leases."""
    return Counter(row["organization_id"].int for row in tenant.claim(limit=limit))


def test_a_small_tenant_does_not_stand_behind_a_flood(group: Group) -> None:
    flood, *small = group(4)
    fill(flood, 60)
    for each in small:
        fill(each, 2)

    first, second = claim(flood, 8), claim(flood, 8)

    assert first == {1: 8}  # came first, and who asks for eight may have asked for all
    assert second == {1: 2, 2: 2, 3: 2, 4: 2}
    assert claim(flood, 8) == {1: 8}


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_every_tenant_has_its_turn_where_there_are_more_of_them_than_rows(
    group: Group, limit: int
) -> None:
    tenants = group(7)
    for each in tenants:
        fill(each, 20)
    claim(tenants[0], limit)

    taken = sum((claim(tenants[0], limit) for _ in range(14)), Counter[int]())

    assert set(taken) == set(range(1, 8))
    assert max(taken.values()) - min(taken.values()) <= limit


def test_more_tenants_than_one_look_finds_are_served_in_a_few(group: Group) -> None:
    tenants = group(50)
    fill(tenants[0], 100)
    for each in tenants[1:]:
        fill(each, 1)
    claim(tenants[0], 10)

    taken = sum((claim(tenants[0], 10) for _ in range(6)), Counter[int]())

    assert set(taken) == set(range(1, 51))


def test_a_handler_does_not_stand_behind_another_s_flood(group: Group) -> None:
    (tenant,) = group(1)
    fill(tenant, 60)
    fill(tenant, 3, "g")
    tenant.claim(limit=8)

    names = Counter(row["step_name"] for row in tenant.claim(limit=8))

    assert names == {"f": 5, "g": 3} or names == {"f": 4, "g": 3}


def test_a_tenant_with_two_handlers_has_no_two_shares(group: Group) -> None:
    one, other = group(2)
    fill(one, 60)
    fill(one, 60, "g")
    fill(other, 60)
    claim(one, 12)

    assert claim(one, 12) == {1: 6, 2: 6}


def test_what_is_left_of_the_shares_goes_to_who_has_more(group: Group) -> None:
    flood, small, _ = group(3)
    fill(flood, 60)
    fill(small, 1)
    claim(flood, 10)

    assert claim(flood, 10) == {1: 9, 2: 1}


def test_a_claim_that_gets_less_than_it_asks_for_ends_the_turns(
    group: Group, worker: Connection
) -> None:
    (tenant,) = group(1)
    fill(tenant, 12)
    for asked, noted in ((5, True), (5, True), (5, False), (5, False)):
        tenant.claim(limit=asked)
        assert bool(place(worker)) is noted


def test_a_claim_for_other_handlers_does_not_end_the_turns(group: Group) -> None:
    flood, small = group(2)
    fill(flood, 60)
    claim(flood, 4)
    assert flood.claim("DATABASE_QUERY", limit=4) == []
    fill(small, 2)

    assert claim(flood, 4) == {1: 2, 2: 2}


SETTING = "'pbdb.claim_place_' || to_hex(hashtext('{CUSTOM_FUNCTION,API_CALL}'))"


def place(worker: Connection) -> str | None:
    """Where the turns of this session begin for the handlers that `Tenant.claim` asks for."""
    row = worker.execute(f"select current_setting({SETTING}, true)".encode()).fetchone()
    assert row is not None
    return str(row[0]) if row[0] else None


@pytest.mark.parametrize("text", ["x", "", "00000000-0000-0000-0000-000000000000", "f" * 32])
def test_a_place_that_a_session_sets_itself_does_no_harm(
    group: Group, worker: Connection, text: str
) -> None:
    tenants = group(3)
    for each in tenants:
        fill(each, 3)
    worker.execute(f"select set_config({SETTING}, %s, false)".encode(), (text,))

    assert sum((claim(tenants[0], 4) for _ in range(3)), Counter[int]()) == {1: 3, 2: 3, 3: 3}


def test_two_sessions_in_turns_take_every_step_once(
    group: Group, worker: Connection, connect: Callable[..., Connection]
) -> None:
    tenants = group(5)
    for each in tenants:
        fill(each, 12)
    other = connect("worker_two")
    taken: list[Any] = []
    for _ in range(12):
        for session in (worker, other):
            taken += session.execute(
                "select step_result_id from pbdb.claim_playbook_steps('w', '{CUSTOM_FUNCTION}', 3)"
            ).fetchall()
    assert len(taken) == len(set(taken)) == 60


def test_a_claim_in_turns_reads_little_of_a_long_queue(group: Group, owner: Connection) -> None:
    flood, *small = group(5)
    for each in (flood, *small):
        fill(each, 1_000 if each is flood else 3)
    claim = "select * from pbdb.claim_playbook_steps('w', '{CUSTOM_FUNCTION:f}', 5)"
    for _ in range(3):
        owner.execute(claim)
    plan = owner.execute(f"explain (analyze, buffers, format json) {claim}".encode()).fetchone()
    assert plan is not None
    assert plan[0][0]["Plan"]["Shared Hit Blocks"] < 300


CHILD = {"name": "call", "type": "CUSTOM_FUNCTION", "config": {"playbook": "child"}}


def test_a_claim_for_one_execution_takes_it_and_what_it_called_only(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    for each in (tenant, other_tenant):
        each.apply(function("f"), name="child")
        each.apply(function("f"), CHILD, function("g"), name="parent")
    mine, same, theirs = (
        tenant.start(name="parent"), tenant.start(name="parent"),
        other_tenant.start(name="parent"),
    )  # fmt: skip
    seen = []
    query = (
        "select * from pbdb.complete_and_claim_playbook_steps("
        "'w', %s::uuid[], %s::uuid[], %s, null, '{CUSTOM_FUNCTION}', 10, 60, %s)"
    )
    held: list[tuple[Any, Any]] = []
    for _ in range(4):
        rows = tenant.worker.execute(
            query,
            ([h[0] for h in held], [h[1] for h in held], ["1"] * len(held), mine),
        ).fetchall()
        claimed = [row for row in rows if row[0] is None]
        held = [(row[3], row[4]) for row in claimed]
        seen += [row[8] for row in claimed]

    assert seen == ["f", "f", "g"]
    assert tenant.status(mine) == "COMPLETED"
    assert {tenant.status(same), other_tenant.status(theirs)} == {"RUNNING"}
    assert len(tenant.claim()) == 2
