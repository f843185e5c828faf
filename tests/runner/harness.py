"""Real runner processes, and the app's view of what they do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

from pbdb.client import Client, Result
from server import Database

_SOURCE = Path(__file__).parents[2] / "src"


@dataclass(slots=True)
class RunnerProcess:
    """One `pbdb worker` with the functions of project.py."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def wait(self, seconds: float = 20) -> int:
        """Return the exit code."""
        return self.process.wait(timeout=seconds)

    def says(self, text: str) -> bool:
        return text in self.log.read_text(errors="replace")


@dataclass(slots=True)
class Playground:
    """A database, a tenant in it, and runners on it."""

    database: Database
    folder: Path
    connection: psycopg.Connection[Any]
    organization: UUID = field(default_factory=uuid4)
    runners: list[RunnerProcess] = field(default_factory=list)

    @property
    def client(self) -> Client:
        return Client(self.connection, self.organization)

    def apply(self, *steps: Mapping[str, Any], **fields: Any) -> str:
        """Activate a playbook of these steps; return its name."""
        name = f"playbook {uuid4().hex[:8]}"
        self.client.apply_playbook({"name": name, "steps": list(steps), **fields})
        return name

    def run(self, *steps: Mapping[str, Any], input: Any = None, **fields: Any) -> Result:
        """Run a playbook of these steps to its end."""
        return self.wait(self.client.start(self.apply(*steps, **fields), input))

    def wait(self, execution: UUID, *, until: Sequence[str] = (), seconds: float = 30) -> Result:
        """Return the result once the execution has ended, or has one of these statuses."""

        def found() -> Result | None:
            result = self.client.result(execution)
            return result if result.has_ended or result.status in until else None

        result: Result = eventually(found, seconds)
        return result

    def attempts(self, execution: UUID) -> list[tuple[str, int, str, str | None]]:
        """Return step, attempt, status and error code of every attempt."""
        return [
            (row["step_name"], row["attempt_number"], row["status"], row["error_code"])
            for row in self.client.timeline(execution)
        ]

    def note(self) -> Path:
        """Return a file for functions to write what they did to."""
        return self.folder / f"note-{uuid4().hex[:8]}"

    def start_runner(
        self, *arguments: str, url: str | None = None, direct_url: str | None = None
    ) -> RunnerProcess:
        """Start a runner process and wait until it listens."""
        log = self.folder / f"runner-{len(self.runners)}.log"
        environ = {
            **os.environ,
            "PYTHONPATH": f"{_SOURCE}:{Path(__file__).parent}",
            "PBDB_DATABASE_URL": url or self.database.url("worker"),
            "PBDB_DIRECT_URL": direct_url or "",
        }
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "pbdb", "worker", "--app", "project:app", *arguments],
                env=environ,
                stdout=output,
                stderr=output,
                cwd=self.folder,
            )
        runner = RunnerProcess(process, log)
        self.runners.append(runner)
        eventually(lambda: runner.says("runner listens") or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        return runner

    def stop_runners(self) -> None:
        """Kill what still runs."""
        for runner in self.runners:
            if runner.process.poll() is None:
                runner.signal(signal.SIGKILL)
            runner.wait()


def lines(note: Path) -> list[str]:
    """Return what functions wrote, one line each; empty when there is no file yet."""
    return note.read_text().splitlines() if note.exists() else []


def eventually(found: Callable[[], Any], seconds: float = 20) -> Any:
    """Return the first true value of a function; fail when there is none in time."""
    end = time.monotonic() + seconds
    while True:
        value = found()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"nothing after {seconds} s")
        time.sleep(0.05)


def function(name: str, function: str, **parameters: Any) -> dict[str, Any]:
    """A step that calls a function of project.py; keys with a leading underscore are the step's."""
    step = {key[1:]: value for key, value in parameters.items() if key.startswith("_")}
    values = {key: value for key, value in parameters.items() if not key.startswith("_")}
    return {
        "name": name,
        "type": "CUSTOM_FUNCTION",
        "config": {"function": function, "parameters": values},
        **step,
    }


@contextmanager
def playground(database: Database, folder: Path) -> Iterator[Playground]:
    """Yield a playground; its runners are gone afterwards."""
    with database.connect("app") as connection:
        here = Playground(database, folder, connection)
        try:
            yield here
        finally:
            here.stop_runners()
