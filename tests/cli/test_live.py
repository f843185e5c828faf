"""What is drawn while an execution is followed on a terminal."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from pbdb.cli import live
from pbdb.cli.terminal import Terminal
from pbdb.client import Client
from server import Database


def test_nothing_is_drawn_over_a_question(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.StringIO()
    monkeypatch.setattr(live, "console", Terminal(file=out, force_terminal=True, width=100))
    grown: list[str] = []

    with database.connect("app", autocommit=True) as connection:
        client = Client(connection, uuid4())
        client.apply_playbook({"name": "asks", "steps": [ASK]})
        execution = client.start("asks", {})

        def answer(step: Mapping[str, Any]) -> bool:
            before = out.getvalue()
            time.sleep(0.5)  # several times as long as a picture lasts
            grown.append(out.getvalue().removeprefix(before))
            client.answer(execution, step["step_address"], {"approved": True})
            return True

        result = live.follow(client, execution, on_wait=answer)

    assert (result.status, grown) == ("COMPLETED", [""])
    assert "COMPLETED" in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", out.getvalue())


ASK = {"name": "ask", "type": "WAIT_FOR_INPUT", "config": {"prompt": "Really?"}}
