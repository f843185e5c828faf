"""Figure 12: the Python time that a runner spends on a step, and on what."""

from __future__ import annotations

from bench.lab import Figure, Lab, at_most, functions, median, rounded

PART = "runner_cpu"


def run(lab: Lab) -> list[Figure]:
    """Processor time of the runner's process by claimed step, its start not counted."""
    database = lab.database("runner_cpu")
    (chain,) = database.apply(functions(5))
    count = lab.many(4000, 400)
    costs: dict[str, list[float]] = {}
    profile: list[str] = []
    for kind in ["inline", "task", "batch"] * lab.rounds:
        database.forget()
        database.start_many(chain, count)
        with lab.runners(database, kind) as (runner,):
            database.wait_until_done()
        report = runner.stop()
        costs.setdefault(kind, []).append(1e6 * report["cpu_seconds"] / report["claimed"])
    database.forget()
    database.start_many(chain, count)
    with lab.runners(database, "task:profile") as (runner,):
        database.wait_until_done()
    profile = runner.stop()["profile"]
    names = {"inline": "inline function", "task": "coroutine function", "batch": "batch function"}
    return [
        at_most(PART, f"Python time a step, {names[kind]}", median(found), "µs", 150,
                rounds=rounded(found), **({"profile": profile} if kind == "task" else {}))
        for kind, found in costs.items()
    ]  # fmt: skip
