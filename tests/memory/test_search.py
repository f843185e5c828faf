"""What a search finds, in which order, and what it never shows."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

Connection = psycopg.Connection[Any]
Vector = Callable[[float], list[float]]

pytestmark = pytest.mark.usefixtures("model")

QUERY = [1.0, 0.0, 0.0]


@pytest.fixture
def store(app: Connection, as_tenant: Any, organization: uuid.UUID) -> Callable[..., uuid.UUID]:
    """Store a memory of the tenant; returns its id."""

    def run(
        content: str,
        embedding: list[float] | None = None,
        tenant: uuid.UUID = organization,
        **rest: Any,
    ) -> uuid.UUID:
        names = "".join(f", {name} => %({name})s" for name in rest)
        with as_tenant(app, tenant):
            row = app.execute(
                f"select pbdb.store_memory(%(content)s, %(embedding)s::real[]{names})",
                {"content": content, "embedding": embedding, **rest},
            ).fetchone()
        assert row is not None
        return uuid.UUID(str(row[0]))

    return run


@pytest.fixture
def search(
    app: Connection, as_tenant: Any, organization: uuid.UUID
) -> Callable[..., list[tuple[str, float]]]:
    """Search as the tenant; returns (content, similarity)."""

    def run(**arguments: Any) -> list[tuple[str, float]]:
        names = ", ".join(
            f"{name} => %({name})s{'::real[]' if name == 'p_embedding' else ''}"
            for name in arguments
        )
        with as_tenant(app, organization):
            return app.execute(
                f"select content, similarity from pbdb.search_memories({names})", arguments
            ).fetchall()

    return run


def test_similarity_is_one_minus_the_cosine_distance_and_the_nearest_comes_first(
    store: Any, search: Any, vector: Vector
) -> None:
    for similarity in (0.75, 0.95, 0.85):
        store(str(similarity), [5 * x for x in vector(similarity)])
    found = search(p_embedding=QUERY)
    assert [content for content, _ in found] == ["0.95", "0.85", "0.75"]
    assert [score for _, score in found] == pytest.approx([0.95, 0.85, 0.75], abs=1e-6)


def test_the_threshold_is_seven_tenths_unless_given_and_comes_before_the_limit(
    store: Any, search: Any, vector: Vector
) -> None:
    for similarity in (0.8, 0.71, 0.69, 0.2):
        store(str(similarity), vector(similarity))
    assert [c for c, _ in search(p_embedding=QUERY)] == ["0.8", "0.71"]
    assert [c for c, _ in search(p_embedding=QUERY, p_threshold=0.5)] == ["0.8", "0.71", "0.69"]
    assert [c for c, _ in search(p_embedding=QUERY, p_threshold=0.5, p_limit=1)] == ["0.8"]


def test_a_model_may_have_a_threshold_of_its_own(
    worker: Connection, store: Any, search: Any, vector: Vector
) -> None:
    store("0.4", vector(0.4))
    assert search(p_embedding=QUERY) == []
    worker.execute("select pbdb.register_embedding_model('tiny', 3, p_default_threshold => 0.3)")
    assert [c for c, _ in search(p_embedding=QUERY)] == ["0.4"]


def test_ten_rows_come_back_unless_more_are_asked_for(
    store: Any, search: Any, vector: Vector
) -> None:
    for n in range(12):
        store(str(n), vector(0.9))
    assert len(search(p_embedding=QUERY)) == 10
    assert len(search(p_embedding=QUERY, p_limit=11)) == 11


def test_expired_memories_are_not_found_in_any_mode(
    app: Connection, as_tenant: Any, organization: uuid.UUID, search: Any
) -> None:
    with as_tenant(app, organization):
        app.execute(
            "select pbdb.store_memory('old news', array[1,0,0]::real[], p_expires_at => now()), "
            "pbdb.store_memory('news', array[1,0,0]::real[], p_expires_at => now() + '1 hour')"
        )
    for mode in ("vector", "text", "hybrid"):
        found = search(p_embedding=QUERY, p_query="news", p_mode=mode)
        assert [content for content, _ in found] == ["news"], mode


@pytest.mark.parametrize("mode", ["vector", "text", "hybrid"])
def test_another_organizations_memories_do_not_exist(
    store: Any, search: Any, organization: uuid.UUID, mode: str
) -> None:
    store("secret of another", QUERY, tenant=uuid.uuid4())
    store(f"mentions organization {organization}", QUERY, tenant=uuid.uuid4())
    assert (
        search(p_embedding=QUERY, p_query=f"secret organization {organization}", p_mode=mode) == []
    )


@pytest.mark.parametrize("mode", ["vector", "text", "hybrid"])
def test_agent_and_filter_narrow_the_search(store: Any, search: Any, mode: str) -> None:
    agent = uuid.uuid4()
    store("of the agent", QUERY, p_agent_id=agent)
    store("the agent note", QUERY, p_agent_id=agent, p_metadata=Jsonb({"kind": "note", "n": 1}))
    store("of nobody, an agent note", QUERY, p_metadata=Jsonb({"kind": "note"}))
    base = {"p_embedding": QUERY, "p_query": "agent", "p_mode": mode}
    assert len(search(**base)) == 3
    assert len(search(**base, p_agent_id=agent)) == 2
    assert len(search(**base, p_filter=Jsonb({"kind": "note"}))) == 2
    both = search(**base, p_agent_id=agent, p_filter=Jsonb({"kind": "note"}))
    assert [content for content, _ in both] == ["the agent note"]
    assert search(**base, p_agent_id=uuid.uuid4()) == []


def test_models_live_side_by_side(worker: Connection, store: Any, search: Any) -> None:
    worker.execute("select pbdb.register_embedding_model('flat', 2)")
    store("three dimensions", QUERY)
    store("two dimensions", [1.0, 0.0], p_model="flat")
    assert [c for c, _ in search(p_embedding=QUERY)] == ["three dimensions"]
    assert [c for c, _ in search(p_embedding=[1, 0], p_model="flat")] == ["two dimensions"]


def test_a_text_search_needs_no_vector_and_any_word_may_match(store: Any, search: Any) -> None:
    store("The invoice was paid in March")
    store("Invoices are sent by post")
    store("Nothing of the kind")
    found = search(p_query="When was the invoice paid?", p_mode="text")
    assert [c for c, _ in found] == ["The invoice was paid in March", "Invoices are sent by post"]
    assert all(0 < score < 1 for _, score in found)


@pytest.mark.parametrize("query", ["the of and", "?!", "'' | \\ & ! ( <->", "foo:*b & 'bar"])
def test_no_text_breaks_a_text_search(store: Any, search: Any, query: str) -> None:
    store("something")
    assert search(p_query=query, p_mode="text") == []


def test_hybrid_puts_first_what_is_good_in_both_ways(
    store: Any, search: Any, vector: Vector
) -> None:
    for similarity in (0.99, 0.9, 0.8):
        store("unrelated words", vector(similarity))
    store("a zebra crossing", vector(0.95))
    store("zebra zebra zebra", vector(0.1))
    store("without a vector, a zebra")
    found = search(p_query="zebra", p_embedding=QUERY, p_mode="hybrid")
    assert found[0][0] == "a zebra crossing"
    assert len(found) == 6
    similarities = dict(found)
    assert similarities["zebra zebra zebra"] == pytest.approx(0.1, abs=1e-6)
    assert similarities["without a vector, a zebra"] is None


def test_a_threshold_in_hybrid_holds_for_the_vector_half(
    store: Any, search: Any, vector: Vector
) -> None:
    store("unrelated words", vector(0.4))
    store("zebra", vector(0.1))
    found = search(p_query="zebra", p_embedding=QUERY, p_mode="hybrid", p_threshold=0.5)
    assert [c for c, _ in found] == ["zebra"]


@pytest.mark.parametrize("first", [0.2, 0.9])
def test_importance_decides_between_equals(store: Any, search: Any, first: float) -> None:
    store(str(first), QUERY, p_importance=first)
    store("0.5", QUERY, p_importance=0.5)
    assert [c for c, _ in search(p_embedding=QUERY)] == sorted([str(first), "0.5"], reverse=True)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({}, "PB017"),
        ({"p_mode": "text"}, "PB017"),
        ({"p_mode": "hybrid", "p_embedding": QUERY}, "PB017"),
        ({"p_mode": "telepathy", "p_embedding": QUERY}, "PB017"),
        ({"p_embedding": QUERY, "p_limit": 0}, "PB017"),
        ({"p_embedding": QUERY, "p_limit": 1001}, "PB017"),
        ({"p_embedding": QUERY, "p_threshold": 2}, "PB017"),
        ({"p_embedding": QUERY, "p_filter": Jsonb([])}, "PB017"),
        ({"p_embedding": QUERY, "p_model": "unknown"}, "PB017"),
        ({"p_embedding": [1.0, 0.0]}, "PB020"),
        ({"p_embedding": [0.0, 0.0, 0.0]}, "PB020"),
    ],
)
def test_a_search_that_makes_no_sense_says_so(
    search: Any, arguments: dict[str, Any], code: str
) -> None:
    with pytest.raises(psycopg.Error) as caught:
        search(**arguments)
    assert caught.value.sqlstate == code
    assert caught.value.diag.message_hint


@pytest.mark.parametrize(
    "query", ["getattr", "__getattr__", "object.__getattr__", "get-attr object", "OBJECT"]
)
def test_words_inside_names_and_addresses_are_found(store: Any, search: Any, query: str) -> None:
    store("see object.__getattr__(self, name) at https://docs.example.org/get-attr")
    assert len(search(p_query=query, p_mode="text")) == 1


def test_a_rare_word_counts_more_than_a_common_one(store: Any, search: Any) -> None:
    for n in range(20):
        store(f"the invoice number {n} was paid by the customer, invoice closed")
    store("a zebra crossed the road")
    found = search(p_query="invoice of the zebra", p_mode="text")
    assert found[0][0] == "a zebra crossed the road"
