"""Live progress: whoever follows loses nothing, whatever dies meanwhile, and sees the end last."""

from __future__ import annotations

import asyncio
import json
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2 as httpx
import psycopg

from build import Tenant, function
from pbdb.server.access.principal import Principal
from pbdb.server.call import Database as CallDatabase
from pbdb.server.catalog import functions
from pbdb.server.live.poller import FUNCTIONS, Poller
from serve.served import Served, token
from server import Database

ENDED = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT"}


def follow(
    served: Served, execution: str, after: str | None = None
) -> Iterator[tuple[str, str, Any]]:
    """The events of one connection: id, kind, data."""
    headers = {"Authorization": f"Bearer {token(served.mine)}"}
    if after is not None:
        headers["Last-Event-ID"] = after
    url = f"{served.address}/v1/executions/{execution}/events"
    with httpx.Client(timeout=30) as client, client.stream("GET", url, headers=headers) as answer:
        assert answer.status_code == 200, answer.read()
        said: dict[str, str] = {}
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            said |= {name: value} if line else {}
            if not line and "event" in said:
                yield said["id"], said["event"], json.loads(said["data"])
            if not line:
                said = {}


def start(served: Served, playbook: str = "ask", tenant: uuid.UUID | None = None) -> str:
    answer = served.call("POST", f"/v1/playbooks/{playbook}/executions", {}, tenant=tenant)
    return str(answer.json()["execution_id"])


def answer(served: Served, execution: str) -> None:
    path = f"/v1/executions/{execution}/steps/hold:answer"
    assert served.call("POST", path, {"answer": {"ok": True}}).status_code == 204


def test_a_follower_sees_a_snapshot_the_change_and_the_end(served: Served) -> None:
    execution = start(served)
    events = follow(served, execution)
    _, kind, snapshot = next(events)
    assert (kind, snapshot["execution"]["status"]) == ("snapshot", "PAUSED")
    began = time.monotonic()
    answer(served, execution)
    rest = list(events)
    assert [each[1] for each in rest[-2:]] == ["change", "end"]
    assert rest[-2][2]["execution"]["status"] == "COMPLETED"
    assert time.monotonic() - began < 10


def test_the_end_is_told_to_who_comes_late_and_to_who_comes_back(served: Served) -> None:
    execution = start(served, "echo")
    first = list(follow(served, execution))
    assert [each[1] for each in first] == ["snapshot", "end"]
    again = list(follow(served, execution, first[-1][0]))
    assert again[-1][1] == "end"
    unknown = list(follow(served, execution, "no cursor"))
    assert [each[1] for each in unknown] == ["snapshot", "end"]


def test_a_server_that_is_stopped_ends_its_streams_at_once(served: Served) -> None:
    events = follow(served, start(served))
    next(events)
    began = time.monotonic()
    served.process.terminate()
    assert served.process.wait(20) == -signal.SIGTERM
    assert time.monotonic() - began < 4
    assert "end" not in {each[1] for each in events}


def test_many_may_begin_to_follow_at_once(served: Served) -> None:
    """More than may wait in the line of requests; and requests are answered meanwhile."""
    executions = [start(served) for _ in range(4)]
    with ThreadPoolExecutor(130) as pool:
        first = [
            pool.submit(lambda each: next(follow(served, each)), executions[n % 4])
            for n in range(130)
        ]
        assert served.call("GET", "/v1/playbooks").status_code == 200
        assert {each.result()[1] for each in first} == {"snapshot"}


def test_a_tenant_whose_look_fails_does_not_stop_the_others(
    served: Served, database: Database
) -> None:
    """A fault that only one tenant has, whichever is looked for first, and not of the database."""
    executions = {each: start(served, tenant=each) for each in (served.mine, served.theirs)}

    async def is_told(broken: uuid.UUID, well: uuid.UUID) -> bool:
        class Broken(Poller):
            async def _look_for(self, tenant: uuid.UUID) -> bool:
                if tenant == broken:
                    raise KeyError("seeded")
                return await super()._look_for(tenant)

        with psycopg.connect(database.url("app")) as session:
            known = functions(session, set(FUNCTIONS))
        connections = CallDatabase(database.url("app"), 4, is_read_only=False)
        await connections.open()
        poller = Broken(connections, known)
        who = {each: Principal(each, frozenset(), "test") for each in executions}
        with (
            poller.watching(who[broken], uuid.UUID(executions[broken])),
            poller.watching(who[well], uuid.UUID(executions[well])) as watcher,
        ):
            told = await asyncio.wait_for(watcher.wake.wait(), 20)
        await poller.close()
        await connections.close()
        return told

    for broken, well in ((served.mine, served.theirs), (served.theirs, served.mine)):
        assert asyncio.run(is_told(broken, well))


def test_what_is_not_there_or_not_theirs_is_404(served: Served) -> None:
    execution = start(served)
    path = f"/v1/executions/{execution}/events"
    theirs = served.call("GET", path, tenant=served.theirs)
    nobodys = served.call("GET", f"/v1/executions/{uuid.uuid4()}/events", tenant=served.theirs)
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert served.call("GET", path, scope="start").status_code == 403
    assert served.call("GET", "/v1/executions/none/events").status_code == 400


def test_a_start_may_wait_for_the_end(served: Served) -> None:
    path = "/v1/playbooks/{}/executions"
    done = served.call("POST", path.format("echo"), {}, Prefer="wait=20")
    later = served.call("POST", path.format("ask"), {}, Prefer="respond-async")
    began = time.monotonic()
    early = served.call("POST", path.format("ask"), {}, Prefer="wait=1")
    assert (done.status_code, later.status_code, early.status_code) == (200, 202, 200)
    assert 0.9 < time.monotonic() - began < 10
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(
            served.call, "POST", path.format("ask"), {}, Prefer="wait=30", Idempotency_Key="one"
        )
        while len(served.call("GET", "/v1/inbox").json()["items"]) < 3:
            time.sleep(0.05)
        newest = served.call("GET", "/v1/executions?limit=1").json()["items"][0]["execution_id"]
        answer(served, newest)
        assert waiting.result().json()["execution_id"] == newest


def test_a_killed_server_and_dropped_connections_lose_nothing(
    served: Served,
    start_server: Callable[..., tuple[str, Any]],
    database: Database,
    app: psycopg.Connection[Any],
    worker: psycopg.Connection[Any],
    owner: psycopg.Connection[Any],
) -> None:
    """Each follower keeps its cursor and the newest state of each row, and has all at the end."""
    tenant = Tenant(app, worker, served.mine)
    tenant.apply(*(function(f"s{place}") for place in range(6)), name="chain")
    executions = [tenant.start(name="chain") for _ in range(8)]
    place = [served]
    stop = threading.Event()

    def runner() -> None:
        with database.connect("worker") as session:
            mine = Tenant(app, session, served.mine)
            while not stop.is_set():
                for each in mine.claim(limit=1):
                    mine.complete(each["step_name"], {"ok": True})
                time.sleep(0.03)

    def watch(execution: uuid.UUID) -> tuple[list[str], dict[str, tuple[int, str]]]:
        cursor: str | None = None
        statuses: list[str] = []
        rows: dict[str, tuple[int, str]] = {}
        for attempt in range(400):
            try:
                events = follow(place[0], str(execution), cursor)
                for count, (cursor, kind, data) in enumerate(events):  # noqa: B007
                    if kind == "end":
                        return statuses, rows
                    statuses.append(data["execution"]["status"])
                    for step in data["steps"]:
                        known = rows.get(step["step_result_id"], (0, ""))
                        new = (int(step["rev"]), step["status"])
                        rows[step["step_result_id"]] = max(known, new)
                    if (count + attempt) % 3 == 2:
                        break
            except (httpx.HTTPError, AssertionError):
                time.sleep(0.1)
        raise AssertionError(f"no end of {execution}")

    with ThreadPoolExecutor(10) as pool:
        working = pool.submit(runner)
        watching = {each: pool.submit(watch, each) for each in executions}
        for _ in range(2):
            time.sleep(0.3)
            place[0].process.kill()
            address, process = start_server()
            place[0] = Served(address, served.mine, served.theirs, process)
        try:
            seen = {each: future.result(90) for each, future in watching.items()}
        finally:
            stop.set()
            working.result()
    for execution, (statuses, rows) in seen.items():
        final = [place for place, each in enumerate(statuses) if each in ENDED]
        assert statuses[-1] == "COMPLETED"
        assert all(each in ENDED for each in statuses[final[0] :])
        kept = owner.execute(
            "select id::text, status::text from pbdb.playbook_step_results where execution_id = %s",
            (execution,),
        ).fetchall()
        assert {key: status for key, (_, status) in rows.items()} == dict(kept)
