"""`python tests/mutation.py`: seed one fault at a time, and see which test notices.

Each fault is a small change in one file of sql/, loaded into a template database of its own; the
tests named beside it run against that until one fails. Writes docs/mutation.md; exits with 1 when
a fault survived. As a pytest plugin (`-p mutation`) it makes the tests use the given template.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

import server as servers
from pbdb.install.embedded import temporary_server

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "mutation.md"

CLAIM = "tests/queue/test_claim.py"
LEASE = "tests/queue/test_lease.py"
FENCE = "tests/queue/test_fencing.py"
ORDER = "tests/queue/test_interleavings.py"
WAITING = "tests/engine/test_waiting.py"
EVENTS = "tests/engine/test_events.py"
RETRY = "tests/engine/test_retry.py"
DEAD = "tests/report/test_dead_letters.py"
SHARE = "tests/access/test_tenants_share_names.py"


@dataclass(frozen=True, slots=True)
class Fault:
    """A text of a file in sql/ and what to put in its place; tests, by file and by name."""

    what: str
    file: str
    old: str
    new: str
    tests: str
    names: str = ""


FAULTS = [
    # -- claims --------------------------------------------------------------------------------
    Fault("a claim takes one more than its limit", "queue/claim/_lease_steps.sql",
          "limit p_limit", "limit p_limit + 1", CLAIM, "no_more_than"),
    Fault("a claim takes the newest first", "queue/claim/_lease_steps.sql",
          "order by q.due_at\n", "order by q.due_at desc\n", CLAIM, "longest"),
    Fault("a claim waits for locked rows", "queue/claim/_lease_steps.sql",
          "for update skip locked", "for update", CLAIM, "same_time"),
    Fault("a claim does not lock what it picks", "queue/claim/_lease_steps.sql",
          "        for update skip locked\n", "", CLAIM, "same_time"),
    Fault("a claim takes what is not due yet", "queue/claim/_lease_steps.sql",
          " and q.due_at <= v_now", "", CLAIM, "before_it_is_due"),
    Fault("the limit starts anew for each handler", "queue/claim/_lease_due.sql",
          "p_worker, v_handler, p_limit - cardinality(v_claims), p",
          "p_worker, v_handler, p_limit, p", CLAIM, "several_handlers"),
    Fault("claims do not sweep", "queue/claim/claim_playbook_steps.sql",
          "if pbdb._something_is_overdue()", "if false", LEASE, "lost_and_tried"),
    Fault("a lease outlives the step's timeout", "queue/claim/_lease_steps.sql",
          "least(p_lease_seconds, q.timeout_seconds + 2)", "p_lease_seconds",
          CLAIM, "everything"),
    Fault("tokens are not renewed", "queue/claim/_lease_steps.sql",
          "token = gen_random_uuid()", "token = q.execution_id", FENCE,
          "other_token and complete"),
    Fault("a claim does not say RUNNING", "queue/claim/_lease_steps.sql",
          "status = 'RUNNING', started_at", "started_at", CLAIM, "counts_from"),
    # -- heartbeats ----------------------------------------------------------------------------
    Fault("a heartbeat needs no token", "queue/claim/heartbeat_playbook_steps.sql",
          "q.result_id = a.id and q.token = a.token", "q.result_id = a.id",
          FENCE, "other_token and heartbeat"),
    Fault("a heartbeat ignores the timeout", "queue/claim/heartbeat_playbook_steps.sql",
          " and q.deadline_at > v_now", "", LEASE, "heartbeat"),
    Fault("a heartbeat extends beyond the timeout", "queue/claim/heartbeat_playbook_steps.sql",
          "q.deadline_at + interval '2 seconds'", "'infinity'", LEASE, "heartbeat"),
    Fault("a heartbeat does not tell of a cancel", "queue/claim/heartbeat_playbook_steps.sql",
          "a.error_code = 'CANCELLED' then 'cancelled'", "false then 'cancelled'",
          FENCE, "other_token and heartbeat"),
    # -- reports -------------------------------------------------------------------------------
    Fault("a report needs no token", "queue/report/_settle_attempts.sql",
          "q.token = a.token as is_held", "q.token is not null as is_held",
          FENCE, "other_token and complete"),
    Fault("reports do not lock the execution", "queue/report/_settle_reports.sql",
          "        perform pbdb._lock_families_now(p_ids);\n", "", ORDER, "two_results or complete_against"),
    Fault("an attempt may be reported twice in one call", "queue/report/_settle_attempts.sql",
          "v_item.id is distinct from v_attempt.id and exists", "exists", FENCE, "within_one_call"),
    Fault("reports of one call are taken in any order", "queue/report/_settle_attempts.sql",
          "order by r.execution_id, a.id, a.n", "order by r.execution_id, a.id, a.n desc",
          FENCE, "within_one_call"),
    Fault("the same result with a foreign token counts as repeated", "queue/report/_late_verdict.sql",
          "if p_has_token and p_known_hash = p_hash", "if p_known_hash = p_hash",
          FENCE, "has_ended"),
    Fault("another result with a foreign token counts as conflict", "queue/report/_late_verdict.sql",
          "if p_has_token and p_known_hash is not null", "if p_known_hash is not null",
          FENCE, "has_ended"),
    Fault("another result counts as repeated", "queue/report/_late_verdict.sql",
          "p_known_hash = p_hash", "p_known_hash is not null", FENCE, "same_report_again"),
    Fault("a stale report writes usage", "queue/report/_record_usage.sql",
          " and v.outcome in ('accepted', 'failed')", "", FENCE, "usage_is_written_once"),
    Fault("a usage may be any number", "queue/report/_usage_number.sql",
          "between 0 and p_most", ">= 0", FENCE, "usage_that"),
    Fault("a retry_after may be any number", "queue/report/_clean_error.sql",
          "to_jsonb(least((p_error ->> 'retry_after_seconds')::numeric, 2592000))",
          "p_error -> 'retry_after_seconds'", FENCE, "failure_is_taken"),
    Fault("a deep output is an error", "queue/report/_output_problem.sql",
          "when statement_too_complex", "when division_by_zero", FENCE, "cannot_be_stored"),
    Fault("an output may nest to any depth", "queue/report/_output_problem.sql",
          "$.**{501}", "$.**{5001}", FENCE, "cannot_be_stored"),
    Fault("a large output is stored", "step/_output_error.sql",
          "pg_column_size(p_output) > pbdb._output_limit()", "false", FENCE, "cannot_be_stored"),
    Fault("a release needs no token", "queue/report/_release_attempts.sql",
          " and q.token = a.token and q.state::text", " and q.state::text", FENCE, "other_token and release"),
    Fault("a release forgets that the execution is paused", "queue/report/_release_attempts.sql",
          "when 'PAUSED' then 'HELD' else 'READY' end", "when 'PAUSED' then 'READY' else 'READY' end",
          ORDER, "release_against_pause"),
    # -- leases --------------------------------------------------------------------------------
    Fault("a lease is over a second late", "queue/sweep/_overdue.sql",
          "('LEASED', 'WAITING') and q.due_at <= (select clock_timestamp())",
          "('LEASED', 'WAITING') and q.due_at <= clock_timestamp() - interval '1 s'",
          LEASE, "when_it_says"),
    Fault("a sweep does not look again under the lock", "queue/sweep/_sweep_step.sql",
          "        and q.due_at <= clock_timestamp()\n", "", LEASE, "looks_again"),
    Fault("on_lost: fail is retried", "queue/sweep/_end_lost_attempt.sql",
          "'permanent', v_on_lost = 'fail'", "'permanent', false", LEASE, "on_lost_fail"),
    Fault("a timeout is called LOST", "queue/sweep/_end_lost_attempt.sql",
          "p_ready.deadline_at <= clock_timestamp()", "false", LEASE, "timeout"),
    Fault("a lost PATCH is sent again", "step/api_call/_may_be_sent_twice.sql",
          "in ('POST', 'PATCH')", "in ('POST')", LEASE, "sent_again"),
    Fault("a lost POST is never sent again", "step/api_call/_may_be_sent_twice.sql",
          "coalesce(p_config -> 'idempotent' = 'true', false)", "false",
          LEASE, "sent_again"),
    Fault("one attempt too many", "engine/end/_end_attempt.sql",
          "p_attempt.attempt_number < (p_step", "p_attempt.attempt_number <= (p_step",
          LEASE, "too_often"),
    Fault("permanent errors are retried", "engine/end/_end_attempt.sql",
          "and not coalesce((v_error ->> 'permanent')::boolean, false)", "",
          LEASE, "on_lost_fail"),
    Fault("lost too often is called LOST", "engine/end/_end_attempt.sql",
          "v_code := 'LOST_TOO_OFTEN'", "v_code := 'LOST'", LEASE, "too_often"),
    Fault("a retry of a paused execution is queued", "engine/end/_make_retry.sql",
          "case when p_run.status = 'PAUSED' then 'HELD' else 'READY' end", "'READY'",
          LEASE, "paused"),
    Fault("a retry comes at once", "engine/end/_make_retry.sql",
          "random() * v_cap_seconds", "0", LEASE, "jitter"),
    # -- apps ----------------------------------------------------------------------------------
    Fault("an app may change other tenants' executions", "engine/run/_require_run.sql",
          " and e.organization_id = p_organization_id", "", FENCE, "another_tenant"),
    Fault("an event wakes other tenants' waits", "event/emit_playbook_event.sql",
          "q.organization_id = v_organization_id and ", "", FENCE, "event_of_another"),
    Fault("idempotency keys are shared by tenants", "engine/start/_claim_key.sql",
          "            k.organization_id = p_run.organization_id\n            and ",
          "            ", SHARE, ""),
    Fault("one key may come with two inputs", "engine/start/_claim_key.sql",
          "if v_known.input_hash <> v_hash", "if false",
          "tests/engine/test_linear.py", "same_key"),
    Fault("a cancel leaves running steps open", "engine/end/_close_open_steps.sql",
          "and r.status in ('PENDING', 'RUNNING')", "and r.status = 'PENDING'",
          FENCE, "leased_step"),
    Fault("a cancel does not wait for claims under way", "engine/end/_close_open_steps.sql",
          "    order by q.result_id\n    for update;", "    order by q.result_id;",
          ORDER, "one_order"),
    Fault("a pause holds nothing back", "engine/steer/pause_playbook_execution.sql",
          "set state = 'HELD'", "set state = 'READY'", ORDER, "against_pause"),
    Fault("a running execution can be retried", "engine/steer/retry_playbook_execution.sql",
          "('FAILED', 'TIMEOUT', 'CANCELLED')", "('FAILED', 'TIMEOUT', 'CANCELLED', 'RUNNING')",
          FENCE, "take_a_leased"),
    Fault("events lock executions in their own order", "event/_deliver_event.sql",
          "    perform pbdb._lock_families(p_waits);\n", "", ORDER, "families"),
    Fault("families are locked children first", "engine/run/_lock_families.sql",
          "e.depth, e.id\n", "e.depth desc, e.id\n", ORDER, "one_order"),
    Fault("a child is locked without its root", "engine/run/_lock_run.sql",
          "if v_root_id is not null", "if false", ORDER, "one_order"),
    Fault("bulk starts take keys as they come", "engine/start/_start_runs.sql",
          "order by p_idempotency_keys[i], i", "order by i", ORDER, "opposite"),
    Fault("a child's end does not wake its parent", "engine/child/_flush_families.sql",
          "if v_run.parent_result_id is not null and v_run.completed_at is not null", "if false", ORDER, "childs_end"),
    Fault("an event is taken twice", "engine/wait/_take_event.sql",
          "and r.execution_id = p_attempt.execution_id", "and false", EVENTS, "each_visit"),
    Fault("a busy execution is called waiting", "engine/wait/_settle_pause.sql",
          "if v_busy = 0 and v_waiting > 0", "if v_waiting > 0", ORDER, "not_paused"),
    Fault("the deadline ticks while paused", "engine/wait/_end_pause.sql",
          "p_run.deadline_at + (clock_timestamp() - p_run.paused_at)", "p_run.deadline_at",
          WAITING, ""),
    Fault("anybody may answer", "engine/wait/_check_answer.sql",
          "and not p_config -> 'assignees' ?", "and false and not p_config -> 'assignees' ?",
          WAITING, ""),
    Fault("every failure is a dead letter", "report/dead_letter/playbook_dead_letters.sql",
          "and f.is_used_up", "", DEAD, "other_ends"),
    Fault("a discarded dead letter stays away", "report/dead_letter/playbook_dead_letters.sql",
          "e.metadata #> '{dead_letter,failed_at}'\n"
          "    is distinct from to_jsonb(extract(epoch from e.completed_at))",
          "e.metadata #> '{dead_letter,failed_at}' is null", DEAD, "listed_again"),
]  # fmt: skip


def main() -> int:
    """Try every fault, or those described by the arguments; write the page of them all."""
    wanted = [fault for fault in FAULTS if not sys.argv[1:] or fault.what in sys.argv[1:]]
    with temporary_server(18) as embedded:
        server = servers.Server(make_conninfo(embedded.url()), "base")
        servers.build_template(server)
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(lambda fault: _try(server, fault), wanted))
    if len(wanted) == len(FAULTS):
        PAGE.write_text(_page(wanted, found))
    survivors = [fault.what for fault, killer in zip(wanted, found, strict=True) if killer is None]
    for what in survivors:
        print(f"SURVIVED: {what}")
    return 1 if survivors else 0


def _try(server: servers.Server, fault: Fault) -> str | None:
    """Return the test that notices the fault; None when none does."""
    run = f"m{uuid.uuid4().hex[:8]}"
    mutant = servers.Server(server.conninfo, run)
    text = (ROOT / "sql" / fault.file).read_text()
    if fault.old not in text:
        raise SystemExit(f"{fault.what}: {fault.file} has no {fault.old!r}")
    with server.admin() as conn:
        conn.execute(
            sql.SQL("create database {} template {} strategy wal_log").format(
                sql.Identifier(mutant.template), sql.Identifier(server.template)
            )
        )
    with psycopg.connect(server.url(mutant.template)) as conn:
        conn.execute("set local role pbdb_owner")
        conn.execute(text.replace(fault.old, fault.new).encode())
    start = time.monotonic()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "mutation", "-x", "-q", "--tb=no"),
            *("-p", "no:cacheprovider", "-p", "no:randomly"),
            *("--postgres-url", server.conninfo, *fault.tests.split()),
            *(("-k", fault.names) if fault.names else ()),
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "PBDB_MUTANT": run,
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    failed = re.search(r"^(?:FAILED|ERROR) \S+::(\w+)", done.stdout, re.MULTILINE)
    if done.returncode not in (0, 1) or (done.returncode == 1 and failed is None):
        print(f"{fault.what}: {done.stdout}{done.stderr}", file=sys.stderr)
    killer = failed[1] if failed else None
    print(f"{time.monotonic() - start:5.1f} s  {fault.what}: {killer or 'SURVIVED'}", flush=True)
    return killer


def _page(faults: Sequence[Fault], killers: Sequence[str | None]) -> str:
    killed = sum(killer is not None for killer in killers)
    rows = "\n".join(
        f"| {fault.what} | `{fault.file}` | {f'`{killer}`' if killer else '**survived**'} |"
        for fault, killer in zip(faults, killers, strict=True)
    )
    return (
        "# Seeded faults\n\n"
        "Generated by `python tests/mutation.py`: each line is one small change in `sql/`, loaded\n"
        "by itself, and the first test that noticed it. "
        f"{killed} of {len(faults)} were noticed.\n\n"
        "| fault | file | noticed by |\n| --- | --- | --- |\n"
        f"{rows}\n"
    )


# As a plugin: the tests' template is the mutant's, which exists already.
if "PBDB_MUTANT" in os.environ:
    _init = servers.Servers.__init__

    def _with_mutant(self: servers.Servers, external: str | None = None) -> None:
        _init(self, external, os.environ["PBDB_MUTANT"])

    servers.Servers.__init__ = _with_mutant  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    sys.exit(main())
