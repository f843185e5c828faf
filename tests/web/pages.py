"""What the tests of the console start from: playbooks, and the server that shows them."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from playwright.sync_api import Page, expect
from psycopg.types.json import Jsonb

import build

AXE: Final = Path(__file__).parents[2] / "src/pbdb/web/node_modules/axe-core/axe.min.js"
ECHO: Final = {
    "name": "echo",
    "steps": [{"name": "say", "type": "DATA_TRANSFORM", "config": {"output": "$input"}}],
}
APPROVE: Final = {
    "name": "approve",
    "description": "Asks somebody before it goes on.",
    "steps": [
        {
            "name": "decide",
            "type": "WAIT_FOR_INPUT",
            "config": {
                "prompt": "Shall the order go out?",
                "schema": {
                    "type": "object",
                    "required": ["approved"],
                    "properties": {"approved": {"type": "boolean"}, "note": {"type": "string"}},
                },
            },
        },
        {"name": "tell", "type": "DATA_TRANSFORM", "config": {"output": {"told": True}}},
    ],
}


@dataclass(frozen=True)
class Web:
    """A server, its one-time link, and the session of an app of the same tenant."""

    address: str
    link: str
    organization: uuid.UUID
    app: psycopg.Connection[Any]
    token: str = ""

    def start(self, name: str, value: Any = None) -> str:
        """Start a playbook; return the execution's id."""
        with build.as_tenant(self.app, self.organization):
            row = self.app.execute(
                "select start_playbook(%s, %s)", (name, Jsonb(value or {}))
            ).fetchone()
        assert row is not None
        return str(row[0])


def sign_in(page: Page, web: Web, path: str = "executions") -> None:
    """Open a screen, signed in with the link."""
    page.goto(web.link)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto(f"{web.address}/#/{path}")


def barriers(page: Page) -> list[str]:
    """What axe finds that is serious, in the theme and width that the page has now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(found => found.violations)")
    return [
        f"{each['id']}: {[node['html'][:200] for node in each['nodes']]}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


def picture(page: Page, name: str) -> None:
    """Keep how a page looks, in both themes and widths, where PBDB_PICTURES says."""
    folder = os.environ.get("PBDB_PICTURES")
    if folder is None:
        return
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        for width in (1320, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=Path(folder) / f"{name}-{theme}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1320, "height": 900})
