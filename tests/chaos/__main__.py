"""`python -m chaos`: break everything that can break, and count what went wrong.

python -m chaos                       the short form
python -m chaos --full                20,000 executions and 3,750 faults; takes half an hour
python -m chaos --executions 2000 --kills 50 --restarts 5
"""

from __future__ import annotations

import argparse
import dataclasses
import sys

from chaos.run import Plan, run

SHORT = Plan(executions=500, kills=20, stalls=2, terminates=10, restarts=1, resets=10, cuts=10)
FULL = Plan(
    executions=20_000,
    kills=500,
    stalls=200,
    terminates=2_000,
    restarts=50,
    resets=500,
    cuts=500,
    runners=8,
    drain_seconds=600,
)


def main() -> int:
    """Run a plan, print its report; 1 when a promise was broken."""
    parser = argparse.ArgumentParser(
        "python -m chaos", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--full", action="store_true", help="the figures that are published")
    for field in dataclasses.fields(Plan):
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=int)
    given = vars(parser.parse_args())
    plan = FULL if given.pop("full") else SHORT
    plan = dataclasses.replace(
        plan, **{name: value for name, value in given.items() if value is not None}
    )
    report = run(plan)
    print(report)
    for name, count in report.wrong().items():
        print(f"WRONG: {name} = {count}", file=sys.stderr)
    return 1 if report.wrong() else 0


if __name__ == "__main__":
    sys.exit(main())
