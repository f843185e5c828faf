"""Embedding models: the local one for real, and a service over real HTTP."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from typing import Any

import pytest

from http_server import HttpServer, Received, Reply
from pbdb.app.registry import App, Embedder
from pbdb.guard.egress import Egress
from pbdb.model import StepFailed
from pbdb.steps.context import Services
from pbdb.steps.embeddings import HttpEmbedder, LocalEmbedder, default_embedder

PAIRS = [
    ("How do I get my money back?", "Refunds are paid within 14 days."),
    ("The server is down again.", "Outage of the production system since this morning."),
    ("Can I change my delivery address?", "Update where your parcel is sent to."),
    ("What does the premium plan cost?", "Pricing of subscriptions."),
    ("I forgot my password.", "Reset your login credentials."),
    ("Where is your office?", "Our headquarters are located in Vienna."),
]


@pytest.fixture(scope="module")
def model() -> LocalEmbedder:
    return LocalEmbedder()


def cosine(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))


def test_related_texts_are_nearer_than_any_others(model: LocalEmbedder) -> None:
    questions = model.embed_now([question for question, _ in PAIRS])
    answers = model.embed_now([answer for _, answer in PAIRS])
    for number, question in enumerate(questions):
        similarities = [cosine(question, answer) for answer in answers]
        assert max(similarities) == similarities[number]


def test_vectors_have_length_one_and_the_announced_size(model: LocalEmbedder) -> None:
    (vector,) = asyncio.run(model.embed(["hello"]))
    assert len(vector) == model.dimensions
    assert math.isclose(cosine(vector, vector), 1, rel_tol=1e-4)
    assert isinstance(model, Embedder)


def test_a_text_has_the_same_vector_alone_and_in_a_batch(model: LocalEmbedder) -> None:
    texts = [f"text {number} " + "word " * (number * 7 % 50) for number in range(70)]
    together = model.embed_now(texts)
    for number in (0, 1, 35, 69):
        assert cosine(together[number], model.embed_now([texts[number]])[0]) > 0.999


def test_no_text_gives_no_vector_and_an_empty_one_gives_some(model: LocalEmbedder) -> None:
    assert model.embed_now([]) == []
    assert len(model.embed_now([""])[0]) == model.dimensions


def test_a_long_text_is_cut_at_the_models_end(model: LocalEmbedder) -> None:
    start = "refund " * 300
    first, second = model.embed_now([start, start + "and something else entirely " * 5000])
    assert cosine(first, second) > 0.999


def test_an_app_without_embedder_gets_the_local_one() -> None:
    app = App()
    assert Services(app, environ={}).context().embedder().name == LocalEmbedder.name
    assert "MEMORY_SEARCH:@embed" in app.handlers()


def test_an_apps_own_embedder_stays_the_default(http: HttpServer) -> None:
    app = App()
    app.embedder("mine", dimensions=2)(lambda texts: [[len(text), 1] for text in texts])
    context = Services(app, environ={}).context()
    assert asyncio.run(context.embedder().embed(["abc", ""])) == [[3.0, 1.0], [0.0, 1.0]]
    with pytest.raises(StepFailed) as caught:
        context.embedder("other")
    assert (caught.value.code, caught.value.permanent) == ("EMBEDDING_ERROR", True)


@pytest.fixture
def service(http: HttpServer) -> HttpServer:
    def answer(request: Received) -> Reply:
        data = [
            {"index": index, "embedding": [float(len(text)), 0, 1]}
            for index, text in enumerate(request.json["input"])
        ]
        return Reply({"data": data[::-1], "model": request.json["model"]})

    http.routes["/v1/embeddings"] = answer
    return http


def from_service(server: HttpServer, texts: list[str], **environ: str) -> list[list[float]]:
    settings = {
        "PBDB_EMBEDDING_MODEL": "tiny",
        "PBDB_EMBEDDING_DIMENSIONS": "3",
        "PBDB_OPENAI_BASE_URL": server.url + "/v1",
        "PBDB_OPENAI_API_KEY": "the-key",
        **environ,
    }

    async def main() -> list[list[float]]:
        async with Egress() as egress:
            embedder = default_embedder(settings, egress)
            assert embedder is not None
            return await embedder.embed(texts)

    return asyncio.run(main())


def test_a_service_embeds_in_batches_and_in_order(service: HttpServer) -> None:
    texts = ["x" * number for number in range(200)]
    vectors = from_service(service, texts)
    assert [vector[0] for vector in vectors] == list(range(200))
    assert [len(request.json["input"]) for request in service.received] == [128, 72]
    assert service.received[0].headers["authorization"] == "Bearer the-key"
    assert service.received[0].json["model"] == "tiny"


@pytest.mark.parametrize(
    ("reply", "permanent", "what"),
    [
        (Reply("busy", 503), False, "503"),
        (Reply("no", 401), True, "401"),
        (Reply({"data": []}), True, "0 vectors for 1"),
        (Reply({"data": [{"index": 0, "embedding": [1, 2]}]}), True, "2 numbers, not 3"),
        (Reply({"error": "?"}), True, "no list"),
        (Reply("<html>"), True, "no list"),
    ],
)
def test_a_service_that_answers_otherwise_is_an_error(
    http: HttpServer, reply: Any, permanent: bool, what: str
) -> None:
    http.routes["/v1/embeddings"] = lambda _: reply
    with pytest.raises(StepFailed) as caught:
        from_service(http, ["a"])
    assert (caught.value.code, caught.value.permanent) == ("EMBEDDING_ERROR", permanent)
    assert what in caught.value.message


def test_a_service_that_is_down_is_worth_retrying(service: HttpServer) -> None:
    with pytest.raises(StepFailed) as caught:
        from_service(service, ["a"], PBDB_EMBEDDING_BASE_URL="http://127.0.0.1:1/v1")
    assert (caught.value.code, caught.value.permanent) == ("EMBEDDING_ERROR", False)


def test_dimensions_are_known_or_asked_for() -> None:
    egress = Egress()
    environ = {"PBDB_EMBEDDING_MODEL": "text-embedding-3-small"}
    assert HttpEmbedder.from_environ(environ, egress).dimensions == 1536
    with pytest.raises(ValueError, match="PBDB_EMBEDDING_DIMENSIONS"):
        HttpEmbedder.from_environ({"PBDB_EMBEDDING_MODEL": "unknown"}, egress)
