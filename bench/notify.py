"""Figure 7: what telling idle runners costs those who commit."""

from __future__ import annotations

from psycopg.conninfo import make_conninfo

from bench.chain import through
from bench.lab import (
    TENANT,
    Database,
    Figure,
    Lab,
    at_least,
    at_most,
    functions,
    plain,
    ratio,
    rounded,
)

PART = "notify"


def run(lab: Lab) -> list[Figure]:
    """32 clients start executions; a runner works on them, or one is idle and never wakes."""
    database = lab.database("notify")
    chain, single = database.apply(functions(5), functions(1))
    text = f"select pbdb.start_playbook_execution('{single}', '{{\"a\": 1}}'::jsonb);\n"
    seconds = max(3.0, 8 * lab.scale)

    def committers(notify: str) -> float:
        return lab.pgbench(_url(database, notify), text, clients=32, seconds=seconds)

    with database.connect("worker") as listener:
        listener.execute("listen pbdb_ready")
        pid = listener.info.backend_pid
        listener.execute("select pbdb.register_worker('bench', array['CUSTOM_FUNCTION:noop'], %s)",
                         (pid,))  # fmt: skip
        listener.execute("select pbdb.set_worker_idle('bench', true)")
        deaf = lab.in_turns(off=lambda: committers("off"), on=lambda: committers("on"))
        listener.execute("select pbdb.unregister_worker('bench')")
    with lab.runners(database, "inline"):
        rates = lab.in_turns(off=lambda: committers("off"), on=lambda: committers("on"))
    return [
        plain(PART, "32 committers with NOTIFY against without, a listener that never works",
              ratio(deaf["on"], deaf["off"]), "", on=rounded(deaf["on"]), off=rounded(deaf["off"])),
        at_least(PART, "32 committers with NOTIFY against without, one runner at work",
                 ratio(rates["on"], rates["off"]), "", 0.9,
                 on=rounded(rates["on"]), off=rounded(rates["off"])),
        at_most(PART, "executions that end otherwise without NOTIFY", unlike(lab, database, chain),
                "", 0),
    ]  # fmt: skip


def unlike(lab: Lab, database: Database, chain: str) -> float:
    """Run the same load with it and without it; how many results differ?"""
    found: list[object] = []
    for setting in ("on", "off"):
        with database.connect("owner") as connection:
            connection.execute(
                f"alter database {database.name} set pbdb.notify = '{setting}'".encode()
            )
        through(lab, database, chain, "inline", 2, 200)
        found.append(
            database.value(
                "select jsonb_object_agg(shape, n) from (select concat_ws(' ', e.status, "
                "e.output_data, e.completed_steps, (select string_agg(r.status::text, ',') "
                "from pbdb.playbook_step_results as r where r.execution_id = e.id)) as shape, "
                "count(*) as n from pbdb.playbook_executions as e group by 1) as shapes"
            )
        )
    return float(found[0] != found[1])


def _url(database: Database, notify: str) -> str:
    options = f"-c app.current_organization_id={TENANT} -c pbdb.notify={notify}"
    return make_conninfo(database.url(), options=options)
