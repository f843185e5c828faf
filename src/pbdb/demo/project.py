"""The App of the demo, for `--app pbdb.demo.project`: what this machine can embed with."""

from __future__ import annotations

import os

from pbdb.app.registry import App
from pbdb.guard.egress import Egress, EgressPolicy
from pbdb.steps.embeddings import default_embedder

app = App()

if embedder := default_embedder(os.environ, Egress(EgressPolicy.from_environ(os.environ))):
    app.add_embedder(embedder)
