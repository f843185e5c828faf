"""Memories stored without a vector, and the runners that embed them."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest

Connection = psycopg.Connection[Any]

CLAIM = (
    "select memory_id, token, organization_id, model, content, attempt_number "
    "from pbdb.claim_memories_to_embed(%s, null, %s)"
)
STORE = "select outcome, code from pbdb.store_embeddings(%s, %s, 'tiny', %s::real[])"
FAIL = "select outcome, code from pbdb.fail_embeddings(%s, %s, 'tiny', 'too long')"


@pytest.fixture
def store(app: Connection, as_tenant: Any, organization: uuid.UUID) -> Any:
    """Store memories without vectors."""

    def run(*contents: str, tenant: uuid.UUID = organization) -> list[uuid.UUID]:
        with as_tenant(app, tenant):
            found = app.execute("select pbdb.store_memories(%s)", (list(contents),))
            return [row[0] for row in found]

    return run


def expire_leases(owner: Connection) -> None:
    owner.execute("update pbdb.agent_memories_to_embed set due_at = now() - interval '1 s'")


@pytest.mark.usefixtures("model")
def test_what_is_stored_without_a_vector_is_claimed_embedded_and_found(
    app: Connection, worker: Connection, as_tenant: Any, organization: uuid.UUID, store: Any
) -> None:
    first, second = store("one", "two")
    claims = worker.execute(CLAIM, ("w", 10)).fetchall()
    assert [(c[0], *c[2:]) for c in claims] == [
        (first, organization, "tiny", "one", 1),
        (second, organization, "tiny", "two", 1),
    ]
    stored = worker.execute(
        STORE, ([first, second], [c[1] for c in claims], [[1, 0, 0], [0, 1, 0]])
    )
    assert stored.fetchall() == [("accepted", None)] * 2
    assert worker.execute(CLAIM, ("w", 10)).fetchall() == []
    with as_tenant(app, organization):
        found = app.execute(
            "select content from pbdb.search_memories(p_embedding => array[0,1,0]::real[])"
        ).fetchall()
    assert found == [("two",)]


@pytest.mark.usefixtures("model")
def test_two_runners_never_hold_the_same_memory(
    worker: Connection, connect: Any, store: Any
) -> None:
    store("one", "two", "three")
    other = connect("worker_two")
    with worker.transaction():
        mine = worker.execute(CLAIM, ("a", 2)).fetchall()
        theirs = other.execute(CLAIM, ("b", 10)).fetchall()
    assert (len(mine), len(theirs)) == (2, 1)
    assert not {c[0] for c in mine} & {c[0] for c in theirs}


@pytest.mark.usefixtures("model")
def test_a_superseded_token_writes_nothing(
    owner: Connection, worker: Connection, store: Any
) -> None:
    store("one")
    old = worker.execute(CLAIM, ("a", 1)).fetchone()
    expire_leases(owner)
    new = worker.execute(CLAIM, ("b", 1)).fetchone()
    assert old and new and new[5] == 2
    assert worker.execute(FAIL, ([old[0]], [old[1]])).fetchall() == [("stale", "PB002")]
    late = worker.execute(STORE, ([old[0]], [old[1]], [[1, 0, 0]]))
    assert late.fetchall() == [("stale", "PB002")]
    assert owner.execute("select count(*) from pbdb.agent_memory_embeddings").fetchone() == (0,)
    right = worker.execute(STORE, ([new[0]], [new[1]], [[1, 0, 0]]))
    assert right.fetchall() == [("accepted", None)]
    again = worker.execute(STORE, ([new[0]], [new[1]], [[0, 1, 0]]))
    assert again.fetchall() == [("stale", "PB002")]


@pytest.mark.usefixtures("model")
def test_a_vector_for_another_organization_is_stale(
    owner: Connection, worker: Connection, organization: uuid.UUID, store: Any
) -> None:
    store("one")
    claim = worker.execute(CLAIM, ("a", 1)).fetchone()
    assert claim
    store_for = "select outcome, code from pbdb.store_embeddings(%s, %s, 'tiny', %s::real[], %s)"
    fail_for = "select outcome, code from pbdb.fail_embeddings(%s, %s, 'tiny', 'no', %s)"
    elsewhere = [uuid.uuid4()]
    held, vector = ([claim[0]], [claim[1]]), [[1, 0, 0]]
    assert worker.execute(store_for, (*held, vector, elsewhere)).fetchall() == [("stale", "PB002")]
    assert worker.execute(fail_for, (*held, elsewhere)).fetchall() == [("stale", "PB002")]
    assert owner.execute("select count(*) from pbdb.agent_memory_embeddings").fetchone() == (0,)
    mine = worker.execute(store_for, (*held, vector, [organization]))
    assert mine.fetchall() == [("accepted", None)]


@pytest.mark.usefixtures("model")
def test_an_expired_lease_that_nobody_took_over_is_honoured(
    owner: Connection, worker: Connection, store: Any
) -> None:
    store("one")
    claim = worker.execute(CLAIM, ("a", 1)).fetchone()
    expire_leases(owner)
    assert claim
    late = worker.execute(STORE, ([claim[0]], [claim[1]], [[1, 0, 0]]))
    assert late.fetchall() == [("accepted", None)]


@pytest.mark.usefixtures("model")
def test_five_attempts_are_all_and_the_reason_stays_readable(
    owner: Connection, worker: Connection, app: Connection, as_tenant: Any,
    organization: uuid.UUID, store: Any,
) -> None:  # fmt: skip
    store("one")
    for _ in range(5):
        claim = worker.execute(CLAIM, ("a", 1)).fetchone()
        assert claim
        assert worker.execute(FAIL, ([claim[0]], [claim[1]])).fetchall() == [("failed", None)]
        assert worker.execute(STORE, ([claim[0]], [claim[1]], [[1, 0, 0]])).fetchall() == [
            ("stale", "PB002")
        ]
        expire_leases(owner)
    assert worker.execute(CLAIM, ("a", 1)).fetchall() == []
    with as_tenant(app, organization):
        waiting = app.execute("select attempts, last_error from pbdb.agent_memories_to_embed")
        assert waiting.fetchall() == [(5, "too long")]


@pytest.mark.usefixtures("model")
def test_a_vector_of_the_wrong_size_is_refused(worker: Connection, store: Any) -> None:
    store("one")
    claim = worker.execute(CLAIM, ("a", 1)).fetchone()
    assert claim
    for vectors, code in (([[1, 0]], "PB020"), ([[1, 0, 0], [1, 0, 0]], "PB017")):
        with pytest.raises(psycopg.Error) as caught:
            worker.execute(STORE, ([claim[0]], [claim[1]], vectors))
        assert caught.value.sqlstate == code


@pytest.mark.usefixtures("model")
def test_a_deleted_memory_is_no_longer_waiting(
    app: Connection, worker: Connection, as_tenant: Any, organization: uuid.UUID, store: Any
) -> None:
    (memory,) = store("one")
    claim = worker.execute(CLAIM, ("a", 1)).fetchone()
    with as_tenant(app, organization):
        app.execute("select pbdb.delete_memory(%s)", (memory,))
    assert claim
    late = worker.execute(STORE, ([claim[0]], [claim[1]], [[1, 0, 0]]))
    assert late.fetchall() == [("stale", "PB002")]


def test_memories_older_than_the_model_are_enqueued_once(worker: Connection, store: Any) -> None:
    store("one", "two", "three")
    worker.execute("select pbdb.register_embedding_model('tiny', 3)")
    counts = [
        worker.execute("select pbdb.enqueue_memories_to_embed(null, 2)").fetchone()
        for _ in range(3)
    ]
    assert counts == [(2,), (1,), (0,)]
    assert len(worker.execute(CLAIM, ("a", 10)).fetchall()) == 3


@pytest.mark.usefixtures("model")
def test_only_a_worker_claims_and_no_tenant_sees_anothers_queue(
    app: Connection, as_tenant: Any, store: Any
) -> None:
    store("one")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(CLAIM, ("a", 1))
    with as_tenant(app, uuid.uuid4()):
        count = app.execute("select count(memory_id) from pbdb.agent_memories_to_embed").fetchone()
    assert count == (0,)


@pytest.mark.usefixtures("model")
def test_a_vector_that_cannot_be_stored_is_given_back_and_the_others_are_stored(
    worker: Connection, owner: Connection, store: Any
) -> None:
    store("one", "two", "three")
    claims = worker.execute(CLAIM, ("w", 10)).fetchall()
    vectors = [[1, 0, 0], [0, 0, 0], [0, 1, 0]]

    stored = worker.execute(STORE, ([c[0] for c in claims], [c[1] for c in claims], vectors))

    assert stored.fetchall() == [("accepted", None), ("failed", "PB020"), ("accepted", None)]
    waiting = owner.execute("select memory_id, token from pbdb.agent_memories_to_embed").fetchall()
    assert waiting == [(claims[1][0], None)]
