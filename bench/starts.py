"""Figure 4: how fast executions start, and a fan-out of twenty runner steps with its join."""

from __future__ import annotations

from typing import Any

from bench.chain import through
from bench.lab import Figure, Lab, at_least, functions, median, plain, ratio, rounded

PART = "starts"

# The least that a start can be: one row an execution and one that waits for a runner.
_RAW = """
create schema raw_start;
create table raw_start.executions (
    id uuid primary key, organization_id uuid, input jsonb, created_at timestamptz default now()
);
create table raw_start.ready (id uuid primary key, execution_id uuid, handler text);
create index on raw_start.ready (handler);
"""
_RAW_ONE = """with started as (
    insert into raw_start.executions (id, organization_id, input)
    values (uuidv7(), '00000000-0000-7000-8000-00000000000a', '{"a": 1}') returning id
)
insert into raw_start.ready select uuidv7(), id, 'noop' from started;
"""


def fan_out(width: int) -> dict[str, Any]:
    """A playbook: so many branches of one function call each, joined."""
    step = {"type": "CUSTOM_FUNCTION", "config": {"function": "noop"}}
    return {
        "name": f"fan_{width}",
        "steps": [
            {
                "name": "fan",
                "type": "PARALLEL_EXECUTION",
                "branches": {
                    f"branch_{number}": [{"name": f"step_{number}", **step}]
                    for number in range(1, width + 1)
                },
            }
        ],
    }


def run(lab: Lab) -> list[Figure]:
    """Starts a second from one client, single and a thousand a call; fan-outs a second."""
    database = lab.database("starts")
    chain, fan = database.apply(functions(5), fan_out(20))
    with database.connect("owner") as connection:
        connection.execute(_RAW.encode())
    seconds = max(2.0, 6 * lab.scale)
    one = f"select pbdb.start_playbook_execution('{chain}', '{{\"a\": 1}}'::jsonb);\n"
    many = lab.many(20000, 2000)

    def bulk() -> float:
        database.forget()
        return many / database.start_many(chain, many)

    def single() -> float:
        database.forget()
        return lab.pgbench(database.url(), one, clients=1, seconds=seconds)

    rates = lab.in_turns(
        raw=lambda: lab.pgbench(database.url("owner"), _RAW_ONE, clients=1, seconds=seconds),
        single=single,
        bulk=bulk,
    )
    width = lab.many(400, 40)
    fans = [through(lab, database, fan, "inline", 1, width) for _ in range(lab.rounds)]
    return [
        plain(PART, "raw limit of a single start, one client", median(rates["raw"]), "starts/s",
              rounds=rounded(rates["raw"])),
        at_least(PART, "single start, one client", median(rates["single"]), "starts/s", 2800,
                 rounds=rounded(rates["single"]),
                 share_of_raw_limit=round(ratio(rates["single"], rates["raw"]), 3)),
        at_least(PART, "bulk start, a thousand a transaction", median(rates["bulk"]), "starts/s",
                 22000, rounds=rounded(rates["bulk"]), executions=many),
        at_least(PART, "fan-out of 20 runner steps with join", median(fans), "executions/s", 250,
                 rounds=rounded(fans), executions=width, steps_per_s=round(20 * median(fans))),
    ]  # fmt: skip
