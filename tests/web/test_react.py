"""@pbdb/react and the packages as npm has them: an app of theirs in a real browser."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tarfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from psycopg.types.json import Jsonb

import build
from docs.pages import blocks
from pbdb.dev import web_packages
from pbdb.document.file import parse_document
from web.browser import ROOT, deno
from web.pages import Web
from web.typescript import COMPILERS, WEB, compile_strictly

EXAMPLE = ROOT / "examples" / "react"
STRICT = {
    "noEmit": True,
    "target": "es2022",
    "module": "esnext",
    "moduleResolution": "bundler",
    "lib": ["es2023", "dom", "dom.iterable"],
    "types": [],
    "jsx": "react-jsx",
    "exactOptionalPropertyTypes": True,
    "noUncheckedIndexedAccess": True,
}


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node_modules with the two tarballs in it, beside what they ask for."""
    folder = tmp_path_factory.mktemp("npm")
    modules = folder / "node_modules"
    (modules / "@pbdb").mkdir(parents=True)
    for tarball in web_packages.write(folder / "dist"):
        with tarfile.open(tarball) as tar:
            tar.extractall(folder / tarball.stem, filter="data")
        name = re.match(r"pbdb-(\w+)-", tarball.stem)
        assert name is not None
        shutil.move(folder / tarball.stem / "package", modules / "@pbdb" / name[1])
    for each in (WEB / "node_modules").iterdir():
        if not (modules / each.name).exists():
            (modules / each.name).symlink_to(each.resolve())
    return modules


def project(folder: Path, packages: Path) -> Path:
    """A folder in which the packages are installed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "node_modules").symlink_to(packages)
    return folder


@pytest.mark.parametrize("compiler", COMPILERS)
def test_the_example_compiles_against_what_npm_would_have(
    compiler: str, packages: Path, tmp_path: Path
) -> None:
    target = project(tmp_path / "app", packages)
    shutil.copytree(EXAMPLE / "src", target / "src")
    # The declarations of the packages are looked at too.
    assert compile_strictly(compiler, target, {**STRICT, "skipLibCheck": False}) == ""


@pytest.mark.parametrize("compiler", COMPILERS)
def test_every_block_of_the_page_and_of_the_readmes_compiles(
    compiler: str, packages: Path, tmp_path: Path
) -> None:
    target = project(tmp_path / "app", packages)
    found = 0
    for page in (
        "docs/react.md",
        *(f"src/pbdb/web/{name}/README.md" for name in ("client", "react")),
    ):
        for block in blocks(page):
            if block.language in ("ts", "tsx"):
                found += 1
                text = block.text if "import " in block.text else "export {};\n" + block.text
                (target / f"block{found}.{block.language}").write_text(text)
    assert found > 5
    assert compile_strictly(compiler, target, {**STRICT, "skipLibCheck": True}) == ""


def test_the_same_sources_give_the_same_tarballs(packages: Path, tmp_path: Path) -> None:
    first = {each.name: each.read_bytes() for each in (packages.parent / "dist").iterdir()}
    assert {each.name: each.read_bytes() for each in web_packages.write(tmp_path)} == first


@pytest.fixture
def example(web: Web, packages: Path, tmp_path: Path) -> Iterator[str]:
    """The address of the example, built by Vite and before a real server."""
    target = project(tmp_path / "app", packages)
    shutil.copytree(EXAMPLE, target, dirs_exist_ok=True)
    document = parse_document((EXAMPLE / "expense.yaml").read_text()).content
    with build.as_tenant(web.app, web.organization):
        web.app.execute("select apply_playbook(%s)", (Jsonb(document),))
    vite = (deno(), "run", "--allow-all", "node_modules/vite/bin/vite.js")
    environ = {**os.environ, "PBDB_ADDRESS": web.address, "PBDB_TOKEN": web.token}
    subprocess.run([*vite, "build"], cwd=target, env=environ, check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ("preview", "--host", "127.0.0.1", "--port", str(port), "--strictPort")
    process = subprocess.Popen([*vite, *words], cwd=target, env=environ)
    address = f"http://127.0.0.1:{port}"
    _until_it_answers(address)
    yield address
    process.terminate()
    process.wait(20)


def _until_it_answers(address: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nothing answers on {address}")


def test_the_example_starts_follows_answers_and_shows_the_output(
    browser: Browser, example: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(15_000)
    streams: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda each: streams.append(each.url) if "/events" in each.url else None)
    page.on("pageerror", lambda each: wrong.append(str(each)))
    page.on("console", lambda each: wrong.append(each.text) if each.type == "error" else None)
    page.goto(example)
    ask(page, "Chairs", "120")
    expense = page.get_by_role("region", name="Expense")
    expect(expense.get_by_role("status")).to_have_text("PAUSED")
    expect(expense).to_contain_text("agree: ")
    # The inbox was read before; the stream says that somebody waits now.
    inbox = page.get_by_role("region", name="Inbox")
    expect(inbox).to_contain_text("Chairs for 120: agreed?")
    inbox.get_by_role("button", name="Agree").click()
    expect(expense.get_by_role("status")).to_have_text("COMPLETED")
    expect(expense.get_by_label("Output")).to_contain_text('"is_agreed": true')
    expect(inbox).to_contain_text("Nobody waits for you")
    expect(page.get_by_role("region", name="Past")).to_contain_text("COMPLETED")
    # Two hooks look at it, one stream serves them.
    assert len(streams) == 1
    assert wrong == []
    context.close()


def test_the_example_says_what_the_database_refuses_and_cancels(
    browser: Browser, example: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(example)
    ask(page, "", "70")
    expect(page.get_by_role("alert")).to_contain_text("input")
    ask(page, "Lamps", "70")
    expense = page.get_by_role("region", name="Expense")
    expense.get_by_role("button", name="Cancel").click()
    expect(expense.get_by_role("status")).to_have_text("CANCELLED")
    expect(page.get_by_role("region", name="Inbox")).to_contain_text("Nobody waits for you")
    context.close()


def ask(page: Page, what: str, amount: str) -> None:
    page.get_by_label("For what?").fill(what)
    page.get_by_label("How much?").fill(amount)
    page.get_by_role("button", name="Ask").click()
