"""Which way a search goes in tenants of different sizes, and that each way finds the nearest."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
import pytest
from numpy.typing import NDArray
from psycopg import sql

from server import Database, Server, fresh_database

Connection = psycopg.Connection[Any]
Vectors = NDArray[np.float32]

DIMENSIONS = 128
SIZES = {"large": 14000, "medium": 7000, "small": 3000, "tiny": 4}


@dataclass(frozen=True, slots=True)
class Tenants:
    """A database with tenants of different sizes, and their vectors."""

    database: Database
    ids: dict[str, uuid.UUID]
    vectors: dict[str, Vectors]

    def search(
        self, conn: Connection, name: str, query: Vectors, limit: int = 10, rest: str = ""
    ) -> list[int]:
        """Return the numbers of the memories found, best first."""
        with conn.transaction():
            conn.execute("select pbdb.set_organization(%s)", (self.ids[name],))
            found = conn.execute(
                "select source::int from pbdb.search_memories(p_embedding => %s::real[], "
                f"p_limit => %s, p_threshold => -1{rest})",
                (query.tolist(), limit),
                prepare=False,
            )
            return [row[0] for row in found]

    def path(self, name: str) -> str:
        """Return the way that a search of this tenant goes."""
        with self.database.connect("owner") as owner:
            row = owner.execute(
                "select pbdb._memory_search_path(%s, pbdb._find_embedding_model('m'), null)",
                (self.ids[name],),
            ).fetchone()
        assert row is not None
        return str(row[0])

    def recall(self, conn: Connection, name: str, limit: int = 10) -> float:
        """Return the share of the truly nearest that 20 searches find; each finds enough rows."""
        random = np.random.default_rng(5)
        mine = self.vectors[name]
        shares = []
        for _ in range(20):
            query = mine[random.integers(len(mine))] + random.normal(0, 0.05, DIMENSIONS)
            query = (query / np.linalg.norm(query)).astype(np.float32)
            nearest = set(np.argsort(-(mine @ query))[:limit].tolist())
            found = self.search(conn, name, query, limit)
            assert len(found) == len(nearest)
            shares.append(len(nearest & set(found)) / len(nearest))
        return float(np.mean(shares))


@pytest.fixture(scope="module")
def tenants(migrated: Server) -> Iterator[Tenants]:
    """Vectors around a few hundred subjects, in tenants of different sizes; no graph yet."""
    random = np.random.default_rng(1)
    subjects = random.normal(size=(300, DIMENSIONS))
    vectors: dict[str, Vectors] = {}
    for name, size in SIZES.items():
        raw = subjects[random.integers(300, size=size)] + random.normal(0, 0.7, (size, DIMENSIONS))
        vectors[name] = (raw / np.linalg.norm(raw, axis=1, keepdims=True)).astype(np.float32)
    ids = {name: uuid.uuid4() for name in SIZES}
    with fresh_database(migrated) as database, database.connect("owner") as owner:
        # Vacuum marks no page visible whose commit has not reached the disk.
        owner.execute("set synchronous_commit = on")
        owner.execute("select pbdb.register_embedding_model('m', %s)", (DIMENSIONS,))
        for name in SIZES:
            fill(owner, ids[name], vectors[name])
        owner.execute("vacuum analyze pbdb.agent_memories, pbdb.agent_memory_embeddings")
        yield Tenants(database, ids, vectors)


def fill(owner: Connection, organization: uuid.UUID, vectors: Vectors) -> None:
    """Copy the vectors in; every second memory is a note, one in a thousand is rare."""
    memories = [uuid.uuid4() for _ in vectors]
    with (
        owner.cursor() as cursor,
        cursor.copy(
            "copy pbdb.agent_memories (id, organization_id, content, source, metadata) from stdin"
        ) as copy,
    ):
        for number, memory in enumerate(memories):
            kind = ("note", "fact")[number % 2]
            metadata = f'{{"kind": "{kind}", "is_rare": {str(number % 1000 == 0).lower()}}}'
            copy.write_row((memory, organization, f"memory {number}", number, metadata))
    with (
        owner.cursor() as cursor,
        cursor.copy(
            "copy pbdb.agent_memory_embeddings (memory_id, organization_id, model, embedding) "
            "from stdin"
        ) as copy,
    ):
        for memory, vector in zip(memories, vectors, strict=True):
            copy.write_row((memory, organization, "m", "[" + ",".join(map(str, vector)) + "]"))


@pytest.fixture
def searcher(tenants: Tenants) -> Iterator[Connection]:
    """A session of an app in that database."""
    with tenants.database.connect("app") as conn:
        yield conn


@pytest.fixture(scope="module")
def graph(tenants: Tenants) -> str:
    """The HNSW index of all tenants; tests that come after the first use of this have it."""
    with tenants.database.connect("owner") as owner:
        row = owner.execute("select pbdb.create_memory_index('m')").fetchone()
    assert row is not None
    return str(row[0])


def test_without_a_graph_small_tenants_are_exact_and_others_go_by_signature(
    tenants: Tenants, searcher: Connection
) -> None:
    paths = {name: tenants.path(name) for name in SIZES}
    assert paths == {
        "large": "signature", "medium": "signature", "small": "exact", "tiny": "exact"
    }  # fmt: skip
    for name in ("large", "medium"):
        assert tenants.recall(searcher, name) >= 0.95, name
    for name in ("small", "tiny"):
        assert tenants.recall(searcher, name) == 1, name


def test_the_sieve_reads_the_index_alone(tenants: Tenants) -> None:
    with tenants.database.connect("owner") as owner:
        # As the function that sieves has them.
        owner.execute("set enable_seqscan = off")
        owner.execute("set enable_bitmapscan = off")
        plan = owner.execute(
            "explain (analyze, costs off, timing off, summary off) "
            "select memory_id from pbdb.agent_memory_embeddings "
            "where organization_id = %s and model = 'm' "
            "and (expires_at is null or expires_at > now()) "
            "order by signature <~> repeat('1', 128)::varbit limit 2000",
            (tenants.ids["medium"],),
        ).fetchall()
    text = "\n".join(row[0] for row in plan)
    assert "Index Only Scan using idx_agent_memory_embeddings_model" in text
    assert "Heap Fetches: 0" in text


@pytest.mark.parametrize("name", ["large", "medium", "small"])
@pytest.mark.parametrize("limit", [1, 100])
def test_as_many_rows_come_back_as_asked_for(
    tenants: Tenants, searcher: Connection, name: str, limit: int
) -> None:
    assert tenants.recall(searcher, name, limit) >= 0.95


@pytest.mark.parametrize("name", ["large", "medium", "small"])
@pytest.mark.parametrize(
    ("rest", "step"),
    [
        (""", p_filter => '{"kind": "note"}'""", 2),
        (""", p_filter => '{"is_rare": true}'""", 1000),
        (""", p_filter => '{"is_rare": true, "kind": "fact"}'""", 0),
    ],
)
def test_filters_wide_and_narrow_find_the_nearest_that_pass(
    tenants: Tenants, searcher: Connection, name: str, rest: str, step: int
) -> None:
    mine = tenants.vectors[name]
    passing = np.arange(0, len(mine), step) if step else np.array([], dtype=int)
    shares = []
    for query in mine[1:200:20]:
        nearest = passing[np.argsort(-(mine[passing] @ query))[:10]].tolist()
        found = tenants.search(searcher, name, query, rest=rest)
        assert len(found) == len(nearest)
        shares += [len(set(nearest) & set(found)) / len(nearest)] if nearest else []
    assert not shares or np.mean(shares) >= 0.95


@pytest.mark.usefixtures("graph")
def test_with_a_graph_tenants_that_are_a_good_part_of_it_use_it(
    tenants: Tenants, searcher: Connection
) -> None:
    paths = {name: tenants.path(name) for name in SIZES}
    assert paths == {"large": "graph", "medium": "graph", "small": "exact", "tiny": "exact"}
    for name in SIZES:
        assert tenants.recall(searcher, name) >= 0.95, name


def test_a_search_of_a_large_tenant_scans_the_graph_and_of_a_small_one_does_not(
    tenants: Tenants, searcher: Connection, graph: str
) -> None:
    def scans(name: str) -> int:
        """Return how many scans of the graph ten searches make."""
        counts = []
        for searches in (0, 10):
            for query in tenants.vectors[name][:searches]:
                tenants.search(searcher, name, query)
            searcher.execute("select pg_stat_force_next_flush()")
            with tenants.database.connect("owner") as owner:
                row = owner.execute(
                    "select idx_scan from pg_stat_user_indexes where indexrelname = %s", (graph,)
                ).fetchone()
            assert row is not None
            counts.append(int(row[0]))
        return counts[1] - counts[0]

    assert scans("large") == 10
    assert scans("small") == 0


@pytest.mark.usefixtures("graph")
def test_a_search_leaves_the_settings_of_its_transaction_alone(
    tenants: Tenants, searcher: Connection
) -> None:
    show = (
        "select current_setting('hnsw.iterative_scan'), current_setting('hnsw.ef_search'), "
        "current_setting('enable_sort'), current_setting('work_mem')"
    )
    with searcher.transaction():
        searcher.execute("select '[1]'::vector")
        searcher.execute("set local hnsw.ef_search = 77")
        before = searcher.execute(show).fetchone()
        tenants.search(searcher, "large", tenants.vectors["large"][0])
        assert searcher.execute(show).fetchone() == before


@pytest.mark.usefixtures("graph")
def test_when_the_graph_gives_up_the_rows_still_come(
    tenants: Tenants, searcher: Connection
) -> None:
    with searcher.transaction():
        searcher.execute("select '[1]'::vector")
        searcher.execute("set local hnsw.max_scan_tuples = 1")
        query = tenants.vectors["medium"][0]
        assert len(tenants.search(searcher, "medium", query, limit=500)) == 500


def test_an_organization_may_have_a_graph_of_its_own(
    tenants: Tenants, searcher: Connection
) -> None:
    with tenants.database.connect("owner") as owner:
        row = owner.execute(
            "select pbdb.memory_index_statement('m', %s)", (tenants.ids["medium"],)
        ).fetchone()
        assert row is not None
        owner.execute("set role pbdb_owner")
        owner.execute(row[0])
        owner.execute("reset role")
        name = owner.execute(
            "select pbdb._memory_index_name('m', %s)", (tenants.ids["medium"],)
        ).fetchone()
        assert name is not None
        assert tenants.path("medium") == "graph"
        assert tenants.recall(searcher, "medium") >= 0.95
        owner.execute(sql.SQL("drop index pbdb.{}").format(sql.Identifier(name[0])))


@pytest.mark.parametrize(
    ("dimensions", "kind"), [(3, "vector"), (2001, "halfvec"), (4000, "halfvec")]
)
def test_long_vectors_are_indexed_at_half_precision(
    tenants: Tenants, dimensions: int, kind: str
) -> None:
    with tenants.database.connect("owner") as owner:
        name = f"of {dimensions}".replace(" ", "-")
        owner.execute("select pbdb.register_embedding_model(%s, %s)", (name, dimensions))
        index = owner.execute("select pbdb.create_memory_index(%s)", (name,)).fetchone()
        assert index == owner.execute("select pbdb.create_memory_index(%s)", (name,)).fetchone()
        definition = owner.execute(
            "select indexdef from pg_indexes where indexname = %s", index
        ).fetchone()
    assert definition is not None
    assert f"::{kind}({dimensions}))" in definition[0]


def test_too_long_vectors_cannot_be_indexed_but_searched(
    tenants: Tenants, searcher: Connection
) -> None:
    with tenants.database.connect("owner") as owner:
        owner.execute("select pbdb.register_embedding_model('long', 4001)")
        with pytest.raises(psycopg.Error) as caught:
            owner.execute("select pbdb.create_memory_index('long')")
    assert caught.value.sqlstate == "PB020"
    with searcher.transaction():
        searcher.execute("select pbdb.set_organization(gen_random_uuid())")
        searcher.execute("select pbdb.store_memory('a', array_fill(1::real, array[4001]), 'long')")
        found = searcher.execute(
            "select similarity from pbdb.search_memories("
            "p_embedding => array_fill(1::real, array[4001]), p_model => 'long')"
        )
        assert found.fetchall() == [(pytest.approx(1),)]
