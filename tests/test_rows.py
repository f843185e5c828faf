"""The typed rows of the client have the columns that the functions return, of the same kinds."""

from __future__ import annotations

import inspect
import re
import typing
from typing import Any

import psycopg
import pytest

from pbdb import rows
from pbdb.client import Client

_KINDS = {
    "uuid": "UUID", "text": "str", "character varying": "str", "integer": "int", "bigint": "int",
    "numeric": "Decimal", "real": "float", "boolean": "bool", "date": "date", "jsonb": "Any",
    "timestamp with time zone": "datetime", "uuid[]": "list[UUID]", "text[]": "list[str]",
}  # fmt: skip
# A function for each kind of row, from what the client's methods say and ask.
_FOUND = {
    (typing.get_type_hints(method)["return"], name)
    for method in vars(Client).values()
    if inspect.isfunction(method)
    for name in re.findall(r"select \* from pbdb\.(\w+)\(", inspect.getsource(method))
}
TYPED = sorted(
    (row.__name__, name)
    for hint, name in _FOUND
    for row in [next(iter(typing.get_args(hint)), hint)]
    if typing.is_typeddict(row)
)


@pytest.mark.parametrize(("row", "function"), TYPED)
def test_a_row_has_the_columns_of_its_function(
    row: str, function: str, owner: psycopg.Connection[Any]
) -> None:
    columns = owner.execute(
        "select a.name, format_type(a.type, null) from pg_proc as p, "
        "unnest(p.proargnames, p.proallargtypes, p.proargmodes) as a (name, type, mode) "
        "where p.pronamespace = 'pbdb'::regnamespace and p.proname = %s and a.mode = 't'",
        (function,),
    ).fetchall()
    told = {
        name: hint.replace(" | None", "")
        for name, hint in getattr(rows, row).__annotations__.items()
        for hint in [hint.__forward_arg__]
    }
    assert told == {name: _KINDS.get(kind, "str") for name, kind in columns}


def test_every_kind_of_row_is_of_some_function() -> None:
    kinds = {name for name, kind in vars(rows).items() if typing.is_typeddict(kind)}
    assert {row for row, _ in TYPED} == kinds
