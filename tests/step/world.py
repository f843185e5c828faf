"""A tenant, a runner with the real handlers, and an HTTP service: what a step's config does."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg

from build import Tenant
from http_server import HttpServer, Received, Reply, http_server
from pbdb.app.registry import App
from pbdb.model import Step, StepFailed, StepType
from pbdb.steps import execute
from pbdb.steps.context import Services
from server import Database

AGENT = "00000000-0000-7000-8000-000000000001"
INPUT = {"name": "Ann", "n": 2, "list": [1, 2, 3], "text": " Ab ", "num": "12.7", "obj": {"a": 1},
         "json": "[1]", "items": [{"k": 1}, {"k": 2}]}  # fmt: skip


class Recorded(Mapping[str, Any]):
    """A config that notes which of its keys a handler asks for."""

    def __init__(self, values: Mapping[str, Any], read: set[str], holder: str = "") -> None:
        self._values, self._read, self._holder = values, read, holder

    def __getitem__(self, key: str) -> Any:
        self._read.add(self._holder + key)
        value = self._values[key]
        # Only the parts that have keys of their own; what else is an object is data.
        if key in ("auth", "limits") and isinstance(value, Mapping):
            return Recorded(value, self._read, f"{key}.")
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@dataclasses.dataclass
class World:
    tenant: Tenant
    owner: psycopg.Connection[Any]
    http: HttpServer
    count: int = 0
    read: dict[str, set[str]] = dataclasses.field(default_factory=dict)

    def apply(self, step_type: str, config: Any, *others: Any, **fields: Any) -> str:
        """Activate a playbook of this step and others; its name."""
        self.count += 1
        name = f"p{self.count}"
        step = {"name": "it", "type": step_type, "config": config, "max_retries": 0, **fields}
        self.tenant.apply(step, *others, name=name)
        return name

    def start(self, step_type: str, config: Any, *others: Any, **fields: Any) -> Any:
        return self.tenant.start(INPUT, name=self.apply(step_type, config, *others, **fields))

    def ended(self, execution: Any) -> Any:
        """Status, error code, and the outputs of its steps."""
        steps = self.tenant.rows(
            "select s.step_name, r.output_data from pbdb.playbook_step_results as r"
            " join pbdb.playbook_steps as s on s.id = r.step_id"
            " where r.execution_id = %s order by s.step_order, r.id",
            execution,
        )
        row = self.tenant.result(execution)
        return row["status"], row["error_code"], row["output_data"], steps

    def inline(self, step_type: str, config: Any, *others: Any, **fields: Any) -> Any:
        return self.ended(self.start(step_type, config, *others, **fields))

    def sql(self, step_type: str, config: Any) -> Any:
        execution = self.start(step_type, config)
        self.tenant.worker.execute("select pbdb.run_due_sql_steps(100)")
        return self.ended(execution)[:3]

    def queued(self, execution: Any) -> Any:
        """What a started step waits for: state, handler or reason, event, match, and how long."""
        return self.owner.execute(
            "select q.state::text, coalesce(q.handler, q.waits_for::text), q.event_name, q.event_match,"
            " case when isfinite(q.due_at) then round(extract(epoch from q.due_at - now()) / 5) end"
            " from pbdb.playbook_ready_steps as q where q.execution_id = %s",
            (execution,),
        ).fetchall()

    def runner(self, step_type: str, config: Any, app: App | None = None, **environ: str) -> Any:
        """Let the real handler run the step; what the execution and the HTTP service saw."""
        self.http.received.clear()
        execution = self.start(step_type, config)
        asyncio.run(self._work(app or App(), {**self.http.allow, **environ}))
        status, code, output, _ = self.ended(execution)
        return status, code, plain(output), [seen(each) for each in self.http.received]

    async def _work(self, app: App, environ: dict[str, str]) -> None:
        async with Services(app, environ=environ) as services:
            for row in self.tenant.claim(*services.handlers()):
                values = {each.name: row[each.name] for each in dataclasses.fields(Step)}
                values["step_type"] = StepType(row["step_type"])
                read = self.read.setdefault(row["step_type"], set())
                values["config"] = Recorded(row["config"], read)
                values["timeout_seconds"] = float(row["timeout_seconds"])
                try:
                    output = await execute(Step(**values), services.context())
                except StepFailed as error:
                    self.tenant.fail("it", error.code, permanent=True)
                else:
                    self.tenant.complete("it", output.value)

    def lost(self, step_type: str, config: Any, handler: str) -> Any:
        """What becomes of the step when its runner vanishes."""
        execution = self.start(step_type, config, max_retries=1)
        assert self.tenant.claim(handler)
        self.owner.execute("update pbdb.playbook_ready_steps set due_at = due_at - interval '1 h'")
        self.tenant.worker.execute("select pbdb.sweep()")
        left = self.tenant.status(execution), self.tenant.attempts(execution)
        # Its next attempt must not be claimed with somebody else's step.
        if left[0] not in ("COMPLETED", "FAILED"):
            self.tenant.one("select pbdb.cancel_playbook_execution(%s)", execution)
        return left


def seen(request: Received) -> Any:
    headers = {k: v for k, v in request.headers.items() if k in ("x-a", "authorization")}
    body = json.loads(request.body) if request.body[:1] == b"{" else request.body
    return request.method, request.path, headers, body


def plain(output: Any) -> Any:
    """Without what differs from run to run."""
    if isinstance(output, dict):
        return {k: plain(v) for k, v in output.items() if k not in ("headers", "latency_ms")}
    return output


@contextmanager
def new_world(database: Database) -> Iterator[World]:
    with (
        database.connect("app") as app, database.connect("worker") as worker,
        database.connect("owner") as owner, http_server() as http,
    ):  # fmt: skip
        world = World(Tenant(app, worker, uuid4()), owner, http)
        http.reply("/a", {"ok": True})
        http.reply("/b", {"ok": False}, status=201)
        http.reply("/moved", b"", status=302, location="/a")
        http.routes["/slow"] = _slow
        yield world


def _slow(_: Received) -> Reply:
    import time

    time.sleep(1.5)
    return Reply({"ok": True})
