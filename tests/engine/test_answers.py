"""Which wait an answer is for, where several wait under one name."""

from __future__ import annotations

import json
import uuid
from typing import Any

import psycopg
import pytest

from build import Tenant

ASK: dict[str, Any] = {
    "name": "ask",
    "type": "WAIT_FOR_INPUT",
    "config": {"prompt": "Pay {{ item }}?"},
}


def each(name: str, of: str, *steps: dict[str, Any]) -> dict[str, Any]:
    config = {"for_each": of}
    return {"name": name, "type": "PARALLEL_EXECUTION", "config": config, "steps": list(steps)}


@pytest.fixture
def items(tenant: Tenant) -> uuid.UUID:
    tenant.apply(each("all", "$input.ids", ASK))
    return tenant.start({"ids": ["A", "B", "C"]})


@pytest.fixture
def nested(tenant: Tenant) -> uuid.UUID:
    tenant.apply(each("outer", "$input.rows", each("inner", "$item", ASK)))
    return tenant.start({"rows": [["A", "B"], ["C"]]})


def answer(tenant: Tenant, execution: uuid.UUID, step: str, value: Any = "yes") -> None:
    tenant.one(
        "select pbdb.submit_step_input(%s, %s, %s::jsonb)", execution, step, json.dumps(value)
    )


def waiting(tenant: Tenant, execution: uuid.UUID) -> list[str]:
    query = "select step_address from pbdb.list_inbox(p_execution_id => %s)"
    return [row[0] for row in tenant.rows(query, execution)]


def test_a_name_that_fits_several_waits_is_refused_with_the_list(
    tenant: Tenant, items: uuid.UUID
) -> None:
    with pytest.raises(psycopg.Error) as refused:
        answer(tenant, items, "ask")

    assert refused.value.sqlstate == "PB017"
    assert '"ask"' in str(refused.value)
    assert "ask[0], ask[1], ask[2]" in str(refused.value.diag.message_hint)
    assert waiting(tenant, items) == ["ask[0]", "ask[1]", "ask[2]"]


def test_a_position_picks_its_item(tenant: Tenant, items: uuid.UUID) -> None:
    answer(tenant, items, "ask[1]", "for B")
    assert waiting(tenant, items) == ["ask[0]", "ask[2]"]
    answer(tenant, items, "ask[2]", "for C")
    # One is left, so its name is clear.
    answer(tenant, items, "ask", "for A")

    assert tenant.result(items)["output_data"] == ["for A", "for B", "for C"]


def test_positions_nest_and_the_inner_one_is_enough_where_it_is_clear(
    tenant: Tenant, nested: uuid.UUID
) -> None:
    assert sorted(waiting(tenant, nested)) == ["ask[0][0]", "ask[0][1]", "ask[1][0]"]

    with pytest.raises(psycopg.Error) as refused:
        answer(tenant, nested, "ask[0]")
    assert "ask[0][0], ask[1][0]" in str(refused.value.diag.message_hint)
    answer(tenant, nested, "ask[1]", "B")
    answer(tenant, nested, "ask[1][0]", "C")
    answer(tenant, nested, "ask[0]", "A")

    assert tenant.result(nested)["output_data"] == [["A", "B"], ["C"]]


@pytest.mark.parametrize("name", ["asks", "ask[3]", "ask[0][0]", "ask[]", "ask[-1]", "", "all"])
def test_a_name_that_fits_no_wait_is_told_what_waits(
    tenant: Tenant, items: uuid.UUID, name: str
) -> None:
    with pytest.raises(psycopg.Error) as refused:
        answer(tenant, items, name)

    assert refused.value.sqlstate == "PB023"
    assert "ask[0], ask[1], ask[2]" in str(refused.value.diag.message_hint)


def test_a_step_may_be_called_like_an_item(tenant: Tenant) -> None:
    tenant.apply({**ASK, "name": "ask[1]", "config": {"prompt": "?"}})
    execution = tenant.start()
    answer(tenant, execution, "ask[1]")
    assert tenant.status(execution) == "COMPLETED"


def test_a_diagnosis_says_how_to_answer_each(tenant: Tenant, items: uuid.UUID) -> None:
    remedies = tenant.rows("select remedy from pbdb.diagnose_execution(%s)", items)
    told = " ".join(str(row[0]) for row in remedies)
    assert all(f"'ask[{n}]'" in told for n in range(3))
