"""Connection settings and what is worth trying again."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from chaos.proxy import Proxy
from pbdb.cli.worker import check_rights
from pbdb.database import Backoff, Target, conninfo, is_transient
from server import Database


def test_the_environment_names_the_database() -> None:
    both = {"PBDB_DATABASE_URL": "postgresql://pool/x", "PBDB_DIRECT_URL": "postgresql://direct/x"}

    target = Target.from_environment(both)

    assert target is not None
    assert target.is_pooled
    assert target.listen_url == "postgresql://direct/x"
    assert Target.from_environment({}) is None


def test_one_url_serves_for_everything_and_is_not_taken_for_a_pooler() -> None:
    target = Target.from_environment({"PBDB_DATABASE_URL": "postgresql:///x"})

    assert target is not None
    assert not target.is_pooled
    assert target.listen_url == "postgresql:///x"


def test_what_the_url_says_wins_over_our_defaults() -> None:
    found = conninfo_to_dict(conninfo("postgresql://h/x?connect_timeout=3", "name"))

    assert found["connect_timeout"] == "3"
    assert found["application_name"] == "name"
    assert found["tcp_user_timeout"] == "30000"


def test_of_several_hosts_only_a_primary_will_do() -> None:
    assert "target_session_attrs" not in conninfo_to_dict(conninfo("host=a"))
    assert conninfo_to_dict(conninfo("host=a,b"))["target_session_attrs"] == "read-write"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (psycopg.errors.AdminShutdown, True),
        (psycopg.errors.CannotConnectNow, True),
        (psycopg.errors.TooManyConnections, True),
        (psycopg.errors.SerializationFailure, True),
        (psycopg.errors.DeadlockDetected, True),
        (psycopg.errors.LockNotAvailable, True),
        (psycopg.errors.ReadOnlySqlTransaction, True),
        (psycopg.errors.ConnectionFailure, True),
        (psycopg.OperationalError, True),
        (psycopg.errors.InvalidTextRepresentation, False),
        (psycopg.errors.InsufficientPrivilege, False),
        (psycopg.DataError, False),
    ],
)
def test_what_may_succeed_later(error: type[psycopg.Error], expected: bool) -> None:
    assert is_transient(error()) is expected


def test_delays_grow_to_the_cap_and_start_over() -> None:
    backoff = Backoff(base=0.1, cap=2)
    delays = [backoff.next() for _ in range(50)]

    assert all(0.05 <= delay <= 2 for delay in delays)
    assert max(delays[10:]) > 0.5
    backoff.reset()
    assert backoff.next() <= 0.1


def test_a_server_that_goes_away_while_a_runner_starts_is_waited_for(database: Database) -> None:
    url = database.url("worker")
    asked = re.compile(b"has_function_privilege")
    given = conninfo_to_dict(url)
    proxy = Proxy(Path(str(given["host"])) / f".s.PGSQL.{given.get('port', 5432)}", asked)
    proxy.start()
    try:
        proxy.cut()
        there = make_conninfo(
            url, host="127.0.0.1", port=str(proxy.port), sslmode="disable", gssencmode="disable"
        )
        check_rights(Target(there))
        assert proxy.cuts == 1
    finally:
        proxy.stop()
