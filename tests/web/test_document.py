"""The builder's own tests, of texts and their changes, without a browser; and its types."""

from __future__ import annotations

import subprocess
import sys

import pytest

from web.browser import ROOT, deno

WEB = ROOT / "src" / "pbdb" / "web"


@pytest.fixture(autouse=True)
def _installed() -> None:
    subprocess.run([sys.executable, "hatch_build.py"], cwd=ROOT, check=True)


def run(*arguments: str) -> None:
    done = subprocess.run(
        [deno(), *arguments], cwd=WEB, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_text_keeps_what_nobody_edited() -> None:
    run("test", "--quiet", "--no-check", "--allow-read", "--allow-env", "document")


def test_the_types_fit() -> None:
    run("run", "--quiet", "--allow-all", "node_modules/typescript/bin/tsc", "--noEmit")
