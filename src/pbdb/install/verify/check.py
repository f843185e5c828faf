"""Check a live database against what pbdb promises and installs.

specification.toml has the promises, installed.json every object as the migrations make it, and
rules.py what holds for all of them.

    python -m pbdb.install.verify [URL]

prints a line a check, `ok …` or `FAIL … expected … found … fix …`, and `N/N checks passed`; the
exit code is 1 when one failed. Nothing is changed, and nothing that users store is read.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Sequence
from importlib import resources
from typing import Any

import psycopg

from pbdb.install.verify.catalog import Catalog, Connection
from pbdb.install.verify.installed import drift
from pbdb.install.verify.installed import expected as installed
from pbdb.install.verify.notes import Note, notes
from pbdb.install.verify.promises import promises
from pbdb.install.verify.result import NONE, Check, Specification
from pbdb.install.verify.rules import rules


def specification() -> dict[str, Any]:
    """Return what specification.toml says."""
    text = resources.files(__package__).joinpath("specification.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def verify(conn: Connection, expected: Specification | None = None) -> list[Check]:
    """Check everything and return one Check a promise, in the order of the specification.

    Needs a role that may read the tables (the installer, or a member of pbdb_monitor, for whom it
    leaves out whether plans of queries use indexes: its own plans are other ones). Runs in a
    transaction, or savepoint, that is rolled back.
    """
    with conn.transaction(force_rollback=True):
        # Names come out of the catalog fully qualified.
        conn.execute("set local search_path = pg_catalog, pg_temp")
        conn.execute("set local enable_seqscan = off")
        found = Catalog(conn)
        if not found.has_schema:
            fix = "pbdb migrate"
            return [Check("schema pbdb exists", "schema pbdb", NONE, fix)]
        promised = specification() if expected is None else expected
        return [*promises(found, promised), *drift(found, installed(), promised), *rules(found)]


def report(checks: Sequence[Check], noted: Sequence[Note] = (), *, is_verbose: bool = True) -> str:
    """Return the lines of the checks, only the failed ones when not verbose, notes, and the sum."""
    lines = [check.line for check in checks if is_verbose or not check.is_ok]
    lines += [note.line for note in noted]
    passed = sum(check.is_ok for check in checks)
    return "\n".join([*lines, f"{passed}/{len(checks)} checks passed"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify the database of a URL, or of the PG* environment variables; return the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    with psycopg.connect(given[0] if given else "") as conn:
        checks, noted = verify(conn), notes(conn)
    print(report(checks, noted))
    return 0 if all(check.is_ok for check in checks) else 1
