"""`python -m pbdb.dev.types FILE`: the types of @pbdb/client, from a fresh database."""

from __future__ import annotations

import sys
from pathlib import Path

from pbdb.dev.step_types import fresh_database
from pbdb.server.types import typescript

if __name__ == "__main__":
    with fresh_database() as connection:
        Path(sys.argv[1]).write_text(typescript(connection), encoding="utf-8")
