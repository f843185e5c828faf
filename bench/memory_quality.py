"""How often does a search find the passage that answers? On real text with hand-labelled questions.

    PYTHONPATH=src python -m bench.memory_quality [--url URL] [--each]

Needs the extra `local-embeddings`. Writes bench/results/memory_quality.json.
"""

from __future__ import annotations

import argparse
import json
import uuid
from pathlib import Path
from typing import Any

import psycopg

from bench.labelled_questions import ASKED_IN_OTHER_WORDS, QUESTIONS, answers, passages
from bench.memory_search import database
from pbdb.install import migrate
from pbdb.steps.embeddings import LocalEmbedder

MODES = ("vector", "text", "hybrid")
RESULTS = Path(__file__).parent / "results" / "memory_quality.json"

# Of a question in a mode: the place of the first answer among ten, and how similar the best was.
Found = tuple[int | None, float | None]


def search(conn: psycopg.Connection[Any], mode: str, question: str, vector: list[float]) -> Found:
    """Search as an app does; only the vector mode has a threshold, and it is turned off."""
    label = dict(QUESTIONS)[question]
    found = conn.execute(
        "select content, similarity from pbdb.search_memories("
        "%s, %s::real[], p_threshold => %s, p_mode => %s)",
        (question, vector, -1 if mode == "vector" else None, mode),
    ).fetchall()
    places = (place for place, row in enumerate(found, 1) if answers(row[0], label))
    return next(places, None), found[0][1] if found else None


def summary(places: list[int | None]) -> dict[str, float]:
    """Return the share of answers in first place, in the first three and ten, and the MRR."""
    count = len(places)
    within = {
        f"hit@{n}": round(sum(place is not None and place <= n for place in places) / count, 3)
        for n in (1, 3, 10)
    }
    return within | {"mrr": round(sum(1 / place for place in places if place) / count, 3)}


def ask(conn: psycopg.Connection[Any]) -> dict[str, list[Found]]:
    """Store the passages in a migrated, empty database and ask every question, by mode."""
    embedder = LocalEmbedder()
    texts = passages()
    vectors = embedder.embed_now([question for question, _ in QUESTIONS])
    with conn.transaction():
        conn.execute("select pbdb.register_embedding_model(%s, 384, true)", (embedder.name,))
        conn.execute("select pbdb.set_organization(%s)", (uuid.uuid4(),))
        conn.execute(
            "select pbdb.store_memories(%s, %s::real[])", (texts, embedder.embed_now(texts))
        )
        return {
            mode: [
                search(conn, mode, question, vector)
                for (question, _), vector in zip(QUESTIONS, vectors, strict=True)
            ]
            for mode in MODES
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--url", help="an empty database, as a superuser")
    parser.add_argument("--each", action="store_true", help="print every question's places")
    given = parser.parse_args()

    with database(given.url) as url:
        migrate.apply(url)
        with psycopg.connect(url) as conn:
            found = ask(conn)
    half = len(ASKED_IN_OTHER_WORDS)
    result: dict[str, Any] = {"passages": len(passages()), "questions": len(QUESTIONS)}
    for mode in MODES:
        places = [place for place, _ in found[mode]]
        result[mode] = {
            "all": summary(places),
            "in other words": summary(places[:half]),
            "named as in the text": summary(places[half:]),
        }
        print(mode, json.dumps(result[mode]))
    best = sorted(similarity or 0.0 for _, similarity in found["vector"])
    result["best similarity"] = {"least": best[0], "median": best[len(best) // 2], "most": best[-1]}
    print("similarity of the best match", result["best similarity"])
    if given.each:
        for number, (question, _) in enumerate(QUESTIONS):
            print(*(found[mode][number][0] for mode in MODES), question, sep="\t")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
