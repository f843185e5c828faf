"""The pages of the documentation, and a place where what they say is done.

A block's language says how it is run: `sh` by bash, `sql` by psql as an app's login (`sql worker`,
`sql monitor` and `sql owner`: as that one; `sql pg_cron`: what it schedules, as a worker), `python` here, and `yaml` is checked as a playbook or
as a list of steps. A first line `# name.yaml` or `# folder/name.py` writes the block to that file
for the blocks after it. Blocks without a language are pictures.
"""

from __future__ import annotations

import ast
import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict

from pbdb.document.file import parse_document
from pbdb.install import embedded
from pbdb.install.migrate import yoyo_url
from pbdb.model import StepFailed

ROOT = Path(__file__).parents[2]
SECONDS = 120

# Lines that are not run, and why. Tests check that each of them is on some page.
NOT_RUN = {
    "make demo": "installs from a package index; test_demo.py runs the demo itself",
    ". .venv/bin/activate": "there is no .venv in the folder of a test; `pbdb` is on its PATH",
    "pip install pbdb": "installs from a package index",
    **dict.fromkeys(
        (
            "make bench                                # everything; takes a while",
            "python -m bench chain sql_chain           # some parts",
            "python -m bench --scale 0.1 --rounds 1    # a quick look",
            "python -m bench --data /dev/shm           # the engine's own cost, without a disk",
        ),
        "measures for minutes, and needs the machine for itself",
    ),
}

_FENCE = re.compile(r"^```(\w+)?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# ([\w./-]+\.(?:py|yaml|ini|toml))\n")
# Who logs in where the pages name a server.
_EXAMPLE_URL = re.compile(r"postgresql://(\w+)@[\w.:]+/(\w+)")
_EXAMPLE_YOYO_URL = re.compile(r"postgresql\+psycopg://(\w+)@[\w.:]+/(\w+)\?schema=pbdb_migrations")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page."""

    page: str
    line: int
    language: str
    words: tuple[str, ...]
    text: str

    @property
    def file(self) -> str | None:
        """The name of the file that the block is, from its first line."""
        found = _FILE.match(self.text)
        return found[1] if found else None

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


def uri(conninfo: str) -> str:
    """Return a conninfo as a URL of the plain form, which can stand in a command without quotes."""
    words = {name: quote(str(value), safe="") for name, value in conninfo_to_dict(conninfo).items()}
    password = f":{words['password']}" if "password" in words else ""
    host = f"{words.get('host', 'localhost')}:{words.get('port', '5432')}"
    return f"postgresql://{words['user']}{password}@{host}/{words['dbname']}"


def pages() -> list[str]:
    """Every page, by its path in the repository."""
    return ["README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page that have a language, in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [
        Block(
            page,
            text.count("\n", 0, found.start()) + 1,
            found[1],
            tuple(found[2].split()),
            found[3],
        )
        for found in _FENCE.finditer(text)
        if found[1]
    ]


@dataclass(slots=True)
class Reader:
    """Somebody who does what a page says, in a folder, with a database."""

    folder: Path
    urls: Mapping[str, str]
    environ: dict[str, str]
    version: int = embedded.DEFAULT_VERSION
    names: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.urls = {name: uri(conninfo) for name, conninfo in self.urls.items()}
        bin_folder = self.folder / "bin"
        bin_folder.mkdir(exist_ok=True)
        command = bin_folder / "pbdb"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pbdb "$@"\n')
        command.chmod(0o755)
        tools = embedded.tool("psql", self.version).parent
        kept = {name: text for name, text in os.environ.items() if not name.startswith("PBDB_")}
        self.environ = {
            **kept,
            "PATH": f"{bin_folder}:{Path(sys.executable).parent}:{tools}:{os.environ['PATH']}",
            "PYTHONPATH": f"{ROOT / 'src'}:{self.folder}",
            "COLUMNS": "200",
            **self.environ,
        }
        for name in ("migrations", "examples", "sql"):
            shutil.copytree(ROOT / name, self.folder / name, dirs_exist_ok=True)
        shutil.copy(ROOT / "yoyo.ini", self.folder)
        self.names |= {"url": self.urls["worker"]}

    def follow(self, block: Block) -> None:
        """Do what the block says; AssertionError says which one did not work, and how."""
        text = _EXAMPLE_YOYO_URL.sub(lambda found: yoyo_url(self._url(found)), block.text)
        text = _EXAMPLE_URL.sub(self._url, text)
        if block.file is not None:
            path = self.folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        match block.language:
            case "sh":
                self._shell(block, text)
            case "sql":
                self._psql(block, text)
            case "yaml":
                self._check(block, text)
            case "python":
                self._python(block, text)
            case "json":
                json.loads(text)
            case "ini" | "toml":
                pass
            case "ts" | "tsx":
                pass  # compiled in tests/web/test_react.py
            case other:
                raise AssertionError(f"{block.place}: nobody knows how to run {other!r}")

    def _url(self, found: re.Match[str]) -> str:
        """The URL of who logs in; in a database that is not called app, the installer's."""
        return self.urls[found[1] if found[2] == "app" else found[2]]

    def _shell(self, block: Block, text: str) -> None:
        """Run it line by line as one script; a worker in it is stopped once it listens."""
        lines = [line for line in text.splitlines() if line not in NOT_RUN]
        ahead = "\n".join(line for line in lines if not line.startswith("pbdb worker"))
        self._run(block, ["bash", "-euo", "pipefail", "-c", ahead])
        for line in lines:
            if line.startswith("pbdb worker"):
                exports = "\n".join(each for each in lines if each.startswith("export "))
                self._worker(block, f"{exports}\nexec {line}")

    def _worker(self, block: Block, command: str) -> None:
        log = self.folder / "worker.log"
        with log.open("wb") as output:
            worker = subprocess.Popen(
                ["bash", "-c", command],
                cwd=self.folder,
                env=self.environ,
                stdout=output,
                stderr=output,
            )
        try:
            end = time.monotonic() + 60
            while "runner listens" not in log.read_text():
                assert worker.poll() is None and time.monotonic() < end, (
                    block.place,
                    log.read_text(),
                )
                time.sleep(0.05)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(30) == 0, (block.place, log.read_text())
        finally:
            if worker.poll() is None:
                worker.kill()

    def _psql(self, block: Block, text: str) -> None:
        role = block.words[0] if block.words else "app"
        if role == "pg_cron":
            # The tests' servers do not have it; what it would run is run.
            role, text = "worker", ";".join(re.findall(r"\$\$(.*?)\$\$", text))
        words = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-P", "pager=off", self.urls[role]]
        self._run(block, [*words, "-f", "-"], text)

    def _check(self, block: Block, text: str) -> None:
        """Validate a playbook, or the steps of one."""
        content = parse_document(text).content if not text.lstrip().startswith("- ") else None
        if content is None:
            text = "name: steps of a page\nsteps:\n" + textwrap.indent(text, "  ")
        path = self.folder / "checked.yaml"
        path.write_text(text, encoding="utf-8")
        self._run(block, ["pbdb", "check", str(path)])

    def _python(self, block: Block, text: str) -> None:
        """Run a block at module level; `await` may stand there, and a `raise` must raise."""
        tree = compile(
            text, block.place, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        )
        ahead = [node for node in tree.body if not isinstance(node, ast.Raise)]
        self._execute(block, ast.Module(ahead, []))
        for node in tree.body:
            if isinstance(node, ast.Raise):
                try:
                    self._execute(block, ast.Module([node], []))
                except StepFailed:
                    continue
                raise AssertionError(f"{block.place}: nothing was raised")

    def _execute(self, block: Block, tree: ast.Module) -> None:
        self.names.setdefault("StepFailed", StepFailed)
        code = compile(tree, block.place, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        outcome = eval(code, self.names)
        if outcome is not None:

            async def a_while() -> None:
                # What serves until it is stopped has shown that it does.
                try:
                    await asyncio.wait_for(outcome, 3)
                except TimeoutError:
                    return

            asyncio.run(a_while())

    def _run(self, block: Block, command: list[str], text: str = "") -> None:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environ,
            input=text,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{block.place}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr, f"{block.place}\n{done.stderr}"
