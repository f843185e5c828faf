"""The laboratory: one private server, databases, runner processes, and what is measured with them.

Every figure of a run comes from one server with `fsync` and `synchronous_commit` on. What is
compared runs in turns (a, b, a, b, …), so that a noisy machine is noisy for both; the figure is the
median.
"""

from __future__ import annotations

import json
import os
import platform
import re
import select
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from pbdb.install import migrate
from pbdb.install.embedded import EmbeddedServer
from pbdb.install.files import load_order

TENANT = "00000000-0000-7000-8000-00000000000a"
SETTINGS = {
    "max_connections": "300",
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "fsync": "on",
    "synchronous_commit": "on",
}
_LOGINS = {"app": "pbdb_app", "worker": "pbdb_worker", "monitor": "pbdb_monitor"}
_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure. `is_met` is None where there is nothing to meet."""

    part: str
    name: str
    value: float
    unit: str
    target: str = ""
    is_met: bool | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


def at_least(part: str, name: str, value: float, unit: str, target: float, **raw: Any) -> Figure:
    """A figure that is good when it is large."""
    return Figure(part, name, value, unit, f"≥ {target:g}", value >= target, raw)


def at_most(part: str, name: str, value: float, unit: str, target: float, **raw: Any) -> Figure:
    """A figure that is good when it is small."""
    return Figure(part, name, value, unit, f"≤ {target:g}", value <= target, raw)


def plain(part: str, name: str, value: float, unit: str, **raw: Any) -> Figure:
    """A figure to compare others with."""
    return Figure(part, name, value, unit, raw=raw)


@dataclass(frozen=True, slots=True)
class Database:
    """One database of the laboratory's server, migrated, with a tenant."""

    server: EmbeddedServer
    name: str

    def url(self, role: str = "app", tenant: str = TENANT) -> str:
        """Return the conninfo of `app` (of this tenant), `worker`, `monitor` or `owner`."""
        if role == "owner":
            return self.server.url(self.name)
        url = self.server.url(self.name, f"bench_{role}")
        if role != "app":
            return url
        return make_conninfo(url, options=f"-c app.current_organization_id={tenant}")

    def connect(self, role: str = "app", **options: Any) -> psycopg.Connection[Any]:
        """Open a session in autocommit."""
        return psycopg.connect(self.url(role), **{"autocommit": True, **options})

    def value(self, query: str, *parameters: Any, role: str = "owner") -> Any:
        """Return the first column of the first row."""
        with self.connect(role) as connection:
            row = connection.execute(query.encode(), parameters).fetchone()
            return row[0] if row else None

    def apply(self, *documents: Mapping[str, Any]) -> list[str]:
        """Import and activate playbooks; return their ids."""
        with self.connect() as connection:
            rows = [
                connection.execute(
                    "select playbook_id from pbdb.apply_playbook(%s::jsonb)", (json.dumps(each),)
                ).fetchone()
                for each in documents
            ]
        return [str(row[0]) for row in rows if row]

    def start_many(self, playbook: str, count: int, data: Any = None, batch: int = 1000) -> float:
        """Start so many executions in transactions of `batch`; return the seconds that took."""
        given = json.dumps({"a": 1} if data is None else data)
        with self.connect() as connection:
            began = time.perf_counter()
            for first in range(0, count, batch):
                connection.execute(
                    "select count(*) from pbdb.start_playbook_executions("
                    "%s, array_fill(%s::jsonb, array[%s::int]))",
                    (playbook, given, min(batch, count - first)),
                )
            return time.perf_counter() - began

    def open_executions(self) -> int:
        """How many executions have not ended."""
        return int(
            self.value(
                "select count(*) from pbdb.playbook_executions "
                "where status in ('PENDING', 'RUNNING', 'PAUSED')"
            )
        )

    def wait_until_done(self, seconds: float = 300) -> None:
        """Return when no execution is open."""
        end = time.monotonic() + seconds
        with self.connect("owner") as connection:
            while True:
                # The hot table is empty when nothing is open, and asking it costs nothing.
                row = connection.execute(
                    "select exists (select from pbdb.playbook_ready_steps)"
                ).fetchone()
                if row is not None and not row[0] and not self.open_executions():
                    return
                if time.monotonic() > end:
                    raise TimeoutError(f"{self.open_executions()} executions did not end")
                time.sleep(0.05)

    def forget(self) -> None:
        """Remove every execution, so that the next measurement finds what this one found."""
        with self.connect("owner") as connection:
            # Everything that hangs on an execution goes along.
            connection.execute(
                "truncate pbdb.playbook_executions, pbdb.playbook_execution_rollups cascade"
            )

    def now(self) -> datetime:
        """The server's clock."""
        found: datetime = self.value("select clock_timestamp()")
        return found

    def busy_seconds(self, since: datetime) -> float:
        """From the first claim to the last end, of the executions started since then."""
        return float(
            self.value(
                "select extract(epoch from max(r.completed_at) - min(r.started_at)) "
                "from pbdb.playbook_executions as e "
                "inner join pbdb.playbook_step_results as r on r.execution_id = e.id "
                "where e.started_at >= %s",
                since,
            )
        )


@dataclass(slots=True)
class Lab:
    """The server and how much is measured: `scale` 1 is the full run, `rounds` pairs a figure."""

    server: EmbeddedServer
    scale: float
    rounds: int
    _has_template: bool = False
    _count: int = 0
    shared: dict[str, Any] = field(default_factory=dict)
    """What one part has made and another may use: databases full of history."""
    cpu: dict[str, list[float]] = field(default_factory=dict)
    """Processor seconds of the server in each round of the last `in_turns`."""

    def many(self, count: int, least: int = 1) -> int:
        """Scale a number of executions or rows."""
        return max(least, int(count * self.scale))

    def database(self, name: str) -> Database:
        """Create a migrated database."""
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            if not self._has_template:
                self._build_template(connection)
                self._has_template = True
            self._count += 1
            name = f"{name}_{self._count}"
            connection.execute(f"create database {name} template bench_template".encode())
            connection.execute(migrate.search_path_statement(name).encode())
        return Database(self.server, name)

    def empty_database(self, name: str) -> str:
        """Create an empty database for a peer; return a superuser's URL."""
        self._count += 1
        name = f"{name}_{self._count}"
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            connection.execute(f"create database {name}".encode())
        return self.server.url(name)

    def _build_template(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute("create database bench_template")
        url = self.server.url("bench_template")
        for file in migrate.migration_files():
            if ".code-" not in file.name:
                _run_file(url, file.read_bytes())
        code = b"\n".join(file.read_bytes() for file in load_order())
        _run_file(url, b"set local role pbdb_owner;\n" + code)
        for login, group in _LOGINS.items():
            connection.execute(f"create role bench_{login} login".encode())
            connection.execute(f"grant {group} to bench_{login}".encode())

    @contextmanager
    def runners(self, database: Database, kind: str, count: int = 1) -> Iterator[list[Process]]:
        """Run so many runner processes; they are ready, and stopped at the end."""
        started: list[Process] = []
        try:
            for _ in range(count):
                started.append(Process("bench.runner_process", database.url("worker"), kind))
            for each in started:
                each.wait_until_ready()
            yield started
        finally:
            for each in started:
                each.stop()

    def pgbench(
        self, url: str, script: str, *, clients: int, seconds: float, **variables: str
    ) -> float:
        """Run a pgbench script; return its transactions a second."""
        binary = self.server._bin_dir() / "pgbench"
        file = Path(f"/tmp/pbdb-bench-{os.getpid()}.sql")
        file.write_text(script)
        try:
            done = subprocess.run(
                [
                    *(str(binary), "--no-vacuum", "--protocol=prepared", f"--client={clients}"),
                    *(f"--jobs={min(clients, os.cpu_count() or 1)}", f"--file={file}"),
                    f"--time={max(1, round(seconds))}",
                    *(f"--define={name}={value}" for name, value in variables.items()),
                    url,
                ],
                check=False,
                capture_output=True,
                text=True,
            )
        finally:
            file.unlink()
        found = re.search(r"tps = ([0-9.]+)", done.stdout)
        if done.returncode != 0 or found is None:
            raise RuntimeError(f"pgbench: {(done.stderr or done.stdout)[:2000]}")
        return float(found.group(1))

    def in_turns(self, **works: Callable[[], float]) -> dict[str, list[float]]:
        """Measure each in turns, `rounds` times."""
        found: dict[str, list[float]] = {name: [] for name in works}
        self.cpu = {name: [] for name in works}
        for _ in range(self.rounds):
            for name, work in works.items():
                self.settle()
                before = self.server_cpu()
                found[name].append(work())
                self.settle()
                self.cpu[name].append(self.server_cpu() - before)
        return found

    def settle(self, seconds: float = 3.0) -> None:
        """Wait until the sessions of what was measured have ended: their ends are work, too."""
        end = time.monotonic() + seconds
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            while time.monotonic() < end:
                row = connection.execute(
                    "select count(*) from pg_stat_activity "
                    "where backend_type = 'client backend' and pid <> pg_backend_pid()"
                ).fetchone()
                if row == (0,):
                    return
                time.sleep(0.02)

    def server_cpu(self) -> float:
        """Processor seconds of the server so far: the postmaster's and its sessions'.

        Other people's load on the machine hardly changes it, unlike everything that a clock says.
        """
        postmaster = self.server.status().pid
        ticks = 0
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with suppress(OSError):
                    stat = (folder / "stat").read_text().rpartition(")")[2].split()
                    if int(folder.name) == postmaster:
                        ticks += sum(int(each) for each in stat[11:15])
                    elif int(stat[1]) == postmaster:
                        ticks += int(stat[11]) + int(stat[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def versions(self) -> dict[str, str]:
        """What ran, and where."""
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            row = connection.execute("show server_version").fetchone()
        return {
            "postgresql": str(row[0]) if row else "",
            "python": platform.python_version(),
            "psycopg": psycopg.__version__,
            "machine": f"{os.cpu_count()} cores, {platform.machine()}",
            "load_average": " ".join(f"{each:.1f}" for each in os.getloadavg()),
        }


class Process:
    """A helper process that says READY, works until SIGTERM, and then says JSON."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
            env={**os.environ, "PYTHONPATH": f"{_ROOT / 'src'}{os.pathsep}{_ROOT}"},
        )
        self.report: dict[str, Any] = {}

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_ready(self, seconds: float = 60) -> None:
        out = self._process.stdout
        assert out is not None
        if not select.select([out], [], [], seconds)[0] or out.readline().strip() != "READY":
            raise RuntimeError("a helper process did not start")

    def stop(self) -> dict[str, Any]:
        """Stop it; return what it reports at its end."""
        if not self.report:
            if self._process.poll() is None:
                self._process.send_signal(signal.SIGTERM)
            out, _ = self._process.communicate(timeout=60)
            last = out.strip().splitlines()[-1:] if out else []
            self.report = json.loads(last[0]) if last and last[0].startswith("{") else {"end": 1}
        return self.report


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def ratio(values: Sequence[float], others: Sequence[float]) -> float:
    """The median of the ratios of pairs that ran one after the other."""
    return statistics.median(a / b for a, b in zip(values, others, strict=True))


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def rounded(values: Sequence[float]) -> list[float]:
    return [round(each, 3) for each in values]


def functions(count: int, function: str = "noop") -> dict[str, Any]:
    """A playbook: a chain of so many calls of a registered Python function."""
    return {
        "name": f"{function}_{count}",
        "steps": [
            {
                "name": f"step_{number}",
                "type": "CUSTOM_FUNCTION",
                "config": {"function": function},
            }
            for number in range(1, count + 1)
        ],
    }


def _run_file(url: str, text: bytes) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(text)
