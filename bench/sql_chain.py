"""Figure 2: a chain of five SQL steps, against the same rows written without an engine."""

from __future__ import annotations

import json
from typing import Any

from bench import raw, same_rows
from bench.lab import TENANT, Database, Figure, Lab, at_least, median, plain, ratio, rounded

PART = "sql_chain"
INPUT = {"lead": {"name": "Ann", "score": 9}}


def document(name: str = "sql_5") -> dict[str, Any]:
    """A transform with a mapping, a branch, a template, a transform and a last transform."""
    return {
        "name": name,
        "steps": [
            {
                "name": "lead",
                "type": "DATA_TRANSFORM",
                "input_mapping": {"name": "$input.lead.name", "score": "$input.lead.score"},
                "config": {"output": {"name": "$input.lead.name", "score": "$input.lead.score"}},
            },
            {
                "name": "qualify",
                "type": "CONDITIONAL_BRANCH",
                "config": {
                    "branches": [{"when": "$steps.lead.output.score > 5", "then": "greet"}],
                    "default": "answer",
                },
            },
            {
                "name": "greet",
                "type": "PROMPT_TEMPLATE",
                "config": {
                    "template": "Hello {{ who }}, your score is {{ score }}",
                    "variables": {
                        "who": "$steps.lead.output.name",
                        "score": "$steps.lead.output.score",
                    },
                },
            },
            {
                "name": "shape",
                "type": "DATA_TRANSFORM",
                "config": {"output": {"text": "$steps.greet.output.prompt", "n": 1}},
            },
            {
                "name": "answer",
                "type": "DATA_TRANSFORM",
                "config": {"output": {"result": "$step_4_output.text"}},
            },
        ],
    }


def script(playbook: str, bulk: int = 0) -> str:
    """The pgbench script that starts, and so runs, one execution or `bulk` of them."""
    given = json.dumps(INPUT)
    if bulk:
        return (
            "select count(*) from pbdb.start_playbook_executions("
            f"'{playbook}', array_fill('{given}'::jsonb, array[{bulk}]));\n"
        )
    return f"select pbdb.start_playbook_execution('{playbook}', '{given}'::jsonb);\n"


def run(lab: Lab) -> list[Figure]:
    """Executions a second: own transactions from one and eight clients, and a hundred a call."""
    database = lab.database("sql_chain")
    (playbook,) = database.apply(document())
    raw.prepare(database)
    with database.connect() as app:
        given = json.dumps(INPUT)
        one = app.execute(f"select pbdb.start_playbook_execution('{playbook}', '{given}'::jsonb)")
        same_rows.prepare(database, (one.fetchone() or [None])[0])
    seconds = max(2.0, 8 * lab.scale)

    def pgbench(text: str, clients: int, each: int = 1, role: str = "app") -> float:
        return each * lab.pgbench(database.url(role), text, clients=clients, seconds=seconds)

    rates = lab.in_turns(
        raw_8=lambda: pgbench(raw.SQL_CHAIN, 8, role="owner"),
        least_8=lambda: pgbench(raw.SQL_CHAIN_AT_ONCE, 8, role="owner"),
        same_8=lambda: pgbench(same_rows.SQL_CHAIN, 8),
        own_8=lambda: pgbench(script(playbook), 8),
        raw_1=lambda: pgbench(raw.SQL_CHAIN, 1, role="owner"),
        own_1=lambda: pgbench(script(playbook), 1),
        raw_bulk=lambda: pgbench(raw.SQL_CHAINS, 1, 100, role="owner"),
        bulk=lambda: pgbench(script(playbook, 100), 1, 100),
    )
    _check(database)
    cpu = {
        name: round(1e6 * median(lab.cpu[name]) / (median(found) * round(seconds)), 1)
        for name, found in rates.items()
    }
    middle = {name: median(found) for name, found in rates.items()}
    raws = {name: rounded(found) for name, found in rates.items()}
    return [
        plain(PART, "raw limit, 8 clients", middle["raw_8"], "executions/s", rounds=raws["raw_8"],
              server_cpu_us_each=cpu["raw_8"]),
        plain(PART, "raw limit by the fewest statements, 8 clients", middle["least_8"],
              "executions/s", rounds=raws["least_8"], server_cpu_us_each=cpu["least_8"]),
        plain(PART, "the same rows into our tables by the cheapest statement, 8 clients",
              middle["same_8"], "executions/s", rounds=raws["same_8"],
              server_cpu_us_each=cpu["same_8"]),
        plain(PART, "own transactions, 8 clients", middle["own_8"], "executions/s",
              rounds=raws["own_8"], server_cpu_us_each=cpu["own_8"], tenant=TENANT, input=INPUT),
        at_least(PART, "share of the raw limit, 8 clients", ratio(rates["own_8"], rates["raw_8"]),
                 "", 0.34),
        at_least(PART, "share of the same rows, 8 clients", ratio(rates["own_8"], rates["same_8"]),
                 "", 0.7),
        plain(PART, "own transactions, 1 client", middle["own_1"], "executions/s",
              rounds=raws["own_1"], server_cpu_us_each=cpu["own_1"], raw_limit=raws["raw_1"],
              share_of_raw_limit=round(ratio(rates["own_1"], rates["raw_1"]), 3)),
        at_least(PART, "bulk start of 100, one connection", middle["bulk"], "executions/s", 3000,
                 rounds=raws["bulk"], raw_limit=raws["raw_bulk"],
                 share_of_raw_limit=round(ratio(rates["bulk"], rates["raw_bulk"]), 3)),
    ]  # fmt: skip


def _check(database: Database) -> None:
    """What was fast was also right: every execution has its output."""
    wrong = database.value(
        "select count(*) from pbdb.playbook_executions where status <> 'COMPLETED' "
        'or output_data <> \'{"result": "Hello Ann, your score is 9"}\''
    )
    if wrong:
        raise RuntimeError(f"{wrong} executions did not end as they should")
