"""From results.json to a table and a plot; `python -m bench.report` writes them again."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


def write(folder: Path) -> None:
    """Write results.md and peers.svg beside results.json."""
    known: dict[str, Any] = json.loads((folder / "results.json").read_text())
    (folder / "results.md").write_text(table(known))
    bars = [
        figure
        for figure in known.get("chain", {}).get("figures", [])
        if figure["part"] == "peers" and figure["unit"] == "executions/s"
    ]
    if bars:
        plot(bars, folder / "peers.svg")


def table(known: dict[str, Any]) -> str:
    """One table a part, with where and when it was measured."""
    lines = ["# Results", "", "Written by `make bench`; docs/performance.md explains each figure."]
    for part, run in known.items():
        versions = ", ".join(f"{name} {value}" for name, value in run["versions"].items())
        lines += [
            "",
            f"## {part}",
            "",
            f"{run['measured_at']}, scale {run['scale']:g}, {run['rounds']} rounds; {versions}.",
            f"Where the data were, a flush took {run['flush_ms']:g} ms.",
            "",
            "| figure | measured | target | | server's processor time each |",
            "|---|---:|---:|---|---:|",
        ]
        for each in run["figures"]:
            said = {None: "", True: "met", False: "**missed**"}[each["is_met"]]
            value = f"{_number(each['value'])} {each['unit']}".strip()
            cpu = each["raw"].get("server_cpu_us_each")
            cpu = f"{cpu:,.0f} µs" if cpu else ""
            lines.append(f"| {each['name']} | {value} | {each['target']} | {said} | {cpu} |")
    return "\n".join(lines) + "\n"


def plot(bars: list[dict[str, Any]], file: Path) -> None:
    """Draw executions a second of a chain of five no-op steps, ours and the peers'."""
    try:
        import matplotlib as mpl
    except ImportError:
        log.warning("no plot: matplotlib is not installed (pip install 'pbdb[bench]')")
        return
    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "pbdb"
    from matplotlib import pyplot

    bars = sorted(bars, key=lambda each: each["value"])
    names, colors = [], []
    for each in bars:
        raw = each["raw"]
        names.append(f"{each['name']} {raw.get('version', '')}".strip())
        keeps = raw.get("keeps_step_state", True)
        colors.append("#2f6f9f" if each["name"] == "pbdb" else "#9db8c9" if keeps else "#d5d5d5")
    figure, axes = pyplot.subplots(figsize=(8, 0.45 * len(bars) + 1.3), layout="constrained")
    drawn = axes.barh(names, [each["value"] for each in bars], color=colors)
    axes.bar_label(drawn, labels=[_number(each["value"]) for each in bars], padding=4)
    axes.set_title("Chain of five no-op steps, executions a second, one process", loc="left")
    axes.set_xlabel("pale blue: keeps each step's state; grey: a queue, jobs that enqueue the next")
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.12)
    figure.savefig(file, metadata={"Date": None})
    pyplot.close(figure)


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


if __name__ == "__main__":
    write(Path(__file__).parent / "results")
