"""The system user that a server runs as, and the folders that this user can get to.

PostgreSQL refuses to run as root. When we are root, the server runs as the system user `postgres`
(else `nobody`) and owns its data directory; folders that this user cannot enter (a checkout under
`/root`) are not opened up, but replaced by one below `/var/lib/pbdb`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

SHARED: Final = Path("/var/lib/pbdb")


class EmbeddedError(RuntimeError):
    """The embedded server is missing, or did not do what it was asked to."""


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that the server runs as; `switch` is how to become it."""

    name: str
    uid: int
    gid: int
    switch: bool

    @property
    def as_subprocess(self) -> dict[str, Any]:
        """Subprocess arguments: a clean environment, and the account when we have to switch."""
        kept = {name: os.environ[name] for name in ("PATH", "TZ") if name in os.environ}
        arguments: dict[str, Any] = {"env": {**kept, "LC_ALL": "C", "HOME": "/"}}
        if self.switch:
            arguments |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return arguments

    def own(self, path: Path) -> None:
        """Give it a file or folder that we made."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, path: Path) -> bool:
        """Say whether it may search every folder down to `path`."""
        if not self.switch:
            return True
        done: subprocess.CompletedProcess[bytes] = subprocess.run(
            ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)],
            check=False,
            cwd="/",
            stderr=subprocess.DEVNULL,
            **self.as_subprocess,
        )
        return done.returncode == 0


def find_account() -> Account:
    """Return who will run a server that we start. Raises EmbeddedError."""
    if os.geteuid() != 0:
        return Account(_user_name(os.geteuid()), os.geteuid(), os.getegid(), switch=False)
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            return Account(name, found.pw_uid, found.pw_gid, switch=True)
    raise EmbeddedError("PostgreSQL does not run as root, and there is no user postgres or nobody")


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def reachable_folder(wanted: Path, account: Account) -> Path:
    """Return `wanted`, or a place below /var/lib when the server's user cannot get there."""
    existing = next(path for path in (wanted, *wanted.parents) if path.exists())
    if existing == wanted:
        existing = wanted.parent
    if account.can_enter(existing):
        return wanted
    digest = hashlib.sha256(str(wanted).encode()).hexdigest()[:10]
    return SHARED / digest / wanted.name


def make_folders(path: Path) -> None:
    """Make the missing folders down to `path`, searchable whatever the umask says."""
    for missing in reversed([each for each in (path, *path.parents) if not each.exists()]):
        missing.mkdir(exist_ok=True)
        missing.chmod(0o755)
