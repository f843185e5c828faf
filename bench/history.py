"""A database with a past: finished executions and their results, written as rows."""

from __future__ import annotations

from bench import sql_chain
from bench.lab import TENANT, Database, Lab, functions

FULL = 1_000_000
STEPS = 5

# Loading, not running: no triggers, so that a million takes minutes. What the rows hold is what the
# engine would have left, spread over the last thirty days.
_EXECUTIONS = """
insert into pbdb.playbook_executions (
    id, playbook_id, organization_id, status, trigger_source, input_data, output_data, started_at,
    completed_at, current_step_id, completed_steps, total_steps, finished_xid, created_at,
    updated_at
)
select
    pbdb.uuid_v7(), %(playbook)s, %(tenant)s, 'COMPLETED', 'api', '{"a": 1}', '{"ok": true}', t,
    t + interval '80 ms', %(step)s, 5, 5, pg_current_xact_id(), t, t + interval '80 ms'
from generate_series(1, %(count)s) as n
cross join lateral (
    select now() - interval '1 day' - interval '30 days' * (1 - n / %(count)s::float8) as t
) as at
"""
_RESULTS = """
insert into pbdb.playbook_step_results (
    id, execution_id, step_id, organization_id, status, input_data, output_data, started_at,
    completed_at, worker, token, created_at, updated_at
)
select
    pbdb.uuid_v7(), e.id, s.id, e.organization_id, 'COMPLETED', '{"a": 1}', '{"ok": true}',
    e.started_at, e.completed_at, 'history', gen_random_uuid(), e.started_at, e.completed_at
from pbdb.playbook_executions as e
inner join pbdb.playbook_steps as s on s.playbook_id = e.playbook_id
"""


def full(lab: Lab) -> tuple[Database, str, str, int]:
    """A database with a million finished executions (scaled), its two playbooks, the number."""
    if "history" not in lab.shared:
        database = lab.database("history")
        chain, inside = database.apply(functions(STEPS), sql_chain.document())
        count = lab.many(FULL, 1000)
        fill(database, chain, count)
        lab.shared["history"] = (database, chain, inside, count)
    found: tuple[Database, str, str, int] = lab.shared["history"]
    return found


def fill(database: Database, playbook: str, count: int) -> None:
    """Write so many finished executions of a playbook, with a result for each step."""
    step = database.value(
        "select id from pbdb.playbook_steps where playbook_id = %s and step_order = 5",
        playbook,
    )
    given = {"playbook": playbook, "tenant": TENANT, "step": step, "count": count}
    with database.connect("owner") as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(_EXECUTIONS.encode(), given)
        connection.execute(_RESULTS.encode())
        connection.execute("vacuum (analyze) pbdb.playbook_executions")
        connection.execute("vacuum (analyze) pbdb.playbook_step_results")
        connection.execute("checkpoint")
        # What a runner's sweep does every few seconds.
        connection.execute("set session_replication_role = origin")
        for _ in range(count // 1000 + 1):
            row = connection.execute("select sum(count) from pbdb.sweep(1000)").fetchone()
            if row is None or not row[0]:
                break
