"""Figure 10: a thousand tenants cost what one does."""

from __future__ import annotations

import json

import psycopg

from bench import sql_chain
from bench.lab import Database, Figure, Lab, at_least, functions, ratio, rounded

PART = "tenants"


def tenant(number: int) -> str:
    """The id of the n-th tenant."""
    return f"00000000-0000-7000-8000-{number:012d}"


def run(lab: Lab) -> list[Figure]:
    """The same load, spread over a thousand tenants and of one."""
    count = lab.many(1000, 100)
    one, many = populated(lab, 1), populated(lab, count)
    seconds = max(2.0, 8 * lab.scale)

    def inside(database: Database, tenants: int) -> float:
        text = (
            f"\\set n random(0, {tenants - 1})\n"
            "begin;\n"
            "select pbdb.set_organization("
            "('00000000-0000-7000-8000-' || lpad(:n::text, 12, '0'))::uuid);\n"
            f"select pbdb.start_playbook('sql_5', '{json.dumps(sql_chain.INPUT)}'::jsonb);\n"
            "end;\n"
        )
        return lab.pgbench(database.url(), text, clients=4, seconds=seconds)

    def through_runner(database: Database, tenants: int) -> float:
        database.forget()
        each = max(2, 2000 // tenants) if lab.scale >= 1 else max(2, 400 // tenants)
        since = database.now()
        start(database, tenants, each)
        with lab.runners(database, "inline"):
            database.wait_until_done()
        return each * tenants / database.busy_seconds(since)

    rates = lab.in_turns(
        sql_one=lambda: inside(one, 1),
        sql_many=lambda: inside(many, count),
        runner_one=lambda: through_runner(one, 1),
        runner_many=lambda: through_runner(many, count),
    )
    return [
        at_least(
            PART, f"{name} of {count} tenants against one",
            ratio(rates[f"{key}_many"], rates[f"{key}_one"]), "", 0.9,
            many=rounded(rates[f"{key}_many"]), one=rounded(rates[f"{key}_one"]),
        )
        for key, name in (("sql", "SQL chains"), ("runner", "runner chains"))
    ]  # fmt: skip


def populated(lab: Lab, tenants: int) -> Database:
    """A database where each tenant has the two playbooks."""
    database = lab.database("tenants")
    documents = [json.dumps(sql_chain.document()), json.dumps(functions(5))]
    with database.connect() as app:
        for number in range(tenants):
            with app.transaction():
                _become(app, number)
                for each in documents:
                    app.execute("select pbdb.apply_playbook(%s::jsonb)", (each,))
    return database


def start(database: Database, tenants: int, each: int) -> None:
    """Start so many runner chains of each tenant."""
    with database.connect() as app:
        for number in range(tenants):
            with app.transaction():
                _become(app, number)
                app.execute(
                    "select count(e) from pbdb.playbooks as p cross join lateral "
                    "pbdb.start_playbook_executions(p.id, array_fill('{}'::jsonb, array[%s::int])) "
                    "as e where p.name = 'noop_5'",
                    (each,),
                )


def _become(app: psycopg.Connection[tuple[object, ...]], number: int) -> None:
    app.execute("select pbdb.set_organization(%s)", (tenant(number),))
