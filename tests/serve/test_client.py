"""@pbdb/client in Deno against a real server, database and runner."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

import build
from serve.served import Served, token
from server import Database
from web import typescript

GREET = {
    "name": "greet",
    "steps": [
        {
            "name": "greet",
            "type": "CUSTOM_FUNCTION",
            "config": {"function": "greet"},
            "input_mapping": {"first_name": "$input.first_name"},
        },
        {"name": "tell", "type": "DATA_TRANSFORM", "config": {"output": "$steps.greet.output"}},
    ],
}
APP = """
import asyncio
from pbdb import App

app = App()


@app.function("greet")
async def greet(first_name: str) -> dict:
    await asyncio.sleep(0.2)
    return {"said_to": first_name, "nested_keys": {"stay_as_they_are": [None, {"a_b": 1}]}}
"""


@pytest.fixture
def ts(served: Served, tmp_path: Path) -> Callable[..., Any]:
    """`ts(program, scope=…)`: what a program says last, as my tenant."""

    def run(text: str, scope: str | None = None, address: str | None = None, **more: str) -> Any:
        mine = token(served.mine, scope) if scope else token(served.mine)
        return typescript.run(tmp_path, text, address or served.address, mine, **more)

    return run


@pytest.fixture
def runner(database: Database, tmp_path: Path) -> Iterator[None]:
    """A real `pbdb worker` with one function."""
    (tmp_path / "project.py").write_text(APP)
    process = subprocess.Popen(
        [sys.executable, "-m", "pbdb", "worker", "--app", "project:app"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": f"{Path(build.__file__).parents[1] / 'src'}:{tmp_path}",
            "PBDB_DATABASE_URL": database.url("worker"),
        },
        stderr=subprocess.DEVNULL,
    )
    yield
    process.send_signal(signal.SIGTERM)
    process.wait(30)


def test_a_playbook_is_applied_started_followed_and_read(
    ts: Callable[..., Any], runner: None
) -> None:
    said = ts(
        """
        const applied = await client.playbooks.apply(JSON.parse(Deno.env.get("GREET")!));
        const id = await client.executions.start("greet", { first_name: "Ada" }, {
          executionName: "first", metadata: { order_id: 7 },
        });
        const statuses: string[] = [];
        const states: string[] = [];
        let last;
        for await (const picture of client.executions.follow(id, {
          onConnection: (state) => states.push(state),
        })) {
          statuses.push(picture.execution.status);
          last = picture;
        }
        const execution = await client.executions.get(id);
        const steps = await client.executions.steps(id);
        const first = await client.executions.stepResult(steps[0]!.lastStepResultId!);
        const progress = await client.rpc("get_execution_progress", { p_execution_id: id });
        say({ applied, statuses, states, last, execution, steps, first, progress });
        """,
        GREET=json.dumps(GREET),
    )
    output = {"said_to": "Ada", "nested_keys": {"stay_as_they_are": [None, {"a_b": 1}]}}
    assert said["applied"]["changed"] is True
    assert said["statuses"][-1] == "COMPLETED"
    assert said["states"] == ["connecting", "live"]
    assert said["last"]["isOver"] is True
    assert [each["stepName"] for each in said["last"]["steps"]] == ["greet", "tell"]
    # Columns are renamed, payloads are not, and what is null is left out.
    execution = said["execution"]
    assert execution["outputData"] == output
    assert execution["inputData"] == {"first_name": "Ada"}
    assert execution["metadata"] == {"order_id": 7}
    assert (execution["executionName"], execution["completedSteps"]) == ("first", 2)
    assert "errorCode" not in execution and "execution_name" not in execution
    assert said["first"]["outputData"] == output
    assert said["progress"][0]["progressPercentage"] == 100


def test_an_error_has_the_words_of_the_database(ts: Callable[..., Any]) -> None:
    said = ts(
        """
        const seen = async (work: () => Promise<unknown>) => {
          try {
            return await work();
          } catch (error) {
            if (!PbdbError.is(error)) throw error;
            return {
              status: error.status, code: error.code, kind: error.kind, message: error.message,
              hint: error.hint, requestId: error.requestId, details: error.details,
            };
          }
        };
        const options = { idempotencyKey: "order-7" };
        await client.executions.start("echo", { n: 1 }, options);
        const id = await client.executions.start("ask");
        const closed = createClient({ url: "http://127.0.0.1:9", token, retries: 1 });
        say({
          conflict: await seen(() => client.executions.start("echo", { n: 2 }, options)),
          missing: await seen(() => client.playbooks.get("no such/one")),
          answer: await seen(() => client.executions.answer(id, "hold", {})),
          rpc: await seen(() => client.rpc("get_active_playbooks", { p_agent_id: "no uuid" })),
          nobody: await seen(() => closed.overview()),
          dots: await seen(() => client.playbooks.get("..")),
          late: await seen(() => client.executions.wait(id, { timeout: 300 })),
          foreign: await seen(() => createClient({ url, token: "no" }).me()),
          aborted: await seen(() => client.overview({ signal: AbortSignal.abort() })),
        });
        """
    )
    assert (said["conflict"]["status"], said["conflict"]["code"]) == (409, "PB007")
    assert said["conflict"]["kind"] == "IdempotencyConflict"
    assert said["conflict"]["hint"] and said["conflict"]["requestId"]
    assert (said["missing"]["status"], said["missing"]["code"]) == (404, "PB004")
    assert (said["answer"]["status"], said["answer"]["code"]) == (422, "PB012")
    assert said["rpc"]["status"] == 400
    assert (said["nobody"]["status"], said["nobody"]["code"]) == (0, "NETWORK")
    assert (said["dots"]["status"], said["dots"]["code"]) == (0, "PB017")
    assert said["late"]["code"] == "TIMEOUT"
    assert said["foreign"]["status"] == 401
    assert said["aborted"]["code"] == "ABORTED"


def test_a_person_answers_and_lists_are_paged(ts: Callable[..., Any]) -> None:
    said = ts(
        """
        const ids: string[] = [];
        for (let n = 0; n < 5; n++) ids.push(await client.executions.start("echo", { n }));
        const waiting = await client.executions.start("ask");
        const [item] = (await client.inbox.list({ executionId: waiting })).items;
        await client.executions.answer(waiting, item!.stepAddress!, { ok: true });
        const ended = await client.executions.wait(waiting, { timeout: 20000 });
        const all: string[] = [];
        for await (const each of client.executions.all({ limit: 2, playbookName: "echo" })) {
          all.push(each.executionId);
        }
        const page = await client.executions.list({ status: ["COMPLETED", "FAILED"], limit: 1 });
        const cancelled = await client.executions.cancelAll([waiting], "too late");
        const me = await client.me();
        const graph = await client.playbooks.graph("echo", 1);
        const checked = await client.playbooks.check({ name: "x", steps: [{ name: "a", type: "API_CALL" }] });
        say({
          same: JSON.stringify(all) === JSON.stringify(ids.reverse()), all: all.length, ended,
          next: page.next, applied: page.applied, cancelled, me, graph, checked,
          counts: (await client.counts()).length, usage: await client.usage(),
          overview: await client.overview(), ran: await client.playbooks.run("echo", [1, null]),
          emitted: await client.emit("nobody/waits", { a_b: 1 }, { keepSeconds: 0 }),
        });
        """
    )
    assert (said["same"], said["all"]) == (True, 5)
    assert said["ended"]["outputData"] == {"ok": True}
    assert said["next"] and said["applied"]["limit"] == 1
    assert said["cancelled"][0]["code"] == "PB008"
    assert "start" in said["me"]["scopes"] and said["me"]["organizationId"]
    assert said["graph"]["nodes"][0]["stepName"] == "say"
    issue = said["checked"]["issues"][0]
    assert {"severity", "code", "message", "stepName", "place"} <= issue.keys()
    assert said["overview"]["pausedExecutions"] == 0
    assert (said["ran"], said["emitted"]) == ([1, None], 0)


def test_a_draft_is_saved_with_what_it_was_read_as(ts: Callable[..., Any]) -> None:
    said = ts(
        """
        const document = { name: "a/b: c", steps: [
          { name: "say", type: "DATA_TRANSFORM", config: { output: { some_key: 1 } } },
        ] };
        const first = await client.playbooks.saveDraft(document, { source: "# as written" });
        const again = await client.playbooks.saveDraft(document, { ifMatch: first.hash! });
        const stale = await client.playbooks.saveDraft(document, { ifMatch: "no" })
          .catch((error) => error.code);
        const draft = await client.playbooks.draft("a/b: c");
        await client.playbooks.activate("a/b: c", first.version);
        const [version] = (await client.playbooks.versions("a/b: c")).items;
        const summary = await client.playbooks.summary("a/b: c", version!.version);
        say({ first, again, stale, draft, version, summary });
        """
    )
    assert (said["first"]["isNew"], said["again"]["isNew"]) == (True, False)
    assert said["stale"] == "PB026"
    assert said["draft"]["document"]["steps"][0]["config"] == {"output": {"some_key": 1}}
    assert said["version"]["status"] == "ACTIVE"
    assert said["summary"]["totalExecutions"] == 0


class _Unsteady(BaseHTTPRequestHandler):
    """Between a client and the server: loses every first answer, after the server has given it."""

    to: str
    losses: set[str]

    def do_POST(self) -> None:
        import httpx2 as httpx

        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        kept = ("authorization", "content-type", "idempotency-key")
        headers = {key: self.headers[key] for key in kept if key in self.headers}
        answer = httpx.request(self.command, self.to + self.path, content=body, headers=headers)
        if self.path not in self.losses:
            self.losses.add(self.path)
            self.connection.close()
            return
        self.send_response(answer.status_code)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_GET = do_POST

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def unsteady(served: Served) -> Iterator[str]:
    """The address of a connection that loses answers."""
    handler = type("Handler", (_Unsteady,), {"to": served.address, "losses": set()})
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=proxy.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{proxy.server_port}"
    proxy.shutdown()
    thread.join()
    proxy.server_close()


def test_a_start_whose_answer_is_lost_is_sent_again_and_starts_once(
    ts: Callable[..., Any], served: Served, unsteady: str
) -> None:
    said = ts(
        """
        const id = await client.executions.start("echo", { n: 1 });
        const found = await client.executions.list();
        // What has no key and changes something is not sent twice.
        const applied = await client.playbooks.run("echo").catch((error) => error.code);
        say({ id, found: found.items.map((each) => each.executionId), applied });
        """,
        address=unsteady,
    )
    assert said["found"] == [said["id"]]
    assert said["applied"] == "NETWORK"
    items = served.call("GET", "/v1/executions?playbook_name=echo").json()["items"]
    assert len(items) == 2


def test_a_follower_outlives_the_server(
    served: Served,
    start_server: Callable[..., tuple[str, Any]],
    tmp_path: Path,
) -> None:
    port = served.address.rpartition(":")[2]
    program = typescript.start(
        tmp_path,
        """
        const id = await client.executions.start("ask");
        say({ id });
        const states: string[] = [];
        let last;
        for await (const picture of client.executions.follow(id, {
          onConnection: (state) => { states.push(state); say({ state }); },
        })) {
          last = picture;
          say({ status: picture.execution.status });
        }
        say({ states, last });
        """,
        served.address,
        token(served.mine),
    )
    assert program.stdout is not None

    def until(key: str, value: str | None = None) -> Any:
        for line in program.stdout or ():
            said = json.loads(line)
            if key in said and value in (None, said[key]):
                return said
        raise AssertionError(program.stderr and program.stderr.read())

    id_ = until("id")["id"]
    until("status", "PAUSED")
    served.process.kill()
    served.process.wait()
    until("state", "interrupted")
    address, process = start_server("--port", port)
    again = Served(address, served.mine, served.theirs, process)
    path = f"/v1/executions/{id_}/steps/hold:answer"
    assert again.call("POST", path, {"answer": {"ok": True}}).status_code == 204
    said = until("states")
    assert said["states"][-1] == "live"
    assert said["last"]["execution"]["status"] == "COMPLETED"
    assert [each["status"] for each in said["last"]["steps"]] == ["COMPLETED"]
    program.communicate(timeout=30)


def test_a_token_that_is_made_anew_is_used(ts: Callable[..., Any], served: Served) -> None:
    said = ts(
        """
        let asked = 0;
        const renewed = createClient({ url, token: () => asked++ ? token : "an old one" });
        const [first, second] = [await renewed.me(), await renewed.me()];
        const cause = await createClient({ url, token: () => Promise.resolve("no") }).me()
          .catch((error) => error.status);
        say({ same: JSON.stringify(first) === JSON.stringify(second), asked, cause });
        """
    )
    assert said == {"same": True, "asked": 3, "cause": 401}


def test_an_agents_active_playbooks_are_found(
    ts: Callable[..., Any], served: Served, app: Any
) -> None:
    agent = uuid.uuid4()
    document = {
        "name": "of an agent",
        "agent_id": str(agent),
        "steps": [{"name": "say", "type": "DATA_TRANSFORM", "config": {"output": 1}}],
    }
    with build.as_tenant(app, served.mine):
        app.execute("select apply_playbook(%s)", (Jsonb(document),))
    said = ts(
        'say(await client.playbooks.ofAgent(Deno.env.get("AGENT")!));',
        scope="read",
        AGENT=str(agent),
    )
    assert [(each["name"], each["version"], each["totalSteps"]) for each in said] == [
        ("of an agent", 1, 1)
    ]


def test_what_follows_is_no_function_of_rpc(served: Served) -> None:
    """The server calls it for streams; it has no route, so no scope."""
    answer = served.call("POST", "/rpc/get_execution_changes", {"p_execution_ids": []})
    assert (answer.status_code, answer.json()["code"]) == (404, "PGRST202")
