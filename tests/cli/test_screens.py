"""What stands on a terminal of 80 columns: whole words, ids to copy, times with their zone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.conftest import Shell

PLAYBOOK = """\
name: quarterly reconciliation of invoices
description: Compares what was paid with what was billed.
category: accounting
tags: [money, monthly]
max_retries: 0
steps:
  - {name: gather, type: DATA_TRANSFORM, config: {output: {rows: [1, 2, 3], asked: $input.quarter}}}
  - name: confirm
    type: WAIT_FOR_INPUT
    config: {prompt: "May the reconciliation of this quarter be booked as it stands here?"}
  - {name: fail, type: DATA_TRANSFORM, config: {output: "$input.quarter + 1"}}
"""
_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}(?:-[0-9a-f-]+)?\b")


@pytest.fixture
def started(shell: Shell) -> tuple[Shell, str, str]:
    """A failed execution and one that waits."""
    shell.write("q.yaml", PLAYBOOK)
    shell("apply", "q.yaml")
    name = "quarterly reconciliation of invoices"
    ids = [
        shell("start", name, "-i", '{"quarter": "Q3"}', "--json").json["execution_id"]
        for _ in range(2)
    ]
    shell("answer", ids[0], "confirm", '"yes"')
    return shell, ids[0], ids[1]


@pytest.mark.parametrize("columns", ["80", "120"])
def test_no_screen_is_wider_than_the_terminal_or_folds_a_word(
    started: tuple[Shell, str, str], columns: str, tmp_path: Path
) -> None:
    shell, failed, _ = started
    for words in (
        ["ls"],
        ["ls", "-e"],
        ["inbox"],
        ["overview"],
        ["dead-letters", "ls"],
        ["triggers", "list"],
    ):
        said = shell(*words, COLUMNS=columns).out
        assert all(len(line) <= int(columns) for line in said.splitlines()), said
        # A word that was folded letter by letter leaves lines of one or two letters.
        alone = [line for line in said.splitlines() if re.fullmatch(r"\s*(?!of\b)\w{1,2}\s*", line)]
        assert alone == [], said
    shown = shell("show", failed, COLUMNS=columns).out
    assert "quarterly reconciliation of invoices version 1" in shown


def test_an_id_is_shown_as_far_as_needed_and_taken_so(started: tuple[Shell, str, str]) -> None:
    shell, failed, waiting = started
    said = shell("ls", "-e", COLUMNS="80").out
    shown = _ID.findall(said)
    assert len(shown) == 2 and all(len(each) < 36 for each in shown)
    (mine,) = [each for each in shown if failed.startswith(each)]
    assert shell("show", mine, "--json").json["execution_id"] == failed
    both = shell("show", failed[:8], code=1)
    assert "several" in both.err and failed in both.err and waiting in both.err
    assert "begins with ffffffff" in shell("show", "ffffffff", code=1).err
    assert "is not an execution's id" in shell("show", "nonsense", code=1).err


def test_times_name_their_zone(started: tuple[Shell, str, str]) -> None:
    shell, _, _ = started
    assert re.search(r"\d\d:\d\d:\d\dZ", shell("ls", "-e", COLUMNS="120", TZ="UTC").out)
    tokyo = shell("ls", "-e", COLUMNS="120", TZ="Asia/Tokyo").out
    assert re.search(r"\d\d:\d\d:\d\d\+0900", tokyo)


def test_show_has_what_went_in_and_came_out(started: tuple[Shell, str, str]) -> None:
    shell, failed, _ = started
    shown = shell("show", failed).out
    assert re.search(r'input +\{"quarter": "Q3"\}', shown)
    assert re.search(r'output +\{"rows": \[1, 2, 3\], "asked": "Q3"\}', shown)
    assert "EXPRESSION_ERROR" in shown and "in the database" in shown
    found = shell("show", failed, "--json").json
    assert [each["step_name"] for each in found["attempts"]] == ["gather", "confirm", "fail"]
    assert (found["playbook_name"], found["version"]) == ("quarterly reconciliation of invoices", 1)
    assert found["attempts"][1]["answers"][0]["answer"] == "yes"


def test_an_app_that_cannot_be_imported_is_told_with_its_line(shell: Shell) -> None:
    shell.write("broken_app.py", "from pbdb import App\napp = App(\n")
    shell.write("raising_app.py", "x = 1\nraise ValueError('no key')\n")
    shell.write("q.yaml", PLAYBOOK)
    said = shell("run", "q.yaml", "--app", "broken_app", code=1).err
    assert "broken_app.py:2" in said and "SyntaxError" in said
    said = shell("worker", "--app", "raising_app", code=1).err
    assert "raising_app.py:2: ValueError: no key" in said
