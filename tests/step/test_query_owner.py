"""A function that is safe because of whom it belongs to runs for nobody else."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from pbdb.install.verify import RUNS_AS_QUERY

Connection = psycopg.Connection[Any]

CALLS = {
    "_query_as_tenant": "select pbdb._query_as_tenant('select 1', '{}', 10, 1000)",
    "_explain_as_tenant": "select pbdb._explain_as_tenant('select 1', true)",
}


def test_every_function_of_pbdb_query_is_known(owner: Connection) -> None:
    found = owner.execute(
        "select proname::text from pg_proc where proowner = 'pbdb_query'::regrole"
    ).fetchall()

    assert {name for (name,) in found} == RUNS_AS_QUERY == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("other", ["postgres", "pbdb_owner"])
def test_it_refuses_when_it_belongs_to_another(owner: Connection, name: str, other: str) -> None:
    superuser = owner.execute("select current_user").fetchone()
    assert superuser is not None
    owner.execute(CALLS[name].encode())

    new_owner = superuser[0] if other == "postgres" else other
    owner.execute(f'alter function pbdb.{name} owner to "{new_owner}"'.encode())

    with pytest.raises(psycopg.Error) as refused:
        owner.execute(CALLS[name].encode())
    assert refused.value.sqlstate == "PB022"
    assert "pbdb verify" in str(refused.value)
