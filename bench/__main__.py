"""`python -m bench [PART …]`: measure; write bench/results/ (results.json, results.md, peers.svg).

    python -m bench                    every figure; takes a while
    python -m bench chain sql_chain    these parts; the others' last results are kept
    python -m bench --scale 0.1        smaller loads, for a quick look

A run on a busy machine gives small numbers; the ratios hold.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import json
import logging
import os
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import report
from bench.lab import SETTINGS, Figure, Lab, median
from pbdb.install.embedded import EmbeddedServer

PARTS = [
    "chain", "sql_chain", "latency", "starts", "cost", "flat", "notify", "for_each", "reads",
    "tenants", "runner_cpu", "memory",
]  # fmt: skip
RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Run the parts that are asked for, on one server."""
    parser = argparse.ArgumentParser(
        "python -m bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--scale", type=float, default=1.0, help="of every load; 1 is the full one")
    parser.add_argument("--rounds", type=int, default=3, help="how often each figure is measured")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the folder to write")
    parser.add_argument("--data", type=Path, help="where the server's data go; /dev/shm: memory")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    logging.basicConfig(format="%(message)s")
    folder = Path(tempfile.mkdtemp(prefix="pbdb-bench-", dir=asked.data))
    folder.chmod(0o755)
    try:
        with EmbeddedServer(folder / "data", settings=SETTINGS) as server:
            lab = Lab(server, asked.scale, asked.rounds)
            for part in asked.parts or PARTS:
                measure(lab, part, asked.results)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report.write(asked.results)


def flush_ms(folder: Path) -> float:
    """Median time of a small write and its fdatasync where the data are: a commit waits for one."""
    found: list[float] = []
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(8192))
        for _ in range(50):
            began = time.perf_counter()
            os.pwrite(file.fileno(), bytes(8192), 0)
            os.fdatasync(file.fileno())
            found.append((time.perf_counter() - began) * 1000)
    return median(found)


def measure(lab: Lab, part: str, results: Path) -> None:
    """Measure one part, and store it over its last result."""
    began = time.monotonic()
    found: list[Figure] = importlib.import_module(f"bench.{part}").run(lab)
    for each in found:
        said = {None: "", True: "met", False: "MISSED"}[each.is_met]
        print(f"{each.part}: {each.name}: {each.value:.4g} {each.unit} {each.target} {said}")
    results.mkdir(parents=True, exist_ok=True)
    file = results / "results.json"
    known: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    known[part] = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - began),
        "scale": lab.scale,
        "rounds": lab.rounds,
        "versions": lab.versions(),
        "settings": SETTINGS,
        "flush_ms": round(flush_ms(lab.server.data_dir.parent), 3),
        "figures": [dataclasses.asdict(each) for each in found],
    }
    file.write_text(json.dumps(known, indent=1, sort_keys=False) + "\n")


if __name__ == "__main__":
    main()
