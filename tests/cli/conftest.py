"""The command line as a person uses it: one process per command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from server import Database

_TESTS = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs `pbdb …` in a folder with an environment."""

    folder: Path
    environ: dict[str, str]

    def __call__(self, *arguments: str, code: int | None = 0, **environ: str) -> Said:
        """Run a command; fail unless it ends with this exit code (None: any)."""
        done = subprocess.run(
            [sys.executable, "-m", "pbdb", *arguments],
            env={**self.environ, **environ},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        said = Said(done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in said.err, said.err
        assert code is None or said.code == code, said
        return said

    def write(self, name: str, text: str) -> str:
        """Write a file into the folder."""
        (self.folder / name).write_text(text)
        return name


@pytest.fixture
def bare(tmp_path: Path) -> Shell:
    """A shell without any database."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith("PBDB_")}
    environ["PYTHONPATH"] = f"{_TESTS.parent / 'src'}:{_TESTS / 'runner'}"
    environ["COLUMNS"] = "200"
    return Shell(tmp_path, environ)


@pytest.fixture
def shell(bare: Shell, database: Database) -> Shell:
    """A shell whose environment names a database and an organization."""
    environ = {
        **bare.environ,
        "PBDB_DATABASE_URL": database.url("owner"),
        "PBDB_ORGANIZATION_ID": str(uuid4()),
    }
    return Shell(bare.folder, environ)
