"""The embedded server: it starts for anybody, and never outlives who started it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from pbdb.install.embedded import EmbeddedError, EmbeddedServer, memory_folder, temporary_server

VERSION = 18


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that any system user may enter; pytest's own is private."""
    made = Path(tempfile.mkdtemp(prefix="pbdb-test-", dir=memory_folder()))
    made.chmod(0o755)
    try:
        yield made
    finally:
        EmbeddedServer(made / "pg", version=VERSION).destroy()
        shutil.rmtree(made)


def eventually(is_true: Callable[[], bool], seconds: float = 10) -> bool:
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_true():
            return True
        time.sleep(0.05)
    return False


def run_python(code: str) -> subprocess.Popen[str]:
    """Run this code in another process that can import pbdb."""
    path = os.pathsep.join(sys.path)
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_server_keeps_its_data_and_starting_it_twice_changes_nothing(folder: Path) -> None:
    server = EmbeddedServer(folder / "pg", version=VERSION)
    assert not server.status().running
    first = server.start().status().pid
    with psycopg.connect(server.url()) as conn:
        conn.execute("create table kept (n int)")
        assert conn.execute("show fsync").fetchone() == ("on",)
        assert conn.execute("show synchronous_commit").fetchone() == ("on",)
    assert EmbeddedServer(folder / "pg", version=VERSION).start().status().pid == first
    server.stop()
    assert not server.status().running
    with server, psycopg.connect(server.url()) as conn:
        assert conn.execute("select count(*) from kept").fetchone() == (0,)
    assert not server.status().running


def test_a_context_does_not_stop_a_server_that_ran_before_it(folder: Path) -> None:
    server = EmbeddedServer(folder / "pg", version=VERSION).start()
    with EmbeddedServer(folder / "pg", version=VERSION) as same:
        assert same.status().pid == server.status().pid
    assert server.status().running


def test_tcp_asks_for_the_password_and_the_socket_is_private(folder: Path) -> None:
    with EmbeddedServer(folder / "pg", version=VERSION, tcp_port=0) as server:
        with psycopg.connect(server.url(tcp=True)) as conn:
            assert conn.execute("select inet_server_addr()::text").fetchone() == ("127.0.0.1/32",)
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"postgresql://postgres:wrong@127.0.0.1:{server.port}/postgres")
        assert server.socket_dir.stat().st_mode & 0o077 == 0


def test_a_pid_file_that_a_crash_left_does_not_keep_the_server_down(folder: Path) -> None:
    server = EmbeddedServer(folder / "pg", version=VERSION).start()
    pid = server.status().pid
    assert pid is not None
    pid_file = folder / "pg" / "postmaster.pid"
    left = pid_file.read_text()
    server.stop(immediate=True)
    # The number belongs to somebody else by now: to this test.
    pid_file.write_text(left.replace(str(pid), str(os.getpid()), 1))
    assert not server.status().running
    assert server.start().status().running


def test_a_folder_with_something_else_in_it_is_left_alone(folder: Path) -> None:
    (folder / "pg").mkdir()
    (folder / "pg" / "thesis.txt").write_text("years of work")
    with pytest.raises(EmbeddedError, match="neither empty nor"):
        EmbeddedServer(folder / "pg", version=VERSION).start()
    assert (folder / "pg" / "thesis.txt").read_text() == "years of work"
    (folder / "pg" / "thesis.txt").unlink()


def test_another_version_is_refused(folder: Path) -> None:
    EmbeddedServer(folder / "pg", version=VERSION).start().stop()
    with pytest.raises(EmbeddedError, match="holds PostgreSQL 18, not 16"):
        EmbeddedServer(folder / "pg", version=16).start()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_the_process_ends_however_it_ends(end: signal.Signals) -> None:
    process = run_python("""
        import time
        from pbdb.install.embedded import temporary_server
        with temporary_server(18) as server:
            print(server.data_dir, server.socket_dir, server.status().pid, flush=True)
            time.sleep(60)
    """)
    assert process.stdout is not None
    data, socket_dir, pid = process.stdout.readline().split()
    process.send_signal(end)
    process.wait(10)
    assert eventually(lambda: not Path(data).exists() and not Path(socket_dir).exists())
    assert eventually(lambda: not is_running(int(pid)))


def is_running(pid: int) -> bool:
    """Whether the process runs; a zombie that nobody reaps does not."""
    done = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return bool(done.stdout.strip()) and not done.stdout.startswith("Z")


def test_it_starts_without_root() -> None:
    """As a child that gave root away for good; without root to begin with, as ourselves."""
    nobody = 65534 if os.geteuid() == 0 else os.geteuid()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        # Only what is loaded already can be used: this user may not be able to read the rest.
        code = 1
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(nobody)
                os.setuid(nobody)
            with (
                temporary_server(VERSION) as server,
                psycopg.connect(server.url()) as conn,
            ):
                row = conn.execute("select current_setting('data_directory')").fetchone()
                owner = Path(str(row and row[0])).stat().st_uid
                os.write(write, f"{owner}".encode())
                code = 0
        except BaseException as error:  # noqa: BLE001 - the parent shall see it, whatever it is
            os.write(write, repr(error).encode())
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read) as said:
        words = said.read()
    os.waitpid(child, 0)
    assert words == str(nobody)
