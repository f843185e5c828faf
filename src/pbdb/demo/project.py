"""The App of the demo, for `--app pbdb.demo.project`: what can be had without a key or a service.

This machine's embedding model, and an assistant that quotes. Where a model is configured for the
assistant (PBDB_OPENAI_MODEL), that one is asked.
"""

from __future__ import annotations

import os

from pbdb.app.registry import App
from pbdb.demo import assistant
from pbdb.guard.egress import Egress, EgressPolicy
from pbdb.steps.embeddings import default_embedder

app = App()

if embedder := default_embedder(os.environ, Egress(EgressPolicy.from_environ(os.environ))):
    app.add_embedder(embedder)
if not os.environ.get("PBDB_OPENAI_MODEL"):
    app.agent("assistant")(assistant.answer)
