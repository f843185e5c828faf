"""A real browser before a real `pbdb serve`, over a fresh database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from psycopg.types.json import Jsonb

import build
from server import Database
from web.browser import build_console, find_chromium
from web.pages import APPROVE, ECHO, Web
from web.scenes import Shop

ROOT = Path(__file__).parents[2]


@pytest.fixture
def browser() -> Iterator[Browser]:
    """One for each test: while it is open an event loop runs, which other tests could not bear."""
    build_console()
    found = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.program,
            env={**os.environ, **found.environ},
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        yield browser
        browser.close()


@pytest.fixture
def browser_page(browser: Browser) -> Iterator[Page]:
    """A page that may be refused: the browser itself notes each 401 as an error."""
    page = browser.new_page(viewport={"width": 1320, "height": 900})
    yield page
    page.close()


@pytest.fixture
def web(database: Database, app: psycopg.Connection[Any]) -> Iterator[Web]:
    """A server with one tenant, its playbooks `echo` and `approve`, and a link to sign in."""
    mine = uuid.uuid4()
    with build.as_tenant(app, mine):
        for document in (ECHO, APPROVE):
            app.execute("select apply_playbook(%s)", (Jsonb(document),))
    command = (sys.executable, "-m", "pbdb", "serve", "--port", "0", "--json")
    process = subprocess.Popen(
        (*command, "--url", database.url("app"), "--organization", str(mine)),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = json.loads(process.stdout.readline())
    yield Web(said["address"], said["link"], mine, app, said["token"])
    process.terminate()
    process.wait(20)
    process.stdout.close()


@pytest.fixture
def shop(web: Web, worker: psycopg.Connection[Any]) -> Shop:
    """The tenant of `web`, with a runner that does what a test says."""
    return Shop(build.Tenant(web.app, worker, web.organization))


@pytest.fixture
def page(browser: Browser, web: Web) -> Iterator[Page]:
    """A page whose console stays empty: no error, no refusal of its policy. Gone before `web`."""
    context = browser.new_context(viewport={"width": 1320, "height": 900})
    page = context.new_page()
    page.set_default_timeout(10_000)
    said: list[str] = []
    page.on("console", lambda each: said.append(each.text) if each.type == "error" else None)
    page.on("pageerror", lambda each: said.append(str(each)))
    yield page
    context.close()
    assert said == []
