"""An idempotency key stands for one request: same request, same execution, whatever becomes of it."""

from __future__ import annotations

import json
import uuid
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from build import Tenant, as_tenant, function, transform

Connection = psycopg.Connection[Any]

SAME = [
    ("1", "1.0"),
    ("1.5", "1.50"),
    ("-0.0", "0"),
    ("100", "1e2"),
    ("1.0e-3", "0.0010"),
    ('{"a": 1, "b": [2.0, 10.00]}', '{"b": [2, 10], "a": 1.000}'),
]
OTHER = [
    ('"1.0"', '"1"'),
    ('"1.0"', "1.0"),
    ("[1.01]", "[1.1]"),
    ("10", "1"),
    ("[[1], 2]", "[[1, 2]]"),
    ('{"a": "x\\" 1.0"}', '{"a": "x\\" 1"}'),
    ('["a\\\\", 1.10]', '["a\\\\", 1.01]'),
    ("null", "{}"),
]


def start(tenant: Tenant, input: str, name: str = "test", key: str = "k") -> uuid.UUID:
    execution: uuid.UUID = tenant.one("select pbdb.start_playbook(%s, %s, %s)", name, input, key)
    return execution


def refusal(tenant: Tenant, *args: Any, **more: Any) -> str | None:
    with pytest.raises(psycopg.Error) as refused:
        start(tenant, *args, **more)
    return refused.value.sqlstate


@pytest.mark.parametrize(("one", "other"), SAME)
def test_equal_inputs_are_the_same_request(tenant: Tenant, one: str, other: str) -> None:
    tenant.apply(transform("a", "$input"))
    assert start(tenant, one) == start(tenant, other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_other_inputs_are_another_request(tenant: Tenant, one: str, other: str) -> None:
    tenant.apply(transform("a", "$input"))
    start(tenant, one)
    assert refusal(tenant, other) == "PB007"


def test_where_the_name_ends_and_the_input_begins_is_part_of_the_request(tenant: Tenant) -> None:
    for name in ("a", "a1"):
        tenant.apply(transform("s", 1), name=name)
    start(tenant, "12", name="a")
    assert refusal(tenant, "2", name="a1") == "PB007"


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.text(alphabet='ab1.0"\\ ', max_size=6),
    st.sampled_from(["0", "0.0", "1", "1.0", "1.50", "1.5", "10.010", "10.01", "-2.00"]).map(
        lambda text: Number(text)
    ),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(alphabet='a1.0"', max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)


class Number:
    """A number with the zeros that it was written with."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def written(value: Any) -> str:
    """JSON of a value, its numbers as they are."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(k)}: {written(v)}' for k, v in value.items())}}}"
    return json.dumps(value)


def test_a_hash_is_the_same_for_equal_values_and_for_no_others(
    owner: psycopg.Connection[Any],
) -> None:
    @settings(max_examples=300, deadline=None)
    @given(VALUES, VALUES)
    def check(one: Any, other: Any) -> None:
        row = owner.execute(
            "select pbdb._input_hash('p', v.one) = pbdb._input_hash('p', v.other), v.one = v.other"
            " from (select %s::jsonb, %s::jsonb) as v (one, other)",
            (written(one), written(other)),
        ).fetchone()
        assert row is not None and row[0] == row[1]

    check()


def test_a_request_that_is_repeated_after_its_execution_is_gone_starts_nothing(
    tenant: Tenant, owner: Connection
) -> None:
    tenant.apply(function("f"))
    first = start(tenant, '{"n": 1}')
    owner.execute("delete from pbdb.playbook_executions where id = %s", (first,))

    assert start(tenant, '{"n": 1}') == first
    assert refusal(tenant, '{"n": 2}') == "PB007"
    assert tenant.rows("select id from pbdb.playbook_executions") == []


def test_what_is_rolled_back_leaves_its_key_free(tenant: Tenant) -> None:
    tenant.apply(function("f"))
    with as_tenant(tenant.app, tenant.organization) as conn, conn.transaction(force_rollback=True):
        conn.execute("select pbdb.start_playbook('test', '{\"n\": 1}', 'k')")

    execution = start(tenant, '{"n": 2}')

    assert tenant.status(execution) == "RUNNING"


def test_a_key_that_comes_twice_in_one_call_starts_one_execution(tenant: Tenant) -> None:
    playbook = tenant.apply(transform("a", 1))
    inputs = [Jsonb({"n": 1}), Jsonb({"n": 2}), Jsonb({"n": 1.0})]

    started = tenant.rows(
        "select pbdb.start_playbook_executions(%s, %s, array['k', 'l', 'k'])", playbook, inputs
    )

    assert started[0] == started[2] != started[1]
    assert len(tenant.rows("select id from pbdb.playbook_executions")) == 2


@pytest.mark.parametrize("key", ["", "k" * 501, "語" * 20000])
def test_a_key_that_could_not_be_kept_is_refused_with_what_to_do(tenant: Tenant, key: str) -> None:
    tenant.apply(function("f"))
    assert refusal(tenant, "{}", key=key) == "PB017"


def test_a_key_of_five_hundred_wide_characters_is_kept(tenant: Tenant) -> None:
    tenant.apply(function("f"))
    assert start(tenant, "{}", key="😀" * 500) == start(tenant, "{}", key="😀" * 500)


def test_an_execution_is_written_once_with_its_key(tenant: Tenant) -> None:
    """A keyed start costs one row more, and no second version of the execution."""
    tenant.apply(transform("a", 1))
    execution = start(tenant, "{}")
    assert tenant.rows("select idempotency_key, ctid from pbdb.playbook_executions") == [
        ("k", "(0,1)")
    ]
    assert tenant.rows("select execution_id from pbdb.playbook_idempotency_keys") == [(execution,)]
