"""Fixtures of the memory tests: models, tenants and vectors whose similarity is known."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import psycopg
import pytest

Connection = psycopg.Connection[Any]
AsTenant = Callable[[Connection, UUID], AbstractContextManager[Connection]]


@pytest.fixture
def model(worker: Connection) -> str:
    """A model of three dimensions, the default one."""
    worker.execute("select pbdb.register_embedding_model('tiny', 3, true)")
    return "tiny"


@pytest.fixture
def vector() -> Callable[[float], list[float]]:
    """Return a vector whose cosine similarity to [1, 0, 0] is the given one."""
    return lambda similarity: [similarity, math.sqrt(1 - similarity**2), 0.0]
