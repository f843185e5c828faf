"""What the engine gets when it runs a MEMORY_SEARCH step."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

Connection = psycopg.Connection[Any]
Run = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("model")

QUERY = [1.0, 0.0, 0.0]


@pytest.fixture
def memory(app: Connection, model: str, as_tenant: Any, organization: uuid.UUID) -> str:
    """The id of a memory of the tenant, stored with the vector of QUERY."""
    with as_tenant(app, organization):
        row = app.execute(
            "select pbdb.store_memory('The invoice is paid', %s::real[], p_source => 'mail', "
            """p_metadata => '{"kind": "note"}')::text""",
            (QUERY,),
        ).fetchone()
    assert row is not None
    return str(row[0])


@pytest.fixture
def run(owner: Connection, organization: uuid.UUID) -> Run:
    """Run a step the way the engine does: as pbdb_owner, with no tenant set."""
    owner.execute("set role pbdb_owner")

    def search(config: Any, given: Any = None, embedding: Any = None) -> Any:
        row = owner.execute(
            "select pbdb._run_memory_search(%s, %s, %s, %s::real[])",
            (organization, Jsonb(config), Jsonb(given), embedding),
        ).fetchone()
        assert row is not None
        return row[0]

    return search


def test_the_output_has_results_their_count_and_the_query(run: Run, memory: str) -> None:
    output = run({"query": "paid?"}, embedding=QUERY)
    timestamp = output["results"][0]["metadata"].pop("timestamp")
    assert timestamp
    assert output == {
        "query": "paid?",
        "results_count": 1,
        "results": [
            {
                "id": memory,
                "content": "The invoice is paid",
                "similarity": 1,
                "metadata": {"source": "mail", "kind": "note"},
            }
        ],
    }


def test_nothing_found_is_an_empty_list(run: Run) -> None:
    assert run({"query": "x"}, embedding=QUERY) == {"results": [], "results_count": 0, "query": "x"}


@pytest.mark.usefixtures("memory")
def test_the_configs_query_wins_over_the_inputs(run: Run) -> None:
    assert run({"query": "config"}, {"query": "input"}, QUERY)["query"] == "config"
    assert run({}, {"query": "input"}, QUERY)["query"] == "input"
    assert run({"mode": "text", "query": None}, {"query": "invoices"})["results_count"] == 1


@pytest.mark.usefixtures("memory")
def test_an_embedding_in_the_config_needs_no_runner(run: Run) -> None:
    assert run({"embedding": [1, 0, 0]})["results_count"] == 1
    assert run({"embedding": [0, 1, 0]}, embedding=QUERY)["results_count"] == 0


@pytest.mark.usefixtures("memory")
def test_limit_threshold_filter_agent_and_model_are_passed_on(run: Run) -> None:
    near = [0.6, 0.8, 0.0]
    assert run({}, {}, near)["results_count"] == 0
    assert run({"threshold": "0.5", "limit": "2"}, {}, near)["results_count"] == 1
    assert run({"threshold": 1e-300, "limit": 2.0}, {}, near)["results_count"] == 1
    assert run({"threshold": 0.5, "limit": 3, "model": "tiny"}, {}, near)["results_count"] == 1
    assert run({"filter": {"kind": "note"}}, {}, QUERY)["results_count"] == 1
    assert run({"filter": {"kind": "fact"}}, {}, QUERY)["results_count"] == 0
    assert run({"agent_id": str(uuid.uuid4())}, {}, QUERY)["results_count"] == 0
    assert run({"mode": "hybrid", "query": "invoice"}, {}, QUERY)["results_count"] == 1


@pytest.mark.usefixtures("memory")
def test_nulls_in_the_config_are_as_good_as_nothing(run: Run) -> None:
    keys = ("query", "embedding", "agent_id", "limit", "threshold", "filter", "mode", "model")
    assert run(dict.fromkeys(keys), None, QUERY)["results_count"] == 1


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ({}, "PB024"),
        ({"query": "needs a vector"}, "PB024"),
        ({"mode": "text"}, "PB024"),
        ({"mode": "text", "query": " "}, "PB024"),
        ({"mode": "text", "query": 7}, "PB024"),
        ({"mode": "other", "embedding": QUERY}, "PB024"),
        ({"embedding": "[1,0,0]"}, "PB024"),
        ({"embedding": [1, "0", 0]}, "PB024"),
        ({"embedding": [1, [0], 0]}, "PB024"),
        ({"embedding": {"x": 1}}, "PB024"),
        ({"embedding": [1, 1e300, 0]}, "PB024"),
        ({"embedding": []}, "PB020"),
        ({"embedding": [1, 0]}, "PB020"),
        ({"embedding": [1, None, 0]}, "PB020"),
        ({"embedding": QUERY, "limit": "many"}, "PB024"),
        ({"embedding": QUERY, "limit": 0}, "PB024"),
        ({"embedding": QUERY, "limit": 1.5}, "PB024"),
        ({"embedding": QUERY, "limit": {}}, "PB024"),
        ({"embedding": QUERY, "limit": [5]}, "PB024"),
        ({"embedding": QUERY, "limit": 1e300}, "PB024"),
        ({"embedding": QUERY, "limit": True}, "PB024"),
        ({"embedding": QUERY, "threshold": "NaN"}, "PB024"),
        ({"embedding": QUERY, "threshold": 3}, "PB024"),
        ({"embedding": QUERY, "threshold": "x"}, "PB024"),
        ({"embedding": QUERY, "agent_id": "x"}, "PB024"),
        ({"embedding": QUERY, "filter": "x"}, "PB024"),
        ({"embedding": QUERY, "filter": []}, "PB024"),
        ({"embedding": QUERY, "model": "unknown"}, "PB017"),
    ],
)
def test_a_config_that_makes_no_search_fails_with_its_reason(
    run: Run, config: Any, code: str
) -> None:
    with pytest.raises(psycopg.Error) as caught:
        run(config, {})
    assert caught.value.sqlstate == code
    assert caught.value.diag.message_hint


def test_an_app_cannot_name_the_organization_it_searches(app: Connection) -> None:
    for call in (
        "pbdb._run_memory_search(gen_random_uuid(), '{}', '{}', null)",
        "pbdb._search_memories(gen_random_uuid(), 'x', null, null, null, 1, null, '{}', 'text')",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(f"select {call}")
