"""Style and types, of Python, SQL and TypeScript: `make lint`. Prints only what is wrong.

sqlfluff sees a PL/pgSQL body as one string and squawk looks at statements, so bodies are parsed
here with PostgreSQL's own parser.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pglast
from pglast import ast

ROOT = Path(__file__).parents[1]
WEB = ROOT / "src" / "pbdb" / "web"
BIN = Path(sys.executable).parent
GENERATED = {"load.sql", "schema.snapshot.sql"}
LINE = 100
SCREEN = 60  # lines of a body

# Until the first release nothing exists that a migration could lock, or that somebody could miss.
FIRST_SCHEMA = [
    "ban-drop-function", "ban-drop-schema", "ban-drop-table", "ban-drop-type",
    "require-concurrent-index-creation", "require-lock-timeout", "require-statement-timeout",
]  # fmt: skip
# Ours: a migration must fail when what it makes exists; the specification names int and varchar.
ALWAYS = ["prefer-robust-stmts", "prefer-bigint-over-int", "prefer-text-field", "prefer-identity"]


def main() -> int:
    """Run every check at once; return the exit code."""
    checks: dict[str, Callable[[], list[str]]] = {
        "ruff check": lambda: run("ruff", "check", "--quiet", "--output-format=concise", *python()),
        "ruff format": lambda: run("ruff", "format", "--quiet", "--check", *python()),
        "mypy": lambda: run("mypy", "--no-error-summary"),
        "deno fmt": lambda: run("deno", "fmt", "--check", folder=WEB),
        "deno lint": lambda: run("deno", "lint", "--quiet", "--compact", folder=WEB),
        "sqlfluff": sqlfluff,
        "squawk": squawk,
        "layout of sql/": lambda: [each for file in sources() for each in layout(file)],
        "bodies": lambda: [each for file in sources() for each in bodies(file)],
    }
    with ThreadPoolExecutor() as pool:
        found = dict(zip(checks, pool.map(lambda check: check(), checks.values()), strict=True))
    for name, wrong in found.items():
        for line in wrong:
            print(f"{name}: {line}")
    return 1 if any(found.values()) else 0


def run(tool: str, *arguments: str, folder: Path = ROOT) -> list[str]:
    """Run a tool of the environment; return what it said when it failed."""
    done = subprocess.run(
        [str(BIN / tool), *arguments],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return []
    said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return said or [f"exit code {done.returncode}"]


def python() -> list[str]:
    return [each for each in ("src", "tests", "bench", "examples") if (ROOT / each).is_dir()]


def sources() -> list[Path]:
    """The files of sql/ that hold one object each."""
    return sorted(f for f in (ROOT / "sql").rglob("*.sql") if f.name not in GENERATED)


def sqlfluff() -> list[str]:
    """Check the parts of sql/ that are no PL/pgSQL."""
    said = run("sqlfluff", "lint", "sql", "--format=github-annotation-native")
    found = [re.search(r"file=([^,]+),line=(\d+),.*?::(.*)", line) for line in said]
    return [f"{each[1]}:{each[2]}: {each[3]}" for each in found if each] or said


def squawk() -> list[str]:
    """Check migrations for what blocks others; frozen code only defines functions."""
    files = sorted(f for f in (ROOT / "migrations").glob("*.sql") if ".code-" not in f.name)
    first = [str(f) for f in files if f.name < "0006" or f.name.endswith(".rollback.sql")]
    later = [str(f) for f in files if str(f) not in first]
    exclude = f"--exclude={','.join(ALWAYS)}"
    options = ("--reporter=gcc", "--pg-version=16")
    return [
        *run("squawk", *options, f"{exclude},{','.join(FIRST_SCHEMA)}", *first),
        *(run("squawk", *options, exclude, *later) if later else []),
    ]


def layout(file: Path) -> Iterator[str]:
    """Yield what the guide asks of a file and no tool checks."""
    where = file.relative_to(ROOT)
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines()
    if not lines[0].startswith("-- drop: "):
        yield f"{where}:1: the first line is `-- drop: function pbdb.name(types)` or the like"
    for number, line in enumerate(lines, 1):
        if len(line) > LINE and not line.startswith("-- drop: "):
            yield f"{where}:{number}: {len(line)} characters, {LINE} are allowed"
        if line != line.rstrip() or "\t" in line:
            yield f"{where}:{number}: white space at the end, or a tab"
    made = re.findall(r"^create (?:or replace )?(?:function|view) pbdb\.(\w+)", text, re.MULTILINE)
    if made and file.stem not in made:
        yield f"{where}: makes {', '.join(made)}, so that is what it should be called"
    yield from (f"{where}: {each}" for each in long_bodies(text))


def long_bodies(text: str) -> Iterator[str]:
    """Yield each body of more than a screen whose file does not say at its head why."""
    head = re.sub(r"\s*-- ", " ", text.partition("\ncreate ")[0])
    for body in re.findall(
        r"^(?:as \$fn\$|begin atomic)\n(.*?)^(?:\$fn\$|end);", text, re.DOTALL | re.MULTILINE
    ):
        lines = body.count("\n")
        if lines > SCREEN and "Longer than a screen because" not in head:
            yield f"a body of {lines} lines: say in the head `Longer than a screen because …`"


def bodies(file: Path) -> Iterator[str]:
    """Yield what PostgreSQL's parser says about the statements, and about each PL/pgSQL body."""
    where = file.relative_to(ROOT)
    text = file.read_text(encoding="utf-8")
    try:
        statements = pglast.parse_sql(text)
    except pglast.parser.ParseError as error:
        yield f"{where}: {error}"
        return
    for raw in statements:
        if isinstance(raw.stmt, ast.CreateFunctionStmt) and language(raw.stmt) == "plpgsql":
            start = raw.stmt_location or 0
            statement = text[start : start + (raw.stmt_len or len(text))]
            try:
                # The parser stands alone and knows no schema but this one.
                pglast.parse_plpgsql(statement.replace("pbdb.", "public."))
            except pglast.parser.ParseError as error:
                # It takes each of our types for a record, and knows no arrays of those.
                if not re.search(r"type _record|record variable cannot be part", str(error)):
                    yield f"{where}: {error}"


def language(statement: ast.CreateFunctionStmt) -> str:
    options = {option.defname: option.arg for option in statement.options or ()}
    return str(options["language"].sval) if "language" in options else "sql"


if __name__ == "__main__":
    sys.exit(main())
