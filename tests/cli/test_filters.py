"""Lists that are filtered and paged, and many executions steered at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
import pytest
import yaml

import pbdb
from cli.conftest import Shell
from cli.test_dead_letters import BROKEN

ASK = """\
name: ask
steps: [{name: hold, type: WAIT_FOR_INPUT, config: {prompt: Well}}]
"""
FAIL = """\
name: fail
max_retries: 0
steps: [{name: bad, type: DATA_TRANSFORM, config: {output: "$input.word + 1"}}]
"""


@pytest.fixture
def several(shell: Shell) -> Shell:
    """Two playbooks, three executions of one, two that failed of the other."""
    url, organization = (
        shell.environ[f"PBDB_{name}"] for name in ("DATABASE_URL", "ORGANIZATION_ID")
    )
    with pbdb.connect(url) as connection:
        client = pbdb.Client(connection, UUID(organization))
        for text in (ASK, FAIL):
            client.apply_playbook(yaml.safe_load(text))
        for n in range(3):
            client.start("ask", {"n": n}, metadata={"region": f"eu-{n}"})
        for _ in range(2):
            client.start("fail", {"word": "x"})
    return shell


def listed(shell: Shell, *options: str) -> list[Any]:
    found: list[Any] = shell("ls", *options, "--json").json
    return found


def test_executions_are_listed_by_what_one_looks_for(several: Shell) -> None:
    assert len(listed(several, "-e")) == 5
    assert {each["status"] for each in listed(several, "--status", "paused")} == {"PAUSED"}
    assert len(listed(several, "--playbook", "fail")) == 2
    assert len(listed(several, "--error-code", "EXPRESSION_ERROR")) == 2
    assert len(listed(several, "--metadata", "region=eu-1")) == 1
    assert len(listed(several, "--metadata", '{"region": "eu-2"}')) == 1
    assert len(listed(several, "--since", "1h")) == 5
    assert listed(several, "--since", "2199-01-01T00:00Z") == []
    assert "no execution passes" in several("ls", "--until", "52w").out
    wrong = several("ls", "--status", "done", code=1).err
    assert "'DONE'" in wrong and "COMPLETED" in wrong
    assert "no time" in several("ls", "--since", "yesterday", code=1).err


def test_pages_hold_everything_once(several: Shell) -> None:
    seen: list[str] = []
    page = listed(several, "-e", "--limit", "2")
    while page:
        seen += [each["execution_id"] for each in page]
        page = listed(several, "-e", "--limit", "2", "--after", seen[-1])
    assert (len(seen), len(set(seen))) == (5, 5)
    assert f"--after {seen[1]}" in several("ls", "-e", "--limit", "2").out


def test_many_are_cancelled_by_a_filter_and_first_shown(several: Shell) -> None:
    several("cancel", code=1)
    shown = several("cancel", "--playbook", "ask", "--dry-run").out
    assert "3 executions to cancel; nothing is changed" in shown
    done = several("cancel", "--metadata", "region=eu-0", "--reason", "closing", "--json").json
    assert [each["outcome"] for each in done["outcomes"]] == ["done"]
    assert "2 done, 0 refused" in several("cancel", "--playbook", "ask", "--yes").out
    assert len(listed(several, "--status", "cancelled")) == 3
    assert "3 done" in several("retry", "--status", "cancelled", "-y").out
    ids = [each["execution_id"] for each in listed(several, "--playbook", "ask")]
    refused = several("retry", *ids, code=1).out
    assert "0 done, 3 refused" in refused and "PB008" in refused


def test_dead_letters_are_requeued_and_discarded_by_a_filter(several: Shell) -> None:
    several.write("broken.yaml", BROKEN)
    for _ in range(2):
        several("run", "broken.yaml", "--app", "project", code=1)
    assert len(several("dead-letters", "ls", "--playbook", "broken", "--json").json) == 2
    several("dead-letters", "requeue", code=1)
    shown = several("dead-letters", "discard", "--all", "--reason", "known", "--dry-run").out
    assert "2 executions to discard" in shown
    done = several("dead-letters", "requeue", "--error-code", "OUTPUT_INVALID", "--json").json
    assert [each["outcome"] for each in done["outcomes"]] == ["done", "done"]
    assert several("dead-letters", "ls", "--json").json == []


def test_an_execution_is_waited_for(several: Shell) -> None:
    ask, fail = (listed(several, "--playbook", name)[0]["execution_id"] for name in ("ask", "fail"))
    assert several("wait", ask, "--timeout", "0.2", "--json", code=3).json["status"] == "PAUSED"
    assert several("wait", fail, "--json", code=1).json["status"] == "FAILED"
    several("answer", ask, "hold", '"so"')
    assert several("wait", ask, "--json").json["output_data"] == "so"


def test_what_would_happen_is_told_and_undone(several: Shell) -> None:
    trace = several("what-if", "ask", "--output", "hold=yes", "--json").json
    assert [(each["step_name"], each["status"]) for each in trace] == [
        ("hold", "COMPLETED"), (None, "COMPLETED"),
    ]  # fmt: skip
    several.write("fail.yaml", FAIL)
    said = several("what-if", "fail.yaml", "-i", '{"word": "x"}', code=1)
    assert "FAILED" in said.out
    assert len(listed(several, "-e")) == 5


def test_a_trigger_is_listed_run_paused_and_deleted(several: Shell) -> None:
    steps = "steps: [{name: s, type: DATA_TRANSFORM, config: {output: $input}}]\n"
    several.write("daily.yaml", f"name: daily\n{steps}")
    several("apply", "daily.yaml")
    with psycopg.connect(several.environ["PBDB_DATABASE_URL"]) as connection:
        connection.execute(
            "select pbdb.set_organization(%s)", (several.environ["PBDB_ORGANIZATION_ID"],)
        )
        connection.execute(
            "select pbdb.define_trigger('mornings', 'daily', '0 6 * * *', 'Europe/Lisbon', "
            """p_input => '{"n": 1}')"""
        )
    (found,) = several("triggers", "list", "--json").json
    assert (found["name"], found["is_enabled"]) == ("mornings", True)
    started = several("triggers", "run", "mornings", "--json").json["execution_id"]
    assert several("show", started, "--json").json["output_data"] == {"n": 1}
    several("triggers", "pause", "mornings")
    assert "paused" in several("triggers", "list").out
    several("triggers", "resume", "mornings")
    several("triggers", "delete", "mornings", "--yes")
    assert "nothing starts by itself" in several("triggers", "list").out
    assert "no trigger 'mornings'" in several("triggers", "run", "mornings", code=1).err


def test_how_an_organization_stands_is_said(several: Shell) -> None:
    found = several("overview", "--json").json
    assert (found["paused_executions"], found["failed_24h"]) == (3, 2)
    assert "waiting answers" in several("overview").out
    assert several("usage", "--by", "model", "--json").json == []
    assert "no model was used" in several("usage").out
