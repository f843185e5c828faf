"""`python -m pbdb` is `pbdb`."""

from __future__ import annotations

from pbdb.cli import app

app(prog_name="pbdb")
