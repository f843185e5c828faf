"""The files of one cluster: made by initdb, and the settings that pbdb writes at each start."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Final

from pbdb.install.embedded.account import Account, EmbeddedError, make_folders

SUPERUSER: Final = "postgres"

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


def run(command: Sequence[str], account: Account, output: IO[bytes] | None = None) -> int:
    """Run a program of the server's as its user; return the exit code."""
    done: subprocess.CompletedProcess[bytes] = subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=output or subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        cwd="/",
        **account.as_subprocess,
    )
    return done.returncode


def create(data_dir: Path, bin_dir: Path, version: int, account: Account, *, fast: bool) -> None:
    """Create a cluster beside its place and move it there: a killed initdb leaves no ruin."""
    make_folders(data_dir.parent)
    if data_dir.exists() and any(data_dir.iterdir()):
        raise EmbeddedError(f"{data_dir} is neither empty nor a PostgreSQL cluster")
    fresh = Path(tempfile.mkdtemp(prefix=f".{data_dir.name}-", dir=data_dir.parent))
    try:
        cluster = fresh / "cluster"
        cluster.mkdir(mode=0o700)
        password = fresh / "password"
        password.write_text(secrets.token_urlsafe(24) + "\n")
        for path in (fresh, cluster, password):
            account.own(path)
        password.chmod(0o600)
        options = [*_locale_options(version), *(["--no-sync"] if fast else [])]
        _initdb(bin_dir, cluster, password, account, options)
        with (cluster / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude_if_exists = 'pbdb.conf'\n")
        password.rename(cluster / "pbdb.password")
        if data_dir.exists():
            data_dir.rmdir()
        cluster.rename(data_dir)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def check_version(data_dir: Path, version: int) -> None:
    """Raise EmbeddedError when another PostgreSQL made this cluster."""
    found = (data_dir / "PG_VERSION").read_text().strip()
    if found != str(version):
        raise EmbeddedError(
            f"{data_dir} holds PostgreSQL {found}, not {version}; "
            "choose another folder or that version"
        )


def write_settings(
    data_dir: Path, account: Account, settings: Mapping[str, str], *, fast: bool
) -> None:
    """Write pbdb.conf: what is common to all servers, and these settings, which win."""
    every = {**_COMMON_SETTINGS, **(_FAST_SETTINGS if fast else _DURABLE_SETTINGS), **settings}
    text = "".join(f"{name} = '{_escape(value)}'\n" for name, value in every.items())
    path = data_dir / "pbdb.conf"
    path.write_text("# written by pbdb at each start\n" + text)
    account.own(path)


def _initdb(
    bin_dir: Path, cluster: Path, password: Path, account: Account, options: Sequence[str]
) -> None:
    with tempfile.TemporaryFile() as output:
        done = run(
            [
                *(str(bin_dir / "initdb"), "--pgdata", str(cluster)),
                *("--username", SUPERUSER, "--pwfile", str(password)),
                *("--auth-local", "trust", "--auth-host", "scram-sha-256"),
                *("--encoding", "UTF8", *options),
            ],
            account,
            output,
        )
        output.seek(0)
        if done != 0:
            raise EmbeddedError(f"initdb failed: {output.read().decode(errors='replace')}")


def _locale_options(version: int) -> list[str]:
    """Return initdb's locale: bytewise order everywhere, and UTF-8 letters where they are known."""
    if version >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C"]


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")
