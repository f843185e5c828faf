"""One chaos run: start executions, inject faults between them, wait for the end, count."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

import server as servers
from chaos.playbooks import PLAYBOOKS
from chaos.proxy import Proxy
from pbdb.client import Client
from pbdb.install.embedded import EmbeddedServer, temporary_server

_TESTS = Path(__file__).parents[1]
LEASE = 3
KILL, STALL, TERMINATE, RESTART, RESET, CUT = (
    "SIGKILL", "SIGSTOP", "terminate", "restart", "reset", "cut"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything."""

    executions: int
    kills: int = 0
    stalls: int = 0
    terminates: int = 0
    restarts: int = 0
    resets: int = 0
    cuts: int = 0
    runners: int = 3
    drain_seconds: float = 120
    seed: int = 0

    def faults(self) -> list[str]:
        faults = (
            [KILL] * self.kills
            + [STALL] * self.stalls
            + [TERMINATE] * self.terminates
            + [RESTART] * self.restarts
            + [RESET] * self.resets
            + [CUT] * self.cuts
        )
        random.Random(self.seed).shuffle(faults)
        return faults


@dataclass(slots=True)
class Report:
    """What came of it. The counts of `wrong()` are to be 0."""

    executions: int = 0
    completed: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    answers_lost: int = 0
    runners_that_gave_up: int = 0
    effects: int = 0
    repeated: int = 0
    lost_attempts: int = 0
    lost: int = 0
    stuck: int = 0
    accepted_twice: int = 0
    stale_accepted: int = 0
    effects_missing: int = 0
    repeated_without_fault: int = 0
    repeated_with_another_key: int = 0
    database_effects_wrong: int = 0
    violations: int = 0
    deadlocks: int = 0
    run_seconds: float = 0
    drain_seconds: float = 0

    def wrong(self) -> dict[str, int]:
        """Every promise that was broken, and how often."""
        names = (
            "lost", "stuck", "accepted_twice", "stale_accepted", "effects_missing",
            "repeated_without_fault", "repeated_with_another_key", "database_effects_wrong",
            "violations", "deadlocks",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    def __str__(self) -> str:
        return "\n".join(
            f"{name.replace('_', ' '):27} {getattr(self, name)}"
            for name in self.__dataclass_fields__
        )


class Chaos:
    """Runners as processes, a proxy, a server of their own, and somebody who breaks them."""

    def __init__(
        self, server: EmbeddedServer, database: servers.Database, plan: Plan, folder: Path
    ) -> None:
        self.server, self.database, self.plan, self.folder = server, database, plan, folder
        self.random = random.Random(plan.seed)
        self.organization = uuid.uuid4()
        self.ledger = folder / "effects"
        self.ledger.touch()
        self.runners: list[subprocess.Popen[bytes]] = []
        self.stopped: dict[int, float] = {}
        # When each fault began; what it broke, it broke within a lease and a bit of that.
        self.faults: list[tuple[float, str]] = []
        self.app: psycopg.Connection[Any] | None = None
        self.report = Report()
        self.proxy = Proxy(server.socket_dir / ".s.PGSQL.5432")

    def run(self) -> Report:
        began = time.monotonic()
        self.proxy.start()
        self._define()
        for _ in range(self.plan.runners):
            self._start_runner()
        try:
            self._start_and_break()
            self.report.run_seconds = round(time.monotonic() - began, 1)
            self._drain()
        finally:
            self._stop()
        self._judge()
        return self.report

    # -- the work -------------------------------------------------------------------------------

    def _define(self) -> None:
        with self.database.connect("owner") as owner:
            owner.execute("create table public.chaos_effects (key text not null)")
            owner.execute("grant select, insert on public.chaos_effects to pbdb_query")
        with self.database.connect("app") as app:
            client = Client(app, self.organization)
            for name, steps in PLAYBOOKS.items():
                client.apply_playbook({"name": name, "timeout_seconds": 86400, "steps": steps})

    def _start_and_break(self) -> None:
        faults = self.plan.faults()
        while len(self._known_runners()) < self.plan.runners:
            time.sleep(0.1)
        left = self.plan.executions
        for position, fault in enumerate(faults):
            share = left // (len(faults) - position)
            self._start_executions(share)
            left -= share
            time.sleep(self.random.uniform(0, 0.1))
            self._inject(fault)
            time.sleep(self.random.uniform(0, 0.1))
            self._look_after_runners()
        self._start_executions(left)

    def _start_executions(self, count: int) -> None:
        """Start them, each with a key: who does not hear of the commit asks again."""
        names = list(PLAYBOOKS)
        for _ in range(count):
            number = self.report.executions
            self.report.executions += 1
            name = names[number % len(names)]
            input = {"items": list(range(3)), "number": number}
            self._insist(name, input, f"chaos {number}")

    def _insist(self, name: str, input: Any, key: str) -> None:
        end = time.monotonic() + 60
        while True:
            try:
                if self.app is None or self.app.closed:
                    self.app = self.database.connect("app")
                Client(self.app, self.organization).start(name, input, idempotency_key=key)
                return
            except psycopg.OperationalError:
                self.app = None
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    # -- the faults -----------------------------------------------------------------------------

    def _inject(self, fault: str) -> None:
        self.faults.append((time.time(), fault))
        self.report.faults[fault] = self.report.faults.get(fault, 0) + 1
        if fault in (KILL, STALL):
            runner = self._busy_runner()
            if runner is None:
                return
            runner.send_signal(signal.SIGKILL if fault == KILL else signal.SIGSTOP)
            if fault == STALL:
                self.stopped[runner.pid] = time.monotonic() + LEASE + self.random.uniform(0.5, 2)
        elif fault == TERMINATE:
            self._terminate()
        elif fault == RESTART:
            self.server.stop(immediate=True)
            self.server.start()
        elif fault == RESET:
            self.proxy.reset()
        else:
            self.proxy.cut()

    def _busy_runner(self) -> subprocess.Popen[bytes] | None:
        """A runner that works, not one that is only starting or that was stopped."""
        end = time.monotonic() + 5
        while time.monotonic() < end:
            known = self._known_runners()
            able = [
                runner
                for runner in self.runners
                if runner.poll() is None and runner.pid in known and runner.pid not in self.stopped
            ]
            if able:
                return self.random.choice(able)
            time.sleep(0.1)
            self._look_after_runners()
        return None

    def _known_runners(self) -> set[int]:
        try:
            with self.database.connect("owner") as owner:
                rows = owner.execute("select split_part(name, ':', 2) from pbdb.workers").fetchall()
        except psycopg.OperationalError:
            return set()
        return {int(row[0]) for row in rows}

    def _terminate(self) -> None:
        try:
            with self.database.connect("owner") as owner:
                owner.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where usename = 'test_worker' order by random() limit 1"
                )
        except psycopg.OperationalError:
            pass

    def _look_after_runners(self) -> None:
        """Wake those that slept long enough; replace those that are dead."""
        now = time.monotonic()
        for runner in list(self.runners):
            if self.stopped.get(runner.pid, now + 1) <= now:
                del self.stopped[runner.pid]
                runner.send_signal(signal.SIGCONT)
            if runner.poll() is not None:
                if runner.returncode != -signal.SIGKILL:
                    self.report.runners_that_gave_up += 1
                    said = self._log_of(runner.pid).read_text().splitlines()
                    print(f"a runner ended with {runner.returncode}:", *said[-4:], sep="\n  ")
                self.runners.remove(runner)
                self._start_runner()

    def _start_runner(self) -> None:
        url = make_conninfo(
            self.database.url("worker"),
            host="127.0.0.1",
            port=str(self.proxy.port),
            sslmode="disable",
            gssencmode="disable",
        )
        environ = {
            **os.environ,
            "PYTHONPATH": f"{_TESTS.parent / 'src'}:{_TESTS}",
            "PBDB_DATABASE_URL": url,
            "CHAOS_LEDGER": str(self.ledger),
        }
        unnamed = self.folder / "runner.log"
        with unnamed.open("wb") as log:
            runner = subprocess.Popen(
                [
                    *(sys.executable, "-m", "pbdb", "worker", "--app", "chaos.app:app"),
                    *("--lease", str(LEASE), "--concurrency", "16"),
                ],
                env=environ,
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        unnamed.rename(self._log_of(runner.pid))
        self.runners.append(runner)

    def _log_of(self, pid: int) -> Path:
        return self.folder / f"runner-{pid}.log"

    # -- the end --------------------------------------------------------------------------------

    def _drain(self) -> None:
        began = time.monotonic()
        while time.monotonic() - began < self.plan.drain_seconds:
            self._look_after_runners()
            if self._open_executions() == 0:
                break
            time.sleep(0.1)
        self.report.drain_seconds = round(time.monotonic() - began, 1)

    def _open_executions(self) -> int:
        try:
            with self.database.connect("owner") as owner:
                return _number(
                    owner,
                    "select count(*) from pbdb.playbook_executions where completed_at is null",
                )
        except psycopg.OperationalError:
            return -1

    def _stop(self) -> None:
        for runner in self.runners:
            runner.send_signal(signal.SIGCONT)
            runner.terminate()
        for runner in self.runners:
            try:
                runner.wait(15)
            except subprocess.TimeoutExpired:
                runner.kill()
                runner.wait()
        self.report.answers_lost = self.proxy.cuts
        self.proxy.stop()

    def _judge(self) -> None:
        report = self.report
        with self.database.connect("owner") as owner:
            report.completed = _number(
                owner,
                "select count(*) from pbdb.playbook_executions"
                " where status = 'COMPLETED' and parent_result_id is null",
            )
            report.lost = report.executions - _number(
                owner,
                "select count(*) from pbdb.playbook_executions where idempotency_key is not null",
            )
            report.stuck = _number(
                owner,
                "select count(*) from pbdb.playbook_executions where status <> 'COMPLETED'",
            )
            report.accepted_twice = _number(
                owner,
                "select count(*) from (select from pbdb.playbook_step_results"
                " where status = 'COMPLETED'"
                " group by execution_id, step_id, scope_id, visit having count(*) > 1) as t",
            )
            report.stale_accepted = _number(
                owner,
                "select count(*) from pbdb.playbook_step_results as r"
                " inner join pbdb.playbook_steps as s on s.id = r.step_id"
                " where r.status = 'COMPLETED' and s.config ? 'function'"
                " and (r.output_data ->> 'effect' <> r.id::text"
                " or (r.output_data ->> 'attempt')::int <> r.attempt_number)",
            )
            report.lost_attempts = _number(
                owner, "select count(*) from pbdb.playbook_step_results where is_lost"
            )
            report.database_effects_wrong = abs(
                _number(owner, "select count(*) from public.chaos_effects")
                - _number(
                    owner,
                    "select count(*) from pbdb.playbook_step_results as r inner join"
                    " pbdb.playbook_steps as s on s.id = r.step_id"
                    " where s.step_name = 'write' and r.status = 'COMPLETED'",
                )
            ) + _number(
                owner,
                "select count(*) - count(distinct key) from public.chaos_effects",
            )
            report.violations = _number(owner, "select count(*) from pbdb.fsck()")
            report.deadlocks = _number(
                owner, "select coalesce(sum(deadlocks), 0) from pg_stat_database"
            )
            self._judge_effects(owner)

    def _judge_effects(self, owner: psycopg.Connection[Any]) -> None:
        by_key: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for line in self.ledger.read_text().splitlines():
            entry = json.loads(line)
            by_key[entry["key"]].append(entry)
        self.report.effects = sum(map(len, by_key.values()))
        visits: dict[str, tuple[Any, ...]] = {}
        done: set[str] = set()
        for id_, status, *visit in owner.execute(
            "select r.id::text, r.status::text, r.execution_id, r.step_id, r.scope_id, r.visit"
            " from pbdb.playbook_step_results as r"
        ):
            visits[id_] = tuple(visit)
            if status == "COMPLETED":
                done.add(id_)
        written = {entry["effect"] for each in by_key.values() for entry in each}
        completed = {
            row[0]
            for row in owner.execute(
                "select r.id::text from pbdb.playbook_step_results as r"
                " inner join pbdb.playbook_steps as s on s.id = r.step_id"
                " where r.status = 'COMPLETED' and s.config ? 'function'"
            )
        }
        self.report.effects_missing = len(completed - written)
        keys: dict[tuple[Any, ...], set[str]] = defaultdict(set)
        for key, entries in by_key.items():
            for entry in entries:
                keys[visits[entry["effect"]]].add(key)
            self.report.repeated += len(entries) - 1
            for entry in sorted(entries, key=lambda entry: float(entry["at"]))[:-1]:
                near = [fault for at, fault in self.faults if abs(at - entry["at"]) < 3 * LEASE]
                self.report.repeated_without_fault += not near
        self.report.repeated_with_another_key = sum(len(each) - 1 for each in keys.values())


def run(plan: Plan) -> Report:
    """Run a plan on a server of its own, in a folder that is gone afterwards."""
    with (
        # What was committed has to be there after the crash.
        temporary_server(18, settings={"synchronous_commit": "on"}) as server,
        tempfile.TemporaryDirectory(prefix="pbdb-chaos-") as folder,
    ):
        mine = servers.Server(make_conninfo(server.url()), uuid.uuid4().hex[:6])
        servers.build_template(mine)
        with servers.fresh_database(mine) as database:
            report = Chaos(server, database, plan, Path(folder)).run()
            kept = os.environ.get("CHAOS_LOG")
            if kept:
                logs = sorted(Path(folder).glob("runner-*.log"))
                Path(kept).write_bytes(b"".join(log.read_bytes() for log in logs))
            return report


def _number(conn: psycopg.Connection[Any], query: str) -> int:
    row = conn.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])
