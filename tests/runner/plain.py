"""An App of a project that registers nothing."""

from __future__ import annotations

from pbdb.app.registry import App

app = App()
