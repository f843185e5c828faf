"""A PostgreSQL server of one's own, for `pbdb demo`, development and tests: its life and place."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

from pbdb.install.embedded import cluster, installation
from pbdb.install.embedded.account import EmbeddedError, find_account, reachable_folder
from pbdb.install.embedded.cluster import SUPERUSER
from pbdb.install.embedded.installation import DEFAULT_VERSION

log = logging.getLogger(__name__)

SOCKET_PORT: Final = 5432

_START_SECONDS: Final = 60
_MEMORY_BYTES: Final = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Status:
    """What a data directory's server is doing; `pid` is None when it is not running."""

    running: bool
    pid: int | None
    data_dir: Path
    version: int


class EmbeddedServer:
    """One PostgreSQL cluster in one folder.

    `start()` is idempotent and leaves a server running after this process; as a context manager
    the server is stopped at the end, also when this process is killed.
    """

    def __init__(
        self,
        data_dir: Path | None = None,
        *,
        version: int = DEFAULT_VERSION,
        tcp_port: int | None = None,
        fast: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Describe a server; nothing happens before `start()`.

        `data_dir`: default `.pbdb/pg<version>` below the current folder. `tcp_port`: also listen
        on 127.0.0.1, 0 picks a free port; default is the unix socket only. `fast`: no fsync, for
        data that nobody will miss. `settings`: postgresql.conf entries that win over ours.
        """
        installation.check_version(version)
        self.version: Final = version
        self._account = find_account()
        self.data_dir: Final = reachable_folder(
            (data_dir or Path(".pbdb") / f"pg{version}").absolute(), self._account
        )
        self._tcp_port = tcp_port
        self._fast = fast
        self._settings = dict(settings or {})
        self._temporary = False
        self._watchdog: subprocess.Popen[bytes] | None = None
        digest = hashlib.sha256(str(self.data_dir).encode()).hexdigest()[:10]
        # A socket path may have about 100 bytes; a project's folder may be longer than that.
        self.socket_dir: Final = Path("/tmp") / f"pbdb-{self._account.uid}-{digest}"

    # -- life -------------------------------------------------------------------------------

    def start(self) -> Self:
        """Return when the server answers; create the cluster first if there is none.

        Does nothing when it already runs. Raises EmbeddedError with the end of the server's log
        when it does not come up within a minute.
        """
        if self.status().running:
            return self
        bin_dir = self._bin_dir()
        if not (self.data_dir / "PG_VERSION").exists():
            cluster.create(self.data_dir, bin_dir, self.version, self._account, fast=self._fast)
        cluster.check_version(self.data_dir, self.version)
        self._remove_stale_pid_file()
        self._make_socket_dir()
        self._write_settings()
        # Not `capture_output`: the postmaster would inherit the pipe and keep it open.
        with tempfile.TemporaryFile() as output:
            done = cluster.run(
                [
                    str(bin_dir / "pg_ctl"),
                    *("start", "--wait", "--silent", "--timeout", str(_START_SECONDS)),
                    *("--pgdata", str(self.data_dir), "--log", str(self._log_file)),
                ],
                self._account,
                output,
            )
            output.seek(0)
            said = output.read().decode(errors="replace")
        if done != 0:
            raise EmbeddedError(
                f"PostgreSQL {self.version} did not start in {self.data_dir}: {said}"
                f"{self._log_tail()}"
            )
        log.debug("embedded server started", extra={"data_dir": str(self.data_dir)})
        return self

    def stop(self, *, immediate: bool = False) -> None:
        """Return when the server is gone; does nothing when it is not running.

        Open sessions are disconnected. `immediate` skips the final checkpoint, as a crash would.
        """
        self._release_watchdog()
        if self._pid() is not None:
            mode = "immediate" if immediate else "fast"
            done = cluster.run(
                [
                    str(self._bin_dir() / "pg_ctl"),
                    *("stop", "--wait", "--silent", "--timeout", str(_START_SECONDS)),
                    *("--mode", mode, "--pgdata", str(self.data_dir)),
                ],
                self._account,
            )
            if done != 0 and self._pid() is not None:
                raise EmbeddedError(f"PostgreSQL did not stop in {self.data_dir}")
        with contextlib.suppress(OSError):
            self.socket_dir.rmdir()

    def destroy(self) -> None:
        """Stop the server and delete its data directory."""
        self.stop(immediate=True)
        shutil.rmtree(self.data_dir, ignore_errors=True)
        shutil.rmtree(self.socket_dir, ignore_errors=True)

    def status(self) -> Status:
        """Say whether a server answers on this data directory. Never blocks for long."""
        pid = self._pid()
        running = pid is not None and self._answers()
        return Status(running, pid if running else None, self.data_dir, self.version)

    def __enter__(self) -> Self:
        already = self.status().running
        self.start()
        if not already:
            self._start_watchdog()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # A server that ran before us belongs to someone else.
        if self._watchdog is not None:
            self.stop()

    # -- where it is ------------------------------------------------------------------------

    @property
    def port(self) -> int:
        """The TCP port on 127.0.0.1, or the number in the socket's name when there is none."""
        lines = self._pid_lines()
        return int(lines[3]) if len(lines) > 3 else self._tcp_port or SOCKET_PORT

    @property
    def password(self) -> str:
        """The superuser's password, which only TCP connections are asked for."""
        return (self.data_dir / "pbdb.password").read_text().strip()

    def url(self, database: str = "postgres", user: str = SUPERUSER, *, tcp: bool = False) -> str:
        """Return a libpq URL: over the private unix socket, or over TCP with the password."""
        if tcp:
            if self._tcp_port is None:
                raise EmbeddedError("this server has no TCP port; create it with tcp_port=0")
            secret = quote(self.password, safe="")
            return f"postgresql://{user}:{secret}@127.0.0.1:{self.port}/{quote(database)}"
        host = quote(str(self.socket_dir), safe="")
        return f"postgresql://{quote(user)}@/{quote(database)}?host={host}&port={self.port}"

    @property
    def log_tail(self) -> str:
        """The last lines of the server's log; empty when there is none."""
        return self._log_tail()

    # -- inside -----------------------------------------------------------------------------

    @property
    def _log_file(self) -> Path:
        return self.data_dir / "server.log"

    def _bin_dir(self) -> Path:
        return installation.reachable_install(self.version, self._account) / "bin"

    def _make_socket_dir(self) -> None:
        """Make the private socket folder; refuse one that somebody else put there."""
        with contextlib.suppress(FileExistsError):
            self.socket_dir.mkdir(mode=0o700)
            self._account.own(self.socket_dir)
        found = self.socket_dir.lstat()
        if (
            not stat.S_ISDIR(found.st_mode)
            or found.st_uid not in (self._account.uid, os.geteuid())
            or found.st_mode & 0o077
        ):
            raise EmbeddedError(f"{self.socket_dir} is not a private folder of ours")
        self._account.own(self.socket_dir)

    def _write_settings(self) -> None:
        port = SOCKET_PORT if self._tcp_port is None else self._tcp_port or _free_port()
        settings = {
            "listen_addresses": "" if self._tcp_port is None else "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": str(self.socket_dir),
            **self._settings,
        }
        cluster.write_settings(self.data_dir, self._account, settings, fast=self._fast)

    def _pid_lines(self) -> list[str]:
        try:
            return (self.data_dir / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, PermissionError):
            return []

    def _pid(self) -> int | None:
        """Return the postmaster's process id; None when the file is missing or stale."""
        lines = self._pid_lines()
        if not lines or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        return pid if _is_postgres(pid) else None

    def _remove_stale_pid_file(self) -> None:
        """After a crash the recorded number may belong to a stranger; PostgreSQL would give up."""
        if self._pid_lines() and self._pid() is None:
            (self.data_dir / "postmaster.pid").unlink(missing_ok=True)

    def _answers(self) -> bool:
        lines = self._pid_lines()
        if len(lines) < 8 or lines[7].strip() != "ready":
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(2)
            try:
                probe.connect(f"{lines[4]}/.s.PGSQL.{lines[3]}")
            except OSError:
                return False
        return True

    def _log_tail(self) -> str:
        try:
            return "\n".join(self._log_file.read_text(errors="replace").splitlines()[-15:])
        except OSError:
            return ""

    def _start_watchdog(self) -> None:
        """Start a shell that stops the server when our end of its pipe closes, however we end."""
        # Waits for the pid file, not the process: in a container nobody may reap the zombie.
        script = (
            'trap \'\' INT TERM HUP; read -r word; [ "$word" = done ] && exit; kill -INT "$1"; '
            'while [ -e "$2/postmaster.pid" ]; do sleep 0.1; done; rm -rf "$3"; '
            '[ -z "$4" ] || rm -rf "$4"'
        )
        doomed = str(self.data_dir.parent) if self._temporary else ""
        places = [str(self.data_dir), str(self.socket_dir), doomed]
        self._watchdog = subprocess.Popen(
            ["/bin/sh", "-c", script, "sh", str(self._pid()), *places],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
            **self._account.as_subprocess,
        )

    def _release_watchdog(self) -> None:
        if self._watchdog is None:
            return
        with contextlib.suppress(BrokenPipeError):
            self._watchdog.communicate(b"done\n")
        self._watchdog = None


@contextlib.contextmanager
def temporary_server(
    version: int = DEFAULT_VERSION,
    *,
    tcp_port: int | None = None,
    settings: Mapping[str, str] | None = None,
) -> Iterator[EmbeddedServer]:
    """Yield a fresh, fast server in a temporary folder; it and its data are gone afterwards.

    The folder is in memory where there is room: a database is 300 files, and cloning one took
    30 ms there against 30 to 400 ms on disks.
    """
    folder = Path(tempfile.mkdtemp(prefix="pbdb-server-", dir=memory_folder()))
    find_account().own(folder)
    server = EmbeddedServer(
        folder / "data", version=version, tcp_port=tcp_port, fast=True, settings=settings
    )
    server._temporary = True
    try:
        with server:
            yield server
    finally:
        server.destroy()
        shutil.rmtree(folder, ignore_errors=True)


def memory_folder() -> Path | None:
    """Return /dev/shm when it is really memory to spare; containers often give it 64 MB."""
    folder = Path("/dev/shm")
    try:
        spare = shutil.disk_usage(folder).free >= _MEMORY_BYTES
    except OSError:
        return None
    return folder if spare and os.access(folder, os.W_OK) else None


def _is_postgres(pid: int) -> bool:
    """Say whether this process exists and is a PostgreSQL server."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    if sys.platform == "linux":
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return b"postgres" in words[0]
    said = subprocess.run(
        ["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return "postgres" in said.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
