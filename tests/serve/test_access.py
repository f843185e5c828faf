"""Who gets in, as whom, and with what they may do: tokens, scopes, tenants, hosts, logins."""

from __future__ import annotations

import base64
import hmac
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx2 as httpx
import jwt
import pytest

from pbdb.server.routes import ROUTES, Route
from serve.served import ALL, ECHO, PRIVATE, PUBLIC, Served, claims
from server import Database


def url_of(route: Route, id_: uuid.UUID) -> str:
    """A route's path with something in its places."""
    filled = route.url.replace("{id}", str(id_)).replace("{version}", "1")
    return "/v1" + re.sub(r"{\w+}", "echo", filled)


def ask(served: Served, route: Route, credential: str | None) -> int:
    """The status of a route for a credential."""
    headers = {} if credential is None else {"Authorization": f"Bearer {credential}"}
    with httpx.Client(base_url=served.address) as client:
        answer = client.request(route.method, url_of(route, uuid.uuid4()), headers=headers)
    if answer.status_code == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert credential is None or credential not in answer.text
    return int(answer.status_code)


def signed(organization: uuid.UUID, **changes: Any) -> str:
    said = {key: value for key, value in (claims(organization) | changes).items() if value != ""}
    return jwt.encode(said, PRIVATE, "ES256")


def forged(served: Served) -> dict[str, str | None]:
    """Credentials that nobody should believe."""
    said, now = claims(served.mine), int(time.time())
    # A library that let the token choose would take the public key for a shared secret.
    head = jwt.encode(said, "x" * 32, "HS256").split(".")
    stamp = hmac.new(PUBLIC, ".".join(head[:2]).encode(), "sha256").digest()
    shared = base64.urlsafe_b64encode(stamp).decode().rstrip("=")
    return {
        "none": None,
        "no token at all": "hello",
        "expired": signed(served.mine, exp=now - 60),
        "not yet": signed(served.mine, nbf=now + 600),
        "another audience": signed(served.mine, aud="other"),
        "another issuer": signed(served.mine, iss="https://evil.example"),
        "no expiry": signed(served.mine, exp=""),
        "no tenant": signed(served.mine, organization_id=""),
        "a tenant that is none": signed(served.mine, organization_id="1 or 1=1"),
        "unsigned": jwt.encode(said, "", "none"),
        "signed with the public key": ".".join([*head[:2], shared]),
    }


def test_no_route_believes_a_forged_token(served: Served) -> None:
    wrong = [
        (name, route.method, route.url)
        for name, credential in forged(served).items()
        for route in ROUTES
        if ask(served, route, credential) != 401
    ]
    assert wrong == []


def test_every_route_needs_its_scope(served: Served) -> None:
    for route in ROUTES:
        others = " ".join(set(ALL.split()) - {route.scope})
        refused = served.call(route.method, url_of(route, uuid.uuid4()), scope=others)
        assert (refused.status_code, refused.json()["code"]) == (403, "42501"), route
        hidden = served.call("POST", f"/rpc/{route.function}", {}, scope=others)
        assert hidden.status_code == 403, route


def test_ids_of_another_tenant_answer_like_random_ones(served: Served) -> None:
    theirs = served.call("POST", "/v1/playbooks/ask/executions", {}, tenant=served.theirs)
    real, random = uuid.UUID(theirs.json()["execution_id"]), uuid.uuid4()
    for route in [each for each in ROUTES if "{id}" in each.url]:
        answers = [
            served.call(route.method, url_of(route, each), body_of(route), X_Request_Id="same")
            for each in (real, random)
        ]
        texts = [
            (each.status_code, each.text.replace(str(id_), "ID"))
            for each, id_ in zip(answers, (real, random), strict=True)
        ]
        assert texts[0] == texts[1], route
    mine = served.call("GET", "/v1/executions").json()["items"]
    assert (mine, served.call("GET", "/v1/inbox").json()["items"]) == ([], [])


def body_of(route: Route) -> dict[str, Any] | None:
    return {"answer": {"ok": True}} if route.function == "submit_step_input" else None


def test_a_read_only_server_changes_nothing(
    start_server: Callable[..., tuple[str, Any]], served: Served
) -> None:
    address, process = start_server("--read-only")
    reader = Served(address, served.mine, served.theirs, process)
    for route in ROUTES:
        status = reader.call(route.method, url_of(route, uuid.uuid4())).status_code
        assert (status == 405) == (route.scope != "read" and route.method != "GET"), route
    assert reader.call("GET", "/v1/playbooks").status_code == 200
    checked = reader.call("POST", "/v1/playbooks:check", {"document": ECHO})
    assert (checked.status_code, checked.json()["is_valid"]) == (200, True)
    assert reader.call("GET", "/v1/playbooks/echo").json()["version"] == 1


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1.evil.test", "", "localhost@evil.test"])
def test_another_host_is_refused(served: Served, host: str) -> None:
    answer = served.call("GET", "/v1/playbooks", Host=host)
    assert answer.status_code == 400


@pytest.mark.parametrize("role", ["owner", "worker", "monitor", "stranger"])
def test_a_login_that_may_more_than_serve_a_tenant_is_refused(
    database: Database, role: str
) -> None:
    said = serve("--url", database.url(role))
    assert said.returncode == 1
    assert "the login" in said.stderr
    assert "pbdb_app" in said.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--host", "0.0.0.0"), "--jwks-url"),
        (("--jwt-key", "/dev/null"), "--issuer"),
    ],
)
def test_an_unsafe_start_is_refused_with_the_way_out(
    database: Database, options: tuple[str, ...], words: str
) -> None:
    said = serve("--url", database.url("app"), *options)
    assert said.returncode == 1
    assert words in said.stderr


def serve(*options: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "pbdb", "serve", "--port", "0", *options)
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
