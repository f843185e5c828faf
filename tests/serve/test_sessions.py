"""The console's way in: a link that is good once, a cookie that only its own page may use."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import jwt
import psycopg
import pytest
from psycopg.types.json import Jsonb

import build
from pbdb.server.access.session import LINK_SECONDS, OneTimeLink, Sessions
from pbdb.settings import SettingInvalid
from serve.served import ECHO, Served, token
from server import Database

KEY = "a secret of more than thirty-two bytes"


@pytest.fixture
def local(
    database: Database, app: psycopg.Connection[Any], tmp_path: Path
) -> Iterator[dict[str, str]]:
    """What a server on this machine, without a sign-in, says of itself at start."""
    mine = uuid.uuid4()
    with build.as_tenant(app, mine):
        app.execute("select apply_playbook(%s)", (Jsonb(ECHO),))
    key = tmp_path / "session.key"
    key.write_text(KEY)
    options = ("--organization", str(mine), "--session-key", str(key))
    command = (sys.executable, "-m", "pbdb", "serve", "--port", "0", "--json", *options)
    process = subprocess.Popen(
        (*command, "--url", database.url("app")), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield {**json.loads(process.stdout.readline()), "organization": str(mine)}
    process.terminate()
    process.wait(20)
    process.stdout.close()


def browser(said: dict[str, str], **headers: str) -> httpx.Client:
    """A browser on the page of the server."""
    site = {"Sec-Fetch-Site": "same-origin", "Origin": said["address"]}
    return httpx.Client(base_url=said["address"], headers=site | headers, timeout=30)


def sign_in(client: httpx.Client, said: dict[str, str]) -> httpx.Response:
    return client.post("/v1/session", json={"code": said["link"].partition("#login=")[2]})


def test_the_link_signs_in_once(local: dict[str, str]) -> None:
    with browser(local) as client, browser(local) as late:
        begun = sign_in(client, local)
        assert begun.status_code == 200
        assert re.search(r"pbdb_session=.*HttpOnly; SameSite=Strict", begun.headers["Set-Cookie"])
        assert client.get("/v1/me").json()["organization_id"] == local["organization"]
        assert client.post("/v1/playbooks/echo/executions", json={}).status_code == 201
        assert sign_in(late, local).status_code == 401
        assert late.get("/v1/playbooks").status_code == 401


def test_signing_out_takes_the_cookie_away(local: dict[str, str]) -> None:
    with browser(local) as client:
        sign_in(client, local)
        assert client.delete("/v1/session").status_code == 204
        assert client.get("/v1/me").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.test"},
        {},
    ],
)
def test_another_page_changes_nothing_with_the_cookie(
    local: dict[str, str], headers: dict[str, str]
) -> None:
    with browser(local) as client:
        sign_in(client, local)
        kept = dict(client.cookies)
    with httpx.Client(base_url=local["address"], cookies=kept, headers=headers) as other:
        for method, path in (
            ("POST", "/v1/playbooks/echo/executions"),
            ("POST", "/rpc/start_playbook"),
            ("PUT", "/v1/triggers/t"),
            ("DELETE", "/v1/session"),
            ("POST", "/v1/session"),
        ):
            assert other.request(method, path, json={}).status_code == 403, (method, path)
        assert other.get("/v1/executions").json()["items"] == []


def test_a_session_is_renewed_each_hour_and_ends_all_the_same(local: dict[str, str]) -> None:
    now = int(time.time())
    said = {
        "iss": "pbdb-console",
        "sub": "user:ada",
        "org": local["organization"],
        "scope": "read",
        "iat": now - 3700,
        "exp": now + 100,
    }
    with browser(local) as client:
        cookie = {"Cookie": f"pbdb_session={jwt.encode(said, KEY, 'HS256')}"}
        renewed = client.get("/v1/playbooks", headers=cookie)
        fresh = renewed.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
        claims = jwt.decode(fresh, KEY, ["HS256"], issuer="pbdb-console")
        assert claims["iat"] >= now
        assert claims["exp"] == now + 100
        # Its scopes are those of the sign-in.
        assert client.post("/v1/playbooks/echo:run", json={}, headers=cookie).status_code == 403


@pytest.mark.parametrize(
    "change", [{"exp": 1}, {"iss": "other"}, {"org": "none"}, {"sub": None}, {"key": "x" * 40}]
)
def test_a_session_that_nobody_signed_is_not_believed(
    local: dict[str, str], change: dict[str, Any]
) -> None:
    now = int(time.time())
    said: dict[str, Any] = {
        "iss": "pbdb-console",
        "sub": "user:ada",
        "org": local["organization"],
        "scope": "read",
        "iat": now,
        "exp": now + 100,
    } | change
    key = said.pop("key", KEY)
    cookie = jwt.encode({k: v for k, v in said.items() if v is not None}, key, "HS256")
    with browser(local, Cookie=f"pbdb_session={cookie}") as client:
        assert client.get("/v1/me").status_code == 401


def test_a_token_of_the_sign_in_begins_a_session_with_its_scopes(served: Served) -> None:
    said = {"address": served.address}
    with browser(said) as client:
        begun = client.post("/v1/session", json={"token": token(served.mine, "read")})
        assert begun.json()["scopes"] == ["read"]
        assert client.get("/v1/playbooks").status_code == 200
        assert client.post("/v1/playbooks/echo:run", json={}).status_code == 403
        assert client.post("/v1/session", json={"token": "hello"}).status_code == 401
        assert client.post("/v1/session", json={"code": "hello"}).status_code == 401


def test_the_page_has_a_policy_and_files_stay_in_their_folder(local: dict[str, str]) -> None:
    with browser(local) as client:
        page = client.get("/")
        assert page.status_code == 200
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["Cache-Control"] == "no-store"
        for name in ("..%2findex.html", "%2e%2e%2f..%2fconsole.py", "none.js", "..%5cx"):
            assert client.get(f"/assets/{name}").status_code == 404, name


def test_without_the_console_there_is_no_page_and_no_session(
    start_server: Callable[..., tuple[str, Any]], served: Served
) -> None:
    address, _ = start_server("--no-console")
    with browser({"address": address}) as client:
        assert client.get("/").status_code == 404
        assert client.post("/v1/session", json={"code": "x"}).status_code == 404


def test_over_https_the_cookie_is_of_this_host_only() -> None:
    sessions = Sessions(is_secure=True)
    assert re.fullmatch(r"__Host-pbdb=x; Path=/; .*; Secure", sessions.header("x"))


def test_a_short_key_is_refused() -> None:
    with pytest.raises(SettingInvalid, match="32 bytes"):
        Sessions("short")


def test_a_link_is_worth_nothing_after_five_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    link = OneTimeLink(uuid.uuid4())
    code, later = link.new(), time.monotonic() + LINK_SECONDS + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    with pytest.raises(Exception, match="older than five minutes"):
        link.use(code)
