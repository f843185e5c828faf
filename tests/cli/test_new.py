"""A playbook to begin with, from the command line."""

from __future__ import annotations

from typing import Any

import pytest

from cli.conftest import Shell
from pbdb.cli.starters import STARTERS


@pytest.mark.parametrize("kind", STARTERS)
def test_what_new_writes_has_no_errors(shell: Shell, kind: str) -> None:
    shell("new", "mine: it's", "--kind", kind, "--output", "mine.yaml")
    found = shell("check", "mine.yaml", "--json").json
    assert {issue["code"] for issue in found} <= {"AGENT_UNKNOWN"}


@pytest.mark.parametrize(
    ("kind", "input_", "answers", "output"),
    [
        ("steps", '{"name": "Ada"}', [], {"greeting": "Hello Ada!"}),
        ("list", '{"numbers": [1, 2]}', [], {"doubled": [2, 4]}),
        ("approval", '{"amount": 3}', ["--answer", 'approve={"approved": true}'], {"paid": 3}),
    ],
)
def test_what_new_writes_runs(
    shell: Shell, kind: str, input_: str, answers: list[str], output: Any
) -> None:
    assert "order.yaml" in shell("new", "order", "--kind", kind).out
    done = shell("run", "order.yaml", "--input", input_, *answers, "--json").json
    assert done["output_data"] == output


def test_nothing_is_overwritten(bare: Shell) -> None:
    bare("new", "order")
    assert "already" in bare("new", "order", code=None).err
    assert "steps" in bare("new", "other", "--kind", "nothing", code=None).err
    assert "file's name" in bare("new", "a/b", code=None).err
