"""Behind pgbouncer in transaction mode everything works but LISTEN, which has its own connection."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pbdb.client import Client
from pbdb.database import connect
from runner.harness import Playground, eventually, function
from server import LOGINS, PASSWORD

pytestmark = pytest.mark.skipif(
    shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin") is None,
    reason="pgbouncer is not installed",
)


@pytest.fixture
def pooled(here: Playground) -> Iterator[str]:
    """The conninfo of a transaction pooler before the database; user and password are missing."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    behind = conninfo_to_dict(here.database.url("owner"))
    folder = Path(tempfile.mkdtemp(prefix="pbdb-pgbouncer-"))
    users = "".join(f'"{login}" "{PASSWORD}"\n' for login in LOGINS.values())
    (folder / "users").write_text(users)
    # Two server connections for everybody: whatever sticks to one is soon seen by another.
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = host={behind['host']} port={behind['port']}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        "auth_type = plain\n"
        f"auth_file = {folder}/users\npool_mode = transaction\ndefault_pool_size = 2\n"
        "ignore_startup_parameters = extra_float_digits,options\n"
    )
    command = ["pgbouncer", str(folder / "pgbouncer.ini")]
    if os.geteuid() == 0:
        command[1:1] = ["-u", _give_to_owner_of(str(behind["host"]), folder)]
    environ = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"}
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environ, stdout=output, stderr=output)
    try:
        conninfo = make_conninfo(host="127.0.0.1", port=port, dbname=here.database.name)
        eventually(lambda: _answers(make_conninfo(conninfo, user="test_app", password=PASSWORD)))
        yield conninfo
    finally:
        process.terminate()
        process.wait(timeout=10)
        shutil.rmtree(folder)


def _give_to_owner_of(socket_folder: str, folder: Path) -> str:
    """pgbouncer refuses to be root: let it be whoever may enter the server's socket folder."""
    account = pwd.getpwuid(Path(socket_folder).stat().st_uid)
    for path in (folder, *folder.iterdir()):
        os.chown(path, account.pw_uid, account.pw_gid)
    return account.pw_name


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def test_a_runner_works_through_a_pooler(here: Playground, pooled: str) -> None:
    url = make_conninfo(pooled, user=LOGINS["worker"], password=PASSWORD)
    runner = here.start_runner("--lease", "3", url=url, direct_url=here.database.url("worker"))
    steps = [function(f"step {n}", "async_double", number=n) for n in range(4)]
    slow = function("slow", "nap", seconds=4)
    query = {"name": "query", "type": "DATABASE_QUERY", "config": {"query": "select 1 as one"}}
    playbook = here.apply(*steps, slow, query)

    executions = [here.client.start(playbook) for _ in range(10)]

    assert {here.wait(each).status for each in executions} == {"COMPLETED"}
    assert not runner.says("failed")


def test_a_runner_behind_a_pooler_still_hears_notifications(here: Playground, pooled: str) -> None:
    url = make_conninfo(pooled, user=LOGINS["worker"], password=PASSWORD)
    here.start_runner("--poll", "10", url=url, direct_url=here.database.url("worker"))
    here.run(function("warm", "inline_double", number=1))
    playbook = here.apply(function("double", "inline_double", number=1))
    seconds = []
    for _ in range(5):
        start = time.monotonic()
        here.wait(here.client.start(playbook))
        seconds.append(time.monotonic() - start)

    assert sorted(seconds)[2] < 3


def test_the_client_leaves_no_tenant_in_a_pooled_connection(here: Playground, pooled: str) -> None:
    url = make_conninfo(pooled, user=LOGINS["app"], password=PASSWORD)
    with connect(url, is_pooled=True) as connection:
        client = Client(connection, here.organization)
        for _ in range(8):
            assert client.playbooks() == []
            found = connection.execute("select pbdb.current_organization_id()").fetchone()
            assert found == (None,)
