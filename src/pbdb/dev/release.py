"""Make a release, or say why not: `make release`.

Refuses a dirty tree, a version that the changelog has no section for, sql/ that is not frozen, and
a red test run, in this order: what is cheap to know is said first. Then it pins the migrations in
SHA256SUMS and builds wheel and sdist.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from pbdb.dev import freeze

ROOT: Final = Path(__file__).parents[3]
TESTS: Final = ("make", "test")


def version(root: Path) -> str:
    """Return the version that pyproject.toml names."""
    with (root / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def has_section(changelog: str, of_version: str) -> bool:
    """Whether the changelog has a dated section of this version with something in it."""
    heading = rf"^## \[{re.escape(of_version)}\] - \d{{4}}-\d\d-\d\d$"
    found = re.search(heading + r"\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    return found is not None and re.search(r"^- ", found[1], re.MULTILINE) is not None


def refusals(root: Path, tests: Sequence[str]) -> Iterator[str]:
    """Yield what stands in the way, the cheap first; a caller that stops at one runs no tests."""
    if changed := _output(root, "git", "status", "--porcelain"):
        yield f"the tree is not clean; commit or remove:\n{changed}"
    this = version(root)
    if not has_section((root / "CHANGELOG.md").read_text(encoding="utf-8"), this):
        yield (
            f"CHANGELOG.md has no section of version {this}; write `## [{this}] - YYYY-MM-DD` "
            "with what changed above the older ones"
        )
    for stale in freeze.check(root / "migrations", root / "sql"):
        yield f"{stale}; run make freeze"
    if subprocess.run(tests, cwd=root, check=False).returncode != 0:
        yield f"`{' '.join(tests)}` is red"


def release(
    root: Path = ROOT,
    tests: Sequence[str] = TESTS,
    say: Callable[[str], object] = lambda text: print(text, file=sys.stderr),
) -> int:
    """Return 0 after a release, 1 after the first refusal; nothing is written then."""
    for refusal in refusals(root, tests):
        say(f"not released: {refusal}")
        return 1
    freeze.release(root / "migrations")
    build = [sys.executable, "-m", "hatchling", "build"]
    return subprocess.run(build, cwd=root, check=False).returncode


def _output(root: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.rstrip()


if __name__ == "__main__":
    sys.exit(release())
