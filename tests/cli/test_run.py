"""From a file to a result with one command."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from cli.conftest import Shell

DOUBLE = """\
name: double
input_schema: {type: object, required: [number]}
steps:
  - name: compute
    type: CUSTOM_FUNCTION
    config: {function: async_double}
  - name: shape
    type: DATA_TRANSFORM
    config: {output: {doubled: $steps.compute.output}}
"""

APPROVAL = """\
name: approval
steps:
  - name: approve
    type: WAIT_FOR_INPUT
    config:
      prompt: May we?
      schema: {type: object, required: [approved]}
  - name: shape
    type: DATA_TRANSFORM
    config: {output: {approved: $steps.approve.output.approved}}
"""

BROKEN = """\
name: broken
max_retries: 0
steps:
  - {name: bad, type: CUSTOM_FUNCTION, config: {function: make_bad_value, parameters: {kind: nan}}}
"""


def test_a_file_is_applied_and_run(shell: Shell) -> None:
    shell.write("double.yaml", DOUBLE)

    said = shell("run", "double.yaml", "--app", "project", "--input", '{"number": 4}')

    assert "version 1 is active" in said.out
    assert re.search(r"compute +COMPLETED", said.out)
    assert '"doubled": 8' in said.out


def test_a_run_leaves_what_others_have_started_to_their_runners(shell: Shell) -> None:
    shell.write("double.yaml", DOUBLE)
    shell("apply", "double.yaml")
    other = shell("start", "double", "--input", '{"number": 5}', "--json").json["execution_id"]

    shell("run", "double.yaml", "--app", "project", "--input", '{"number": 4}')

    assert shell("show", other, "--json").json["status"] == "RUNNING"


ODD = """\
name: odd
steps:
  - name: pay
    type: WAIT_FOR_INPUT
    config:
      prompt: Pay?
      timeout_seconds: 5
  - name: greet
    type: DATA_TRANSFORM
    config:
      output: Hello {{ input.name }}
"""
TYPO = ODD.replace("timeout_seconds: 5", "assignee: ann")


@pytest.mark.parametrize("command", ["apply", "run"])
def test_a_slip_is_told_when_it_is_applied(shell: Shell, command: str) -> None:
    shell.write("odd.yaml", ODD)

    said = shell(command, "odd.yaml", code=None)

    assert "odd.yaml:11: warning EXPRESSION_IN_TEXT" in said.out
    assert "PROMPT_TEMPLATE" in said.out
    assert "warning" not in shell(command, "odd.yaml", code=None).out

    shell.write("odd.yaml", TYPO)
    refused = shell(command, "odd.yaml", code=1)
    assert "odd.yaml:7: error CONFIG_KEY_UNKNOWN" in refused.err
    assert "Did you mean assignees?" in refused.err


SLOW = """\
name: slow
steps: [{name: nap, type: CUSTOM_FUNCTION, config: {function: thread_sleep, parameters: {seconds: 40}}}]
"""


def test_an_interrupt_says_at_once_what_stays(shell: Shell) -> None:
    shell.write("slow.yaml", SLOW)
    process = subprocess.Popen(
        [sys.executable, "-m", "pbdb", "run", "slow.yaml", "--app", "project"],
        env=shell.environ, cwd=shell.folder, stdout=subprocess.PIPE, text=True,
        # A shell that runs the tests in the background lets its children ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )  # fmt: skip
    executions: list[Any] = []
    while not executions or executions[0]["status"] != "RUNNING":
        time.sleep(0.5)
        executions = shell("ls", "-e", "--json").json
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)

    id_ = executions[0]["execution_id"]
    assert process.returncode == 130
    assert f"pbdb watch {id_}" in out
    assert f"pbdb cancel {id_}" in out
    assert shell("show", id_, "--json").json["status"] == "RUNNING"


def test_an_unchanged_file_makes_no_new_version(shell: Shell) -> None:
    shell.write("double.yaml", DOUBLE)
    shell("apply", "double.yaml")

    (again,) = shell("apply", "double.yaml", "--json").json

    assert (again["version"], again["changed"]) == (1, False)
    assert [row["name"] for row in shell("ls", "--json").json] == ["double"]


def test_json_output_is_nothing_but_json(shell: Shell) -> None:
    shell.write("double.yaml", DOUBLE)

    said = shell("run", "double.yaml", "--app", "project", "-i", '{"number": 1}', "--json")

    assert said.json["status"] == "COMPLETED"
    assert said.json["output_data"] == {"doubled": 2}


def test_an_answer_on_the_command_line_is_given_when_the_step_asks(shell: Shell) -> None:
    shell.write("approval.yaml", APPROVAL)

    said = shell("run", "approval.yaml", "-a", 'approve={"approved": true}', "--json")

    assert said.json["output_data"] == {"approved": True}


def test_a_run_that_waits_says_how_to_answer(shell: Shell) -> None:
    shell.write("approval.yaml", APPROVAL)

    said = shell("run", "approval.yaml", code=3)

    assert "May we?" in said.out
    found = re.search(r"pbdb answer (\S+) approve", said.out)
    assert found is not None
    id_ = found[1]
    (waiting,) = shell("inbox", "--json").json
    assert (waiting["execution_id"], waiting["prompt"]) == (id_, "May we?")

    refused = shell("answer", id_, "approve", '{"maybe": 1}', code=1)
    assert "PB012" in refused.err

    shell("answer", id_, "approve", '{"approved": false}')
    assert shell("watch", id_, "--json").json["output_data"] == {"approved": False}
    assert "nothing waits" in shell("inbox").out


def test_a_failed_run_ends_with_exit_code_one_and_says_why(shell: Shell) -> None:
    shell.write("broken.yaml", BROKEN)

    said = shell("run", "broken.yaml", "--app", "project", code=1)

    assert "OUTPUT_INVALID" in said.out
    assert "pbdb retry" in said.out


def test_an_execution_can_be_paused_resumed_cancelled_and_retried(shell: Shell) -> None:
    shell.write("double.yaml", DOUBLE)
    shell("apply", "double.yaml")
    started = shell("start", "double", "-i", '{"number": 2}', "--key", "k", "--json")
    id_ = started.json["execution_id"]

    again = shell("start", "double", "-i", '{"number": 2}', "--key", "k", "--json")
    assert again.json["execution_id"] == id_
    shell("pause", id_)
    assert shell("show", id_, "--json").json["status"] == "PAUSED"
    shell("resume", id_)
    shell("cancel", id_, "--reason", "changed my mind")
    assert shell("show", id_, "--json").json["status"] == "CANCELLED"
    shell("retry", id_)
    assert shell("show", id_, "--json").json["status"] in ("RUNNING", "PENDING")
    (row,) = shell("ls", "-e", "--json").json
    assert row["execution_id"] == id_


def test_a_playbook_comes_back_as_a_document(shell: Shell) -> None:
    shell.write("double.yaml", DOUBLE)
    shell("apply", "double.yaml")
    shell.write("again.yaml", shell("export", "double").out)

    (again,) = shell("apply", "again.yaml", "--json").json

    assert again["changed"] is False


def test_memories_are_stored_and_found_by_their_words(shell: Shell) -> None:
    shell("memory", "store", "The sky over Lisbon is blue", "--metadata", '{"city": "Lisbon"}')

    (found,) = shell("memory", "search", "sky", "--json").json

    assert found["content"] == "The sky over Lisbon is blue"
    assert found["metadata"] == {"city": "Lisbon"}


def test_what_no_runner_can_run_is_explained(shell: Shell) -> None:
    shell.write(
        "other.yaml",
        "name: other\nsteps:\n- {name: s, type: CUSTOM_FUNCTION, config: {function: elsewhere}}\n",
    )
    shell("apply", "other.yaml")
    id_ = shell("start", "other", "--json").json["execution_id"]

    findings = shell("show", id_, "--json").json["findings"]

    assert any("elsewhere" in each["finding"] for each in findings), findings


def test_an_event_wakes_the_step_that_waits_for_it(shell: Shell) -> None:
    shell.write(
        "event.yaml",
        "name: event\nsteps:\n- {name: s, type: WAIT_FOR_INPUT, config: {event: paid}}\n",
    )
    shell("apply", "event.yaml")
    id_ = shell("start", "event", "--json").json["execution_id"]

    assert shell("emit", "paid", '{"amount": 3}', "--json").json == {"woken": 1}
    assert shell("watch", id_, "--json").json["output_data"] == {"amount": 3}
    assert "no invariant is broken" in shell("fsck").out
