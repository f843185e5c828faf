"""Recall and latency of vector search in tenants of very different sizes.

    PYTHONPATH=src python -m bench.memory_search [--url URL] [--vectors N] [--tenants N]

Compares `search_memories` with an exact search outside the database, per tenant, with and without
an HNSW index, and times the same with filters. The vectors are clusters of isotropic noise, harder
than text: outside its cluster a vector's nearest neighbours are all equally far. Without `--url` it
starts an embedded PostgreSQL 18. Times are the client's and, where the server is on this machine,
the server's processor time, which a busy machine hardly changes. `python -m bench memory` stores
the same with its targets.
"""

from __future__ import annotations

import argparse
import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from pgvector.psycopg import register_vector
from psycopg import sql

from pbdb.install import migrate
from pbdb.install.embedded import temporary_server

Vectors = NDArray[np.float32]
Connection = psycopg.Connection[Any]

DIMENSIONS = 384
SUBJECTS = 2000
# A filter that two of three memories pass, one that nearly none does.
FILTERS = {"wide filter": '{"kind": "note"}', "narrow filter": '{"subject": 5}'}


@dataclass(frozen=True, slots=True)
class Corpus:
    """The vectors, and whose they are: tenant number by vector."""

    subjects: Vectors
    vectors: Vectors
    tenant: NDArray[np.int64]
    subject: NDArray[np.int64]

    def query(self, random: np.random.Generator) -> Vectors:
        """Return a new vector near some subject."""
        subject = self.subjects[random.integers(len(self.subjects))]
        return _normal(subject + 0.8 * random.normal(size=DIMENSIONS))


@dataclass(frozen=True, slots=True)
class Line:
    """What one tenant's searches were like."""

    what: str
    memories: int
    path: str
    p50_ms: float
    p95_ms: float
    cpu_p95_ms: float | None
    recall: float | None
    fewest_rows: int


def _normal(vectors: NDArray[np.float64]) -> Vectors:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Vectors = (vectors / length).astype(np.float32)
    return unit


def corpus(count: int, tenants: int) -> Corpus:
    """Make the vectors; the sizes of tenants fall like 1/rank^1.1."""
    random = np.random.default_rng(1)
    weight = 1 / np.arange(1, tenants + 1) ** 1.1
    sizes = np.maximum((weight / weight.sum() * count).astype(int), 10)
    sizes[0] += count - sizes.sum()
    tenant = np.repeat(np.arange(tenants), sizes)
    random.shuffle(tenant)
    subjects = random.normal(size=(SUBJECTS, DIMENSIONS)).astype(np.float32)
    subject = random.integers(0, SUBJECTS, count)
    vectors = np.empty((count, DIMENSIONS), np.float32)
    for start in range(0, count, 10_000):
        part = subject[start : start + 10_000]
        noise = random.normal(size=(len(part), DIMENSIONS))
        vectors[start : start + 10_000] = _normal(subjects[part] + 0.8 * noise)
    return Corpus(subjects, vectors, tenant, subject)


def organization(tenant: int) -> uuid.UUID:
    """Return the id of a tenant."""
    return uuid.UUID(int=tenant + 1)


def load(conn: Connection, data: Corpus) -> None:
    """Copy everything in, as a DBA would who moves from another system."""
    register_vector(conn)
    # Vacuum marks no page visible whose commit has not reached the disk, and index-only scans
    # need the mark.
    conn.execute("set synchronous_commit = on")
    conn.execute("select pbdb.register_embedding_model('minilm', %s, true)", (DIMENSIONS,))
    ids = [uuid.uuid4() for _ in data.vectors]
    with (
        conn.cursor() as cursor,
        cursor.copy(
            "copy pbdb.agent_memories (id, organization_id, content, source, metadata) from stdin"
        ) as copy,
    ):
        for number, (memory, tenant) in enumerate(zip(ids, data.tenant, strict=True)):
            subject = int(data.subject[number])
            metadata = {"subject": subject, "kind": "note" if number % 3 else "fact"}
            text = f"memory {number} about subject {subject}"
            row = (memory, organization(int(tenant)), text, number, json.dumps(metadata))
            copy.write_row(row)
    with (
        conn.cursor() as cursor,
        cursor.copy(
            "copy pbdb.agent_memory_embeddings (memory_id, organization_id, model, embedding) "
            "from stdin with (format binary)"
        ) as copy,
    ):
        copy.set_types(["uuid", "uuid", "text", "vector"])
        for memory, tenant, vector in zip(ids, data.tenant, data.vectors, strict=True):
            copy.write_row((memory, organization(int(tenant)), "minilm", vector))
    conn.execute("vacuum analyze pbdb.agent_memories, pbdb.agent_memory_embeddings")


def measure(
    conn: Connection, data: Corpus, tenant: int, searches: int, what: str = "", rest: str = ""
) -> Line:
    """Search as the tenant; the first five searches do not count."""
    random = np.random.default_rng(7)
    mine = np.flatnonzero(data.tenant == tenant)
    times, cpu, recalls, rows = [], [], [], []
    for number in range(searches + 5):
        query = data.query(random)
        with conn.transaction():
            conn.execute("select pbdb.set_organization(%s)", (organization(tenant),))
            start, before = time.perf_counter(), cpu_ms(conn)
            found = conn.execute(
                "select source::int from pbdb.search_memories("
                f"p_embedding => %s::real[], p_threshold => -1{rest})",
                (query.tolist(),),
            ).fetchall()
            taken, after = time.perf_counter() - start, cpu_ms(conn)
        if number >= 5:
            times.append(1000 * taken)
            cpu += [after - before] if before is not None and after is not None else []
        nearest = set(mine[np.argsort(-(data.vectors[mine] @ query))[:10]].tolist())
        recalls.append(len({row[0] for row in found} & nearest) / len(nearest))
        rows.append(len(found))
    path = conn.execute(
        "select pbdb._memory_search_path(%s, pbdb._find_embedding_model(null), null)",
        (organization(tenant),),
    ).fetchone()
    assert path is not None
    return Line(
        what,
        len(mine),
        what or path[0],
        p50_ms=round(float(np.median(times)), 1),
        p95_ms=round(float(np.quantile(times, 0.95)), 1),
        cpu_p95_ms=round(float(np.quantile(cpu, 0.95)), 1) if cpu else None,
        recall=None if rest else round(float(np.mean(recalls)), 3),
        fewest_rows=min(rows),
    )


def cpu_ms(conn: Connection) -> float | None:
    """Return how long the session's process has run, if it is on this machine."""
    try:
        text = Path(f"/proc/{conn.info.backend_pid}/schedstat").read_text()
    except OSError:
        return None
    return int(text.split()[0]) / 1e6


@dataclass(frozen=True, slots=True)
class Outcome:
    """Searches by tenant: without an HNSW index, with it, and with it and a filter."""

    plain: list[Line]
    index_seconds: float
    graph: list[Line]
    filtered: list[Line]


def run(conn: Connection, count: int, tenants: int, searches: int) -> Outcome:
    """Load a migrated, empty database, and search as tenants of all sizes."""
    data = corpus(count, tenants)
    ranks = [r for r in (0, 1, 2, 3, 4, 5, 7, 9, 19, 49, 99) if r < tenants]
    load(conn, data)
    plain = [measure(conn, data, rank, searches) for rank in ranks]
    start = time.perf_counter()
    conn.execute("select pbdb.create_memory_index()")
    index_seconds = round(time.perf_counter() - start, 1)
    graph = [measure(conn, data, rank, searches) for rank in ranks]
    filtered = [
        measure(conn, data, rank, searches, what, f", p_filter => '{given}'")
        for what, given in FILTERS.items()
        for rank in ranks[::3]
    ]
    return Outcome(plain, index_seconds, graph, filtered)


@contextmanager
def database(url: str | None) -> Iterator[str]:
    """Yield the URL of an empty database: the given one, or one in an embedded server."""
    if url is not None:
        yield url
        return
    settings = {"shared_buffers": "1GB", "maintenance_work_mem": "1GB"}
    with temporary_server(18, settings=settings) as server:
        with psycopg.connect(server.url(), autocommit=True) as conn:
            conn.execute(sql.SQL("create database memory_bench"))
        yield server.url("memory_bench")


def show(lines: list[Line]) -> None:
    """Print one table row for each line."""
    for line in lines:
        recall = "" if line.recall is None else f"{line.recall:.3f}"
        print(
            f"| {line.memories:6} | {line.path:13} | {line.p50_ms:5} | {line.p95_ms:5} "
            f"| {line.cpu_p95_ms or '':5} | {recall:5} | {line.fewest_rows:2} |",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--url", help="an empty database, as a superuser; its server is yours")
    parser.add_argument("--vectors", type=int, default=200_000)
    parser.add_argument("--tenants", type=int, default=100)
    parser.add_argument("--searches", type=int, default=60)
    given = parser.parse_args()

    with database(given.url) as url:
        migrate.apply(url)
        with psycopg.connect(url, autocommit=True) as conn:
            found = run(conn, given.vectors, given.tenants, given.searches)
    print("| memories | path | p50 ms | p95 ms | CPU p95 ms | recall@10 | fewest rows |")
    print("|---|---|---|---|---|---|---|")
    show(found.plain)
    print(f"with an HNSW index, built in {found.index_seconds} s:")
    show(found.graph)
    show(found.filtered)


if __name__ == "__main__":
    main()
