"""Storing, correcting, deleting and purging memories."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

Connection = psycopg.Connection[Any]

pytestmark = pytest.mark.usefixtures("model")


def sqlstate(run: Callable[[], object]) -> str:
    with pytest.raises(psycopg.Error) as caught:
        run()
    assert caught.value.diag.message_hint
    return caught.value.sqlstate or ""


def test_a_memory_is_stored_with_everything_that_was_given(
    app: Connection, as_tenant: Any, organization: uuid.UUID
) -> None:
    agent = uuid.uuid4()
    with as_tenant(app, organization):
        row = app.execute(
            "select pbdb.store_memory('Berlin is wet', %s::real[], null, %s, %s, 'diary', 0.5, "
            "now() + '1 day')",
            ([1, 0, 0], agent, Jsonb({"kind": "note"})),
        ).fetchone()
        assert row is not None and row[0].version == 7
        stored = app.execute(
            "select m.organization_id, m.agent_id, m.content, m.metadata, m.source, m.importance, "
            "m.expires_at > now(), e.model, e.embedding::text, e.agent_id "
            "from pbdb.agent_memories as m join pbdb.agent_memory_embeddings as e "
            "on e.memory_id = m.id where m.id = %s",
            row,
        ).fetchall()
    assert stored == [
        (organization, agent, "Berlin is wet", {"kind": "note"}, "diary", 0.5, True, "tiny",
         "[1,0,0]", agent)
    ]  # fmt: skip


def test_many_memories_are_stored_in_order(
    app: Connection, as_tenant: Any, organization: uuid.UUID
) -> None:
    with as_tenant(app, organization):
        ids = [
            row[0]
            for row in app.execute(
                "select pbdb.store_memories(%s, %s::real[], p_metadata => %s)",
                (["one", "two"], [[1, 0, 0], [0, 1, 0]], [Jsonb({"n": 1}), None]),
            )
        ]
        found = app.execute(
            "select m.id, m.content, m.metadata, e.embedding::text from pbdb.agent_memories as m "
            "join pbdb.agent_memory_embeddings as e on e.memory_id = m.id order by m.id"
        ).fetchall()
    assert found == [
        (ids[0], "one", {"n": 1}, "[1,0,0]"),
        (ids[1], "two", {}, "[0,1,0]"),
    ]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("'a', array[1,0]::real[]", "PB020"),
        ("'a', array[0,0,0]::real[]", "PB020"),
        ("'a', array[1,0,'NaN']::real[]", "PB020"),
        ("'a', array[1,0,null]::real[]", "PB020"),
        ("'a', array[1,0,0]::real[], 'unknown'", "PB017"),
        ("'  '", "PB017"),
        ("null", "PB017"),
        ("repeat('x', 262145)", "PB014"),
        ("'a', p_metadata => '[]'", "PB017"),
        ("'a', p_importance => 1.5", "PB017"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_a_hint(
    app: Connection, as_tenant: Any, organization: uuid.UUID, arguments: str, code: str
) -> None:
    def store() -> None:
        with as_tenant(app, organization):
            app.execute(f"select pbdb.store_memory({arguments})")

    assert sqlstate(store) == code


@pytest.mark.parametrize(
    "arguments",
    ["array['a','b'], array[[1,0,0]]::real[]", "array['a','b'], p_metadata => array['{}'::jsonb]"],
)
def test_arrays_of_different_lengths_are_refused(
    app: Connection, as_tenant: Any, organization: uuid.UUID, arguments: str
) -> None:
    def store() -> None:
        with as_tenant(app, organization):
            app.execute(f"select pbdb.store_memories({arguments})")

    assert sqlstate(store) == "PB017"


@pytest.mark.parametrize(
    "statement",
    [
        "select pbdb.store_memory('a')",
        "select pbdb.store_memories(array['a'])",
        "select * from pbdb.search_memories('a', p_mode => 'text')",
        "select pbdb.delete_memory(gen_random_uuid())",
    ],
)
def test_without_an_organization_nothing_works(app: Connection, statement: str) -> None:
    assert sqlstate(lambda: app.execute(statement)) == "PB001"


def test_a_changed_expiry_reaches_the_vectors(
    app: Connection, as_tenant: Any, organization: uuid.UUID
) -> None:
    with as_tenant(app, organization):
        app.execute("select pbdb.store_memory('a', array[1,0,0]::real[])")
        app.execute("update pbdb.agent_memories set expires_at = now() - interval '1 s'")
        search = "select count(*) from pbdb.search_memories(p_embedding => array[1,0,0]::real[])"
        assert app.execute(search).fetchone() == (0,)
        app.execute("update pbdb.agent_memories set expires_at = null")
        assert app.execute(search).fetchone() == (1,)


@pytest.mark.parametrize("column", ["content", "agent_id", "organization_id", "id"])
def test_an_app_cannot_rewrite_a_memory(
    app: Connection, as_tenant: Any, organization: uuid.UUID, column: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), as_tenant(app, organization):
        app.execute(f"update pbdb.agent_memories set {column} = null")


def test_a_deleted_memory_takes_its_vectors_along_and_is_unknown_afterwards(
    app: Connection, as_tenant: Any, organization: uuid.UUID
) -> None:
    with as_tenant(app, organization):
        memory = app.execute("select pbdb.store_memory('a', array[1,0,0]::real[])").fetchone()
        app.execute("select pbdb.delete_memory(%s)", memory)
        left = app.execute("select count(*) from pbdb.agent_memory_embeddings").fetchone()
    assert left == (0,)

    def delete_again() -> None:
        with as_tenant(app, organization):
            app.execute("select pbdb.delete_memory(%s)", memory)

    assert sqlstate(delete_again) == "PB004"


def test_a_purge_deletes_expired_memories_of_everybody_and_no_more_than_asked(
    app: Connection, worker: Connection, as_tenant: Any
) -> None:
    for _ in range(2):
        with as_tenant(app, uuid.uuid4()):
            app.execute(
                "select pbdb.store_memory('a', array[1,0,0]::real[], p_expires_at => now()), "
                "pbdb.store_memory('b', array[1,0,0]::real[])"
            )
    counts = [worker.execute("select pbdb.purge_expired_memories(1)").fetchone() for _ in range(3)]
    assert counts == [(1,), (1,), (0,)]


def test_a_model_keeps_its_size(worker: Connection) -> None:
    def register() -> None:
        worker.execute("select pbdb.register_embedding_model('tiny', 4)")

    assert sqlstate(register) == "PB020"
    worker.execute("select pbdb.register_embedding_model('tiny', 3, p_default_threshold => 0.4)")
    found = worker.execute("select dimensions, default_threshold from pbdb.embedding_models")
    assert found.fetchall() == [(3, pytest.approx(0.4))]


@pytest.mark.parametrize("arguments", ["'', 3", "'a b', 3", "'a', 0", "'a', 16001", "'a', null"])
def test_a_model_that_cannot_be_is_refused(worker: Connection, arguments: str) -> None:
    def register() -> None:
        worker.execute(f"select pbdb.register_embedding_model({arguments})")

    assert sqlstate(register) == "PB017"


def test_only_one_model_is_the_default(worker: Connection) -> None:
    worker.execute("select pbdb.register_embedding_model('other', 5, true)")
    found = worker.execute("select name from pbdb.embedding_models where is_default")
    assert found.fetchall() == [("other",)]


def test_blank_texts_among_many_are_passed_over(
    app: Connection, as_tenant: Any, organization: uuid.UUID
) -> None:
    with as_tenant(app, organization):
        for vectors in ("null", "array[[1,0,0],[1,0,0],[0,1,0],[0,0,1]]::real[]"):
            ids = app.execute(
                "select id from pbdb.store_memories("
                f"array['a', E' \\n', null, 'b'], {vectors}) as s (id)"
            ).fetchall()
            assert [row[0] is None for row in ids] == [False, True, True, False]
        rows = app.execute("select content from pbdb.agent_memories order by id").fetchall()
        assert rows == [("a",), ("b",), ("a",), ("b",)]
        found = app.execute(
            "select content from pbdb.search_memories(p_embedding => '{0,0,1}')"
        ).fetchall()
        assert found == [("b",)]
        waiting = app.execute("select count(memory_id) from pbdb.agent_memories_to_embed")
        assert waiting.fetchone() == (2,)
