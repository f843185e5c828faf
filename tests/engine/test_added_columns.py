"""A column more in any table stops nobody: a migration adds it, and the functions follow later."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from build import Tenant, function, transform, violations

Connection = psycopg.Connection[Any]

RUNNERS = ["AGENT_EXECUTION:@model", "API_CALL", "CUSTOM_FUNCTION", "DATABASE_QUERY"]
RUNNERS += ["MEMORY_SEARCH", "MEMORY_SEARCH:@embed"]
GREETING = {"name": "prompt", "type": "PROMPT_TEMPLATE", "config": {"template_name": "greet"}}


def step(name: str, kind: str, **config: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "config": config, "retry_delay_seconds": 0}


def wait(name: str, **config: Any) -> dict[str, Any]:
    return step(name, "WAIT_FOR_INPUT", **config)


EVERY_KIND = [
    transform("shape", {"n": "$input.n"}),
    GREETING,
    step(
        "choose",
        "CONDITIONAL_BRANCH",
        branches=[{"when": "$input.n > 0", "then": "query"}],
        default="end",
    ),
    step("query", "DATABASE_QUERY", query="select 1 as one"),
    step("search", "MEMORY_SEARCH", query="likes", mode="text"),
    step("embed", "MEMORY_SEARCH", query="likes"),
    step("agent", "AGENT_EXECUTION", agent="helper", prompt="Say {{ input.n }}"),
    step("api", "API_CALL", url="https://crm.example/{{ input.n }}"),
    function("retried", retry_delay_seconds=0),
    function("lost", retry_delay_seconds=0),
    function("broken", max_retries=0, on_failure="mend"),
    transform("mend", "$error.code"),
    {
        "name": "each",
        "type": "PARALLEL_EXECUTION",
        "config": {"for_each": [1, 2, 3], "max_parallel": 2},
        "steps": [function("item"), transform("kept", "$steps.item.output")],
    },
    {
        "name": "any",
        "type": "PARALLEL_EXECUTION",
        "config": {"join": "any"},
        "branches": {"fast": [transform("won", 1)], "slow": [function("slow")]},
    },
    step("call", "CUSTOM_FUNCTION", playbook="child"),
    wait("ask", answers=2),
    wait("event", event="paid", match={"id": 7}),
    wait("timer", **{"for": 3600}),
    transform("end", {"all": "$steps.each.output"}),
]


class Life:
    """Every kind of step and every call about an execution, by sessions that stay open."""

    def __init__(self, tenant: Tenant, owner: Connection) -> None:
        self.tenant, self.owner = tenant, owner
        self.round = 0

    def live(self) -> None:
        self.round += 1
        self.define()
        self.run_every_kind()
        self.stop_and_go()
        self.start_by_itself()
        self.look()
        assert violations(self.owner) == []

    def define(self) -> None:
        tenant = self.tenant
        tenant.one("select pbdb.define_agent('helper', 'openai:small')")
        tenant.one("""select pbdb.store_prompt_template('greet', '"Hi {{ input.n }}"'::jsonb)""")
        self.owner.execute("select pbdb.register_embedding_model('tiny', 3, true)")
        tenant.one("select pbdb.store_memory('likes tea', array[1, 0, 0]::real[])")
        tenant.one("select pbdb.store_memory('likes rain')")
        to_embed = tenant.worker.execute(
            "select memory_id, token from pbdb.claim_memories_to_embed('w1')"
        ).fetchall()
        tenant.worker.execute(
            "select pbdb.store_embeddings(%s, %s, 'tiny', array[[0, 1, 0]]::real[])",
            ([row[0] for row in to_embed], [row[1] for row in to_embed]),
        )
        tenant.apply(function("inner"), name="child")
        tenant.apply(*EVERY_KIND, name="all", description=f"round {self.round}")
        tenant.apply(
            function("f", max_retries=0, retry_delay_seconds=0),
            name="short",
            description=f"round {self.round}",
        )

    def run_every_kind(self) -> None:
        execution = self.tenant.start({"n": 1}, name="all", key=f"round {self.round}")
        assert self.tenant.start({"n": 1}, name="all", key=f"round {self.round}") == execution
        self.tenant.worker.execute("select pbdb.register_worker('w1', %s)", (RUNNERS,))
        for name in ["query", "search", "embed", "agent", "api", "retried", "lost", "broken"]:
            self.do(name)
        for _ in range(3):
            self.do("item")
        self.do("inner")
        for person in range(2):
            self.tenant.one(
                "select pbdb.submit_step_input(%s, 'ask', '1', %s)",
                execution,
                uuid.UUID(int=person),
            )
        assert self.tenant.status(execution) == "PAUSED"
        assert self.tenant.one("""select pbdb.emit_playbook_event('paid', '{"id": 7}', 0)""") == 1
        self.grow_old()
        self.sweep()
        result = self.tenant.result(execution)
        assert (result["status"], result["error_code"]) == ("COMPLETED", None)
        assert result["output_data"] == {"all": [1, 1, 1]}

    def do(self, name: str) -> None:
        """Claim one step, which must be this one, and end it as its name says."""
        tenant = self.tenant
        held = tenant.claim(*RUNNERS, limit=1)
        assert [each["step_name"] for each in held] == [name]
        result_id, token = tenant.held[name]
        beat = tenant.worker.execute(
            "select outcome from pbdb.heartbeat_playbook_steps('w1', %s, %s)",
            ([result_id], [token]),
        ).fetchone()
        assert beat == ("extended",)
        if name in ("query", "search"):
            done = tenant.worker.execute(
                "select outcome from pbdb.run_sql_step('w1', %s, %s)", (result_id, token)
            ).fetchone()
        elif name == "embed":
            done = tenant.worker.execute(
                "select outcome from pbdb.run_sql_step('w1', %s, %s, array[1, 0, 0]::real[])",
                (result_id, token),
            ).fetchone()
        elif name == "agent":
            done = tenant.worker.execute(
                "select outcome from pbdb.complete_playbook_steps('w1', %s, %s, array['1'], %s)",
                ([result_id], [token], [Jsonb({"model": "m", "input_tokens": 1})]),
            ).fetchone()
        elif name == "broken":
            done = (tenant.fail(name),)
        else:
            if name == "retried":
                assert tenant.fail(name) == "accepted"
                tenant.claim(*RUNNERS, limit=1)
            if name == "lost":
                self.grow_old()
                self.sweep()
                tenant.claim(*RUNNERS, limit=1)
            if name == "item":
                released = tenant.worker.execute(
                    "select outcome from pbdb.release_playbook_steps('w1', %s, %s)",
                    ([result_id], [token]),
                ).fetchone()
                assert released == ("released",)
                tenant.claim(*RUNNERS, limit=1)
            result_id, token = tenant.held[name]
            done = tenant.worker.execute(
                "select outcome from pbdb.complete_and_claim_playbook_steps"
                "('w1', %s, %s, array['1'], null, array['CUSTOM_FUNCTION'], 0, 60)",
                ([result_id], [token]),
            ).fetchone()
        assert done == ("accepted",), name

    def stop_and_go(self) -> None:
        tenant = self.tenant
        execution = tenant.start(name="short")
        tenant.one("select pbdb.pause_playbook_execution(%s)", execution)
        tenant.one("select pbdb.resume_playbook_execution(%s)", execution)
        tenant.one("select pbdb.cancel_playbook_execution(%s)", execution)
        tenant.one("select pbdb.retry_playbook_execution(%s)", execution)
        tenant.claim()
        assert tenant.fail("f") == "accepted"
        tenant.one("select pbdb.requeue_dead_letter(%s)", execution)
        tenant.claim()
        assert tenant.fail("f") == "accepted"
        tenant.one("select pbdb.discard_dead_letter(%s, 'seen')", execution)
        late = tenant.start(name="short")
        self.owner.execute("update pbdb.playbook_executions set deadline_at = now() where id = %s",
                           (late,))  # fmt: skip
        self.sweep()
        assert tenant.status(late) == "TIMEOUT"
        assert tenant.run({"n": 1}, name="direct") == {"n": 1}
        assert tenant.rows("select * from pbdb.what_if_playbook('all', '{\"n\": 1}')")
        tenant.rows("select pbdb.advance_playbook_execution(%s)", late)
        tenant.worker.execute("select pbdb.run_due_sql_steps()")

    def start_by_itself(self) -> None:
        tenant = self.tenant
        for trigger in ("'hourly', 'direct', '0 * * * *'", "'seen', 'direct', p_event_name => 'x'"):
            tenant.one(f"select pbdb.define_trigger({trigger})")
        assert tenant.one("select pbdb.emit_playbook_event('x', '{\"n\": 2}')") == 1
        # Once to note when it fires first, and once to fire it.
        for _ in range(2):
            due = tenant.worker.execute(
                "select organization_id, trigger_id, due_at from pbdb.due_triggers()"
            ).fetchall()
            assert due
            for each in due:
                tenant.worker.execute("select pbdb.fire_trigger(%s, %s, %s, now())", each)

    def look(self) -> None:
        """Everything that an app may ask, for every execution and every playbook."""
        executions = self.tenant.rows("select id from pbdb.playbook_executions")
        for (execution,) in executions:
            for call in ("get_execution", "get_execution_progress", "get_execution_result",
                         "get_execution_steps", "get_execution_timeline", "diagnose_execution"):  # fmt: skip
                self.tenant.rows(f"select * from pbdb.{call}(%s)", execution)
        for (playbook,) in self.tenant.rows("select id from pbdb.playbooks"):
            self.tenant.rows("select * from pbdb.get_playbook_execution_summary(%s)", playbook)
            self.tenant.rows("select pbdb.export_playbook(%s)", playbook)
            self.tenant.rows("select * from pbdb.validate_playbook(%s)", playbook)
        for asked in ("get_active_playbooks(null)", "list_executions()", "count_executions()",
                      "playbook_inbox", "playbook_dead_letters", "playbook_execution_counts",
                      "search_memories(p_query => 'likes', p_mode => 'text')"):  # fmt: skip
            self.tenant.rows(f"select * from pbdb.{asked}")
        assert len(executions) == len(self.tenant.rows("select * from pbdb.playbook_executions"))

    def grow_old(self) -> None:
        self.owner.execute(
            "update pbdb.playbook_ready_steps set due_at = due_at - interval '2 hours',"
            " deadline_at = deadline_at - interval '2 hours' where due_at < 'infinity'"
        )

    def sweep(self) -> None:
        self.tenant.worker.execute("select * from pbdb.sweep()")


@pytest.fixture
def life(tenant: Tenant, owner: Connection) -> Life:
    each = Life(tenant, owner)
    tenant.apply(transform("t", {"n": "$input.n"}), name="direct")
    return each


TABLES = """
    select c.relname from pg_class as c
    where c.relnamespace = 'pbdb'::regnamespace and c.relkind in ('r', 'p')
    order by c.relname
"""


@pytest.mark.parametrize("column", ["text", "int not null default 7"])
@pytest.mark.parametrize("sessions", ["old", "new"])
def test_a_column_more_in_every_table_changes_nothing(
    life: Life, owner: Connection, column: str, sessions: str
) -> None:
    if sessions == "old":
        life.live()
    with owner.cursor(row_factory=dict_row) as cur:
        tables = [row["relname"] for row in cur.execute(TABLES).fetchall()]
    assert "playbook_ready_steps" in tables
    for table in tables:
        owner.execute(
            sql.SQL("alter table pbdb.{} add column extra ").format(sql.Identifier(table))
            + sql.SQL(column)
        )

    life.live()

    for table in tables:
        row = owner.execute(
            sql.SQL("select count(*) from pbdb.{} where extra is distinct from %s").format(
                sql.Identifier(table)
            ),
            (None if column == "text" else 7,),
        ).fetchone()
        assert row == (0,), table


# What runner functions return is their signature: an attribute more is a new version of them.
COMPOSITES = """
    select t.typname from pg_type as t
    inner join pg_class as c on c.oid = t.typrelid and c.relkind = 'c'
    where t.typnamespace = 'pbdb'::regnamespace and t.typname not in ('claimed_step', 'verdict')
    order by t.typname
"""


@pytest.mark.parametrize("sessions", ["old", "new"])
def test_an_attribute_more_in_every_composite_type_changes_nothing(
    life: Life, owner: Connection, sessions: str
) -> None:
    if sessions == "old":
        life.live()
    types = [row[0] for row in owner.execute(COMPOSITES).fetchall()]
    assert {"run", "thread", "ended_attempt"} <= set(types)
    for name in types:
        owner.execute(
            sql.SQL("alter type pbdb.{} add attribute extra text").format(sql.Identifier(name))
        )

    life.live()
