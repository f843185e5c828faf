"""Figure 11: searches find what is nearest in tenants of every size, in time; and what answers."""

from __future__ import annotations

from dataclasses import asdict

from bench import memory_quality, memory_search
from bench.lab import Figure, Lab, at_least, at_most, plain

PART = "memory"


def run(lab: Lab) -> list[Figure]:
    """Vectors of a hundred tenants, then questions to real text."""
    return [*vectors(lab), *questions(lab)]


def vectors(lab: Lab) -> list[Figure]:
    """Recall and time of the worst tenant, without and with an index over all of them."""
    count = lab.many(200_000, 20_000)
    with lab.database("memory").connect("owner") as connection:
        found = memory_search.run(connection, count, 100, 60)
    figures: list[Figure] = []
    for name, lines in (("without an index", found.plain), ("with an HNSW index", found.graph)):
        raw = {"vectors": count, "tenants": [asdict(line) for line in lines]}
        figures += [
            at_least(PART, f"recall@10 of the worst tenant, {name}",
                     min(line.recall or 0 for line in lines), "", 0.95, **raw),
            at_most(PART, f"search of the slowest tenant, {name}, p95",
                    max(line.p95_ms for line in lines), "ms", 20),
            at_least(PART, f"fewest rows of ten, {name}",
                     min(line.fewest_rows for line in lines), "rows", 10),
        ]  # fmt: skip
    filtered = [asdict(line) for line in found.filtered]
    slowest = max(line.p95_ms for line in found.filtered)
    return [*figures, plain(PART, "search with a filter, slowest p95", slowest, "ms",
                            searches=filtered, index_seconds=found.index_seconds)]  # fmt: skip


def questions(lab: Lab) -> list[Figure]:
    """How often the first three passages answer a hand-labelled question, by mode."""
    with lab.database("memory").connect("owner") as connection:
        found = memory_quality.ask(connection)
    summaries = {
        mode: memory_quality.summary([place for place, _ in places])
        for mode, places in found.items()
    }
    return [
        plain(PART, f"questions answered by the first three passages, {mode} search",
              each["hit@3"], "", **each)
        for mode, each in summaries.items()
    ]  # fmt: skip
