"""The command line: `pbdb --help`. One file per command group."""

from __future__ import annotations

from pbdb.cli.main import app

__all__ = ["app"]
