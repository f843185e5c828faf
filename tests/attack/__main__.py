"""`python -m attack`: every corpus whole, each with its control, and how much got through.

python -m attack                   everything, on PostgreSQL 16 and 18
python -m attack queries           one attack
python -m attack --postgres 18     one version
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from typing import Final

import server as servers
from attack import hostile, planted, queries
from attack.report import Report
from server import Server, Servers

ATTACKS: Final[dict[str, Callable[..., Report]]] = {
    "queries": queries.attack,
    "planted": planted.attack,
    "hostile": hostile.attack,
}


def main() -> int:
    """Run the attacks and print their counts; 1 when one got through or a control saw nothing."""
    parser = argparse.ArgumentParser(
        "python -m attack", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("attacks", nargs="*", help=f"any of {', '.join(ATTACKS)}; default: all")
    parser.add_argument("--postgres", choices=["16", "18", "both"], default="both")
    given = parser.parse_args()
    versions = ["16", "18"] if given.postgres == "both" else [given.postgres]
    with closing(Servers()) as known:
        reports = [
            _report(known.get(f"pg{version}"), version, name)
            for version in versions
            for name in given.attacks or ATTACKS
        ]
    return 0 if all(report.is_ok for report in reports) else 1


def _report(server: Server, version: str, name: str) -> Report:
    servers.build_template(server)
    report = ATTACKS[name](server, is_whole=True)
    print(f"{'ok  ' if report.is_ok else 'FAIL'} PostgreSQL {version}, {report}", flush=True)
    return report


if __name__ == "__main__":
    sys.exit(main())
