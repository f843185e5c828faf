"""`make fuzz`: many random playbooks, each in the engine and in the reference.

Prints the first seed, the speed and every difference with its seed; the exit code says whether there
were any. A seed that differs: `--seed N --graphs 1 --jobs 1`, then keep it under regressions/.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import uuid
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import server as servers
from build import Tenant, violations
from model.difference import Difference
from model.driver import Driver
from model.generator import graph
from server import Server, Servers

FSCK_EVERY = 500


def main() -> int:
    """Fuzz as the command line says; how many graphs differ."""
    parser = argparse.ArgumentParser(prog="python -m model", description=__doc__)
    parser.add_argument("--graphs", type=int, default=5_000)
    parser.add_argument("--orders", type=int, default=2, help="how often each is run")
    parser.add_argument("--seed", type=int, default=int(time.time()) * 100_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--postgres", choices=["16", "18"], default="18")
    parser.add_argument("--postgres-url", help="superuser URL of a server to use instead")
    arguments = parser.parse_args()
    print(f"seeds {arguments.seed} to {arguments.seed + arguments.graphs - 1}", flush=True)

    run = Servers(external=arguments.postgres_url)
    began = time.monotonic()
    counts: Counter[str] = Counter()
    try:
        server = run.get("external" if arguments.postgres_url else f"pg{arguments.postgres}")
        servers.build_template(server)
        parts = [
            (
                server,
                range(arguments.seed + job, arguments.seed + arguments.graphs, arguments.jobs),
                range(arguments.orders),
            )
            for job in range(arguments.jobs)
        ]
        with ProcessPoolExecutor(arguments.jobs) as pool:
            for part in pool.map(_fuzz, parts):
                counts.update(part)
    finally:
        run.close()
    runs = arguments.graphs * arguments.orders
    speed = runs / (time.monotonic() - began)
    print(f"{runs} runs, {speed:.1f} a second: {dict(sorted(counts.items()))}")
    print(f"{counts['different']} differences, {counts['violations']} violations of fsck")
    return min(counts["different"] + counts["violations"], 1)


def _fuzz(part: tuple[Server, range, range]) -> Counter[str]:
    server, seeds, orders = part
    counts: Counter[str] = Counter()
    with servers.fresh_database(server) as database, database.connect("owner") as owner:
        driver = _driver(database, owner)
        for n, seed in enumerate(seeds, 1):
            made = graph(seed)
            counts.update(made.traits)
            try:
                counts.update(driver.run(made, order) for order in orders)
            except Difference as difference:
                counts["different"] += 1
                print(f"{difference}\n{json.dumps([*made.library, made.document])}", flush=True)
                driver = _driver(database, owner)
                # What may still be claimed would be claimed by the next graph.
                owner.execute(
                    "delete from pbdb.playbook_executions as e where e.completed_at is null or"
                    " e.id in (select q.execution_id from pbdb.playbook_ready_steps as q)"
                )
            if n % FSCK_EVERY == 0 or n == len(seeds):
                found = violations(owner)
                counts["violations"] += len(found)
                if found:
                    print(f"up to seed {seed}: {found[:5]}", flush=True)
    return counts


def _driver(database: servers.Database, owner: Any) -> Driver:
    return Driver(Tenant(database.connect("app"), database.connect("worker"), uuid.uuid4()), owner)


if __name__ == "__main__":
    sys.exit(main())
