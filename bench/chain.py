"""Figure 1: a chain of five runner steps, each a registered Python no-op; and the peers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench import raw
from bench.lab import Database, Figure, Lab, at_least, functions, median, plain, ratio, rounded
from bench.peers import install

PART = "chain"


def run(lab: Lab) -> list[Figure]:
    """Executions a second through one and two runner processes; through each peer's worker."""
    database = lab.database("chain")
    (playbook,) = database.apply(functions(5))
    count = lab.many(4000, 200)
    rates = lab.in_turns(
        raw=lambda: raw.runner_chain(database, count),
        task=lambda: through(lab, database, playbook, "task", 1, count),
        inline=lambda: through(lab, database, playbook, "inline", 1, count),
        two=lambda: through(lab, database, playbook, "inline", 2, count),
        batch=lambda: through(lab, database, playbook, "batch", 1, count),
    )
    share = {name: ratio(found, rates["raw"]) for name, found in rates.items()}
    cpu = {name: round(median(used) / count * 1e6) for name, used in lab.cpu.items()}
    load = {"executions": count, "steps_each": 5, "raw_limit_per_s": rounded(rates["raw"])}

    def figure(name: str, key: str, target: float) -> Figure:
        return at_least(
            PART, name, median(rates[key]), "executions/s", target,
            rounds=rounded(rates[key]), server_cpu_us_each=cpu[key],
            share_of_raw_limit=round(share[key], 3), **load,
        )  # fmt: skip

    return [
        plain(PART, "raw limit, one connection", median(rates["raw"]), "executions/s",
              rounds=rounded(rates["raw"]), server_cpu_us_each=cpu["raw"]),
        figure("one runner process, coroutine function", "task", 2300),
        figure("one runner process, inline function", "inline", 1000),
        figure("two runner processes, inline function", "two", 1500),
        figure("one runner process, batch function", "batch", 2600),
        *peers(lab, database, playbook),
    ]  # fmt: skip


def through(
    lab: Lab,
    database: Database,
    playbook: str,
    kind: str,
    runners: int,
    count: int,
    *,
    data: Any = None,
    forget: bool = True,
) -> float:
    """Start, then run; return executions a second from the first claim to the last end."""
    if forget:
        database.forget()
    since = database.now()
    database.start_many(playbook, count, data)
    with lab.runners(database, kind, runners):
        database.wait_until_done()
    return count / database.busy_seconds(since)


def peers(lab: Lab, database: Database, playbook: str) -> list[Figure]:
    """The same chain in each peer, in turns with ours."""
    found = install.peers()
    # Each as much as keeps it busy for ten seconds: what is too little measures its polling.
    given = {peer.name: peer.enough(lab) for peer in found}
    count = lab.many(20000, 500)

    def ours(kind: str) -> Callable[[], float]:
        return lambda: through(lab, database, playbook, kind, 1, count)

    def theirs(peer: install.Peer) -> Callable[[], float]:
        return lambda: peer.run(lab, given[peer.name])

    works = {peer.name.replace("-", "_"): theirs(peer) for peer in found}
    rates = lab.in_turns(pbdb=ours("task"), batch=ours("batch"), **works)
    figures = [
        plain("peers", "pbdb", median(rates["pbdb"]), "executions/s",
              rounds=rounded(rates["pbdb"]), executions=count,
              settings="one runner process, a coroutine function"),
        plain("peers", "pbdb, batch function", median(rates["batch"]), "executions/s",
              rounds=rounded(rates["batch"]), executions=count,
              settings="one runner process, one call for up to 128 steps"),
    ]  # fmt: skip
    for peer in found:
        mine = rates[peer.name.replace("-", "_")]
        times = ratio(rates["pbdb"], mine)
        figures.append(
            plain("peers", peer.name, median(mine), "executions/s", rounds=rounded(mine),
                  executions=given[peer.name], version=peer.version, settings=peer.settings,
                  keeps_step_state=peer.keeps_state,
                  pbdb_is_times=round(times, 2),
                  batch_function_is_times=round(ratio(rates["batch"], mine), 2))
        )  # fmt: skip
        # An engine that keeps each step's state, or a queue that keeps a job's own completion.
        least = {"absurd": 10.0, "pg-boss": 1.0}.get(peer.name, 3.0)
        whole = ratio(rates["batch"], mine) if peer.name == "pg-boss" else times
        kind = "pbdb, batch function," if peer.name == "pg-boss" else "pbdb"
        figures.append(at_least("peers", f"{kind} against {peer.name}", whole, "times", least))
    return figures
