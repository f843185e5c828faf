"""Fixtures: a real server of each version, and a fresh clone of the migrated template per test.

pytest                         PostgreSQL 16 and 18, embedded; see versions.py
pytest --postgres 18           one of them
pytest --postgres-url URL      a server of yours; URL is a superuser's
PBDB_TEST_LOAD=1 pytest        behaviour from sql/ as it is now, without `make freeze`
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import psycopg
import pytest

import build
import server as servers
import versions
from http_server import HttpServer, http_server
from pbdb.model import Step, StepType
from server import Database, Server, Servers

Connection = psycopg.Connection[Any]

_SERVERS = pytest.StashKey[Servers]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("pbdb")
    group.addoption(
        "--postgres", choices=["16", "18", "both"], default="both", help="embedded version(s)"
    )
    group.addoption(
        "--postgres-url",
        default=os.environ.get("PBDB_TEST_URL"),
        help="superuser URL of a server to use instead of the embedded ones",
    )


def pytest_configure(config: pytest.Config) -> None:
    given = getattr(config, "workerinput", {}).get("pbdb")
    run = Servers(external=config.getoption("--postgres-url"))
    if given is not None:
        run.run = given["run"]
        run.known = {name: Server(url, run.run) for name, url in given["known"].items()}
    config.stash[_SERVERS] = run


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.stash[_SERVERS].close()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """The process that deals out the tests starts the servers, so that its workers share them."""
    run = node.config.stash[_SERVERS]
    known = {name: run.get(name).conninfo for name in _names(node.config)}
    node.workerinput["pbdb"] = {"run": run.run, "known": known}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    # Imported late, because pytest runs without pytest-xdist too.
    import scheduling

    return scheduling.make(config, log)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "server" in metafunc.fixturenames:
        metafunc.parametrize("server", _names(metafunc.config), indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out half of what is slow and only calls what other tests run on each version."""
    if len(_names(config)) > 1:
        left = [each for each in items if not versions.is_for_the_other(each.nodeid)]
        config.hook.pytest_deselected(items=[each for each in items if each not in set(left)])
        items[:] = left


def _names(config: pytest.Config) -> list[str]:
    if config.getoption("--postgres-url"):
        return ["external"]
    chosen = config.getoption("--postgres")
    return ["pg16", "pg18"] if chosen == "both" else [f"pg{chosen}"]


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Server:
    """A PostgreSQL server; every test that needs one runs once per version."""
    return request.config.stash[_SERVERS].get(request.param)


@pytest.fixture(scope="session")
def migrated(server: Server) -> Server:
    """A server that has the template; when it cannot be built, every test says the same why."""
    servers.build_template(server)
    return server


@pytest.fixture
def database(migrated: Server) -> Iterator[Database]:
    """A fresh database with all migrations: `.name`, `.url(role)`, `.connect(role)`."""
    with servers.fresh_database(migrated) as fresh:
        yield fresh


@pytest.fixture
def empty_database(server: Server) -> Iterator[Database]:
    """A fresh database with nothing in it, for tests of the migrations themselves."""
    with servers.fresh_database(server, empty=True) as fresh:
        yield fresh


@pytest.fixture
def connect(database: Database) -> Iterator[Callable[..., Connection]]:
    """Open real sessions: `connect("app")`, `connect("worker_two")`, … closed after the test."""
    with ExitStack() as sessions:

        def open_session(role: str = "app", **options: Any) -> Connection:
            return sessions.enter_context(database.connect(role, **options))

        yield open_session


@pytest.fixture
def owner(connect: Callable[..., Connection]) -> Connection:
    """A superuser's session: what a migration may do. Sees every tenant's rows."""
    return connect("owner")


@pytest.fixture
def app(connect: Callable[..., Connection]) -> Connection:
    """A session of a login that is a member of pbdb_app, without a tenant yet."""
    return connect("app")


@pytest.fixture
def worker(connect: Callable[..., Connection]) -> Connection:
    """A session of a login that is a member of pbdb_worker."""
    return connect("worker")


@pytest.fixture
def monitor(connect: Callable[..., Connection]) -> Connection:
    """A session of a login that is a member of pbdb_monitor."""
    return connect("monitor")


@pytest.fixture
def organization() -> uuid.UUID:
    """A tenant's id."""
    return uuid.uuid4()


@pytest.fixture
def as_tenant() -> Callable[[Connection, uuid.UUID], AbstractContextManager[Connection]]:
    """`with as_tenant(app, organization):` a transaction that works for this tenant."""
    return build.as_tenant


@pytest.fixture
def http() -> Iterator[HttpServer]:
    """A web server on a local port, whose answers the test writes."""
    with http_server() as server:
        yield server


@pytest.fixture
def make_step() -> Callable[..., Step]:
    """Makes steps as a runner would claim them."""

    def make(handler: str, config: Mapping[str, Any], input: Any = None, **changes: Any) -> Step:
        values: dict[str, Any] = {
            "step_result_id": uuid.uuid4(),
            "token": uuid.uuid4(),
            "organization_id": uuid.uuid4(),
            "execution_id": uuid.uuid4(),
            "step_id": uuid.uuid4(),
            "step_name": "the step",
            "step_type": StepType(handler.partition(":")[0]),
            "handler": handler,
            "attempt_number": 1,
            "visit": 1,
            "config": config,
            "input": input,
            "output_schema": None,
            "timeout_seconds": 20.0,
            "deadline_at": None,
            "idempotency_key": "execution/step/1",
            "playbook_name": "the playbook",
            **changes,
        }
        return Step(**values)

    return make
