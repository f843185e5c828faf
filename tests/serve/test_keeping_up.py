"""What the server does when its database, its client or one of its tenants misbehaves."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2 as httpx
import jwt
import psycopg
import pytest
from jwt.algorithms import ECAlgorithm
from psycopg import sql
from psycopg.types.json import Jsonb

import build
from http_server import HttpServer
from pbdb.server.access.jwt import Expected, JwtTokens
from pbdb.server.access.principal import NotAuthenticated
from pbdb.settings import SettingInvalid
from serve.served import AUDIENCE, ISSUER, PRIVATE, PUBLIC, Served, claims, token
from server import Database

SLOW = {
    "name": "slow",
    "steps": [
        {
            "name": "sleep",
            "type": "DATABASE_QUERY",
            "config": {"query": "select pg_sleep(8)::text as slept"},
        }
    ],
}


@pytest.fixture
def slow(served: Served, app: psycopg.Connection[Any]) -> Served:
    """A tenant, mine, with a playbook that takes eight seconds."""
    with build.as_tenant(app, served.mine):
        app.execute("select apply_playbook(%s)", (Jsonb(SLOW),))
    return served


def sleeping(owner: psycopg.Connection[Any]) -> int:
    row = owner.execute(
        "select count(*) from pg_stat_activity where application_name = 'pbdb serve' "
        "and datname = current_database() and state = 'active' and query like '%run_playbook%'"
    ).fetchone()
    assert row is not None
    return int(row[0])


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_statement_of_a_client_that_went_away_is_cancelled(
    slow: Served, owner: psycopg.Connection[Any]
) -> None:
    headers = {"Authorization": f"Bearer {token(slow.mine)}"}
    with pytest.raises(httpx.TimeoutException):
        httpx.post(f"{slow.address}/v1/playbooks/slow:run", headers=headers, timeout=1)
    until(lambda: sleeping(owner) == 0, 5)


def test_slow_requests_of_one_tenant_do_not_stop_another(
    slow: Served, owner: psycopg.Connection[Any]
) -> None:
    with ThreadPoolExecutor(12) as pool:
        for _ in range(12):
            pool.submit(slow.call, "POST", "/v1/playbooks/slow:run")
        until(lambda: sleeping(owner) == 5)
        began = time.monotonic()
        assert slow.call("GET", "/v1/playbooks", tenant=slow.theirs).status_code == 200
        assert time.monotonic() - began < 3
        slow.process.kill()


def test_sessions_that_end_are_replaced(served: Served, owner: psycopg.Connection[Any]) -> None:
    assert served.call("GET", "/readyz").status_code == 200
    owner.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where application_name = 'pbdb serve' and datname = current_database()"
    )
    assert served.call("GET", "/v1/playbooks").status_code == 200


def test_a_database_that_is_away_is_503_and_comes_back(
    served: Served, database: Database, owner: psycopg.Connection[Any]
) -> None:
    name = sql.Identifier(database.name)
    with database.server.admin() as admin:
        # A superuser is let in all the same.
        admin.execute(sql.SQL("alter database {} connection limit 0").format(name))
    owner.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where application_name = 'pbdb serve' and datname = current_database()"
    )
    away = served.call("GET", "/v1/playbooks")
    assert (away.status_code, "Retry-After" in away.headers) == (503, True)
    assert served.call("GET", "/healthz").status_code == 200
    assert served.call("GET", "/readyz").status_code == 503
    with database.server.admin() as admin:
        admin.execute(sql.SQL("alter database {} connection limit -1").format(name))
    until(lambda: served.call("GET", "/v1/playbooks").status_code == 200)


def test_keys_of_a_url_are_fetched_once_whatever_tokens_say(http: HttpServer) -> None:
    one = json.loads(ECAlgorithm.to_jwk(PRIVATE.public_key())) | {"kid": "one", "alg": "ES256"}
    tokens = JwtTokens(Expected(ISSUER, AUDIENCE), jwks_url=http.reply("/keys", {"keys": [one]}))
    tenant = uuid.uuid4()

    def signed(kid: str) -> str:
        return jwt.encode(claims(tenant, "read nonsense"), PRIVATE, "ES256", {"kid": kid})

    who = asyncio.run(tokens.principal(signed("one")))
    assert (who.organization_id, sorted(who.scopes), who.actor) == (tenant, ["read"], "user:ada")
    for each in ("two", "three"):
        with pytest.raises(NotAuthenticated):
            asyncio.run(tokens.principal(signed(each)))
    assert len(http.received) == 1


def test_a_public_key_or_a_short_one_is_no_shared_secret() -> None:
    shared = Expected(ISSUER, AUDIENCE, algorithms=("HS256",))
    for key in (PUBLIC.decode(), "short"):
        with pytest.raises(SettingInvalid):
            JwtTokens(shared, key)
