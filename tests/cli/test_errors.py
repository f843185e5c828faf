"""A command that fails says what to do next."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from cli.conftest import Shell


def test_without_a_database_the_commands_say_how_to_get_one(bare: Shell) -> None:
    said = bare("ls", code=1)

    assert "no database" in said.err
    assert "pbdb db start" in said.err


def test_a_server_that_does_not_answer_is_reported(bare: Shell) -> None:
    said = bare("ls", "--url", "postgresql://127.0.0.1:1/none", code=1)

    assert "is the server running?" in said.err


def test_errors_of_the_database_carry_code_and_hint(shell: Shell) -> None:
    said = shell("start", "nothing", code=1)

    assert "PB004" in said.err
    assert "what to do:" in said.err


def test_with_json_an_error_is_json_too(shell: Shell) -> None:
    said = shell("start", "nothing", "--json", code=1)

    error = json.loads(said.err)["error"]
    assert error["code"] == "PB004"
    assert error["hint"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("show", "not-an-id"), "not an execution's id"),
        (("show", str(uuid4())), "there is no execution"),
        (("start", "x", "--input", "{"), "is not JSON"),
        (("apply", "nowhere.yaml"), "there is no file"),
        (("run", "nowhere.yaml"), "there is no file"),
        (("run", "x", "--answer", "yes"), "has no step"),
        (("run", "x", "--app", "no_such_module"), "there is no module"),
        (("run", "x", "--app", "json:app"), "has no App"),
        (("export", "nothing"), "there is no playbook"),
    ],
)
def test_wrong_arguments_are_explained(
    shell: Shell, arguments: tuple[str, ...], expected: str
) -> None:
    said = shell(*arguments, code=1)

    assert expected in said.err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: [", "cannot be read"),
        ("- just\n- a list", "holds no object"),
        ("name: a\nname: b\nsteps: []", "given twice"),
        ("name: a\nstepz: []", "PB009"),
        ("name: a\nsteps:\n- {name: s, type: NO_SUCH_TYPE}", "PB009"),
    ],
)
def test_a_broken_document_is_refused(shell: Shell, text: str, expected: str) -> None:
    shell.write("broken.yaml", text)

    said = shell("apply", "broken.yaml", code=1)

    assert expected in said.err


def test_check_says_what_is_wrong_in_which_line_and_keeps_nothing(shell: Shell) -> None:
    shell.write(
        "lead.yaml",
        "name: lead\n"
        "steps:\n"
        "  - name: fetch\n"
        "    type: API_CALL\n"
        "    config:\n"
        "      ur: https://crm.example/\n"
        "    input_mapping:\n"
        "      x: $steps.nobody.output\n",
    )
    said = shell("check", "lead.yaml", code=1)
    assert "lead.yaml:5: error CONFIG_KEY_MISSING: API_CALL needs url" in said.out
    assert "lead.yaml:6: error CONFIG_KEY_UNKNOWN" in said.out
    assert "lead.yaml:7: error STEP_UNKNOWN: $steps.nobody is no step's output" in said.out
    assert shell("ls", "--json").json == []

    refused = shell("apply", "lead.yaml", code=1)
    assert "PB010" in refused.err
    # As check tells it, for apply and for run: places, warnings, hints.
    for command in ("apply", "run"):
        refused = shell(command, "lead.yaml", code=1)
        assert all(line in refused.err for line in said.out.splitlines()), command
        assert "validate_playbook" not in refused.err

    shell.write("lead.yaml", "name: lead\nsteps:\n  - name: fetch\n    typ: API_CALL\n")
    for command in ("check", "apply"):
        refused = shell(command, "lead.yaml", code=1)
        assert 'lead.yaml:4: steps[0].typ: unknown key "typ"' in refused.err
        assert "Did you mean type?" in refused.err

    shell.write("lead.yaml", "name: lead\nsteps: [{name: a, type: WAIT_FOR_INPUT}]\n")
    assert "nothing is wrong" in shell("check", "lead.yaml").out


def test_commands_for_a_dba_do_without_the_packages_of_a_runner(bare: Shell) -> None:
    bare.write(
        "sitecustomize.py",
        "import sys\n"
        "for name in ('httpx2', 'httpcore2', 'cronsim', 'deno'):\n"
        "    sys.modules[name] = None\n",
    )
    path = f"{bare.folder}:{bare.environ['PYTHONPATH']}"

    assert "create table" in bare("script", PYTHONPATH=path).out
    said = bare("worker", "--url", "postgresql://127.0.0.1:1/x", code=1, PYTHONPATH=path)
    assert "pip install 'pbdb[runner]'" in said.err


def test_a_login_that_the_server_refuses_is_not_waited_for(shell: Shell) -> None:
    url = shell.environ["PBDB_DATABASE_URL"]

    said = shell("worker", "--url", f"{url} user=nobody_of_this_name", code=1)

    assert "check user, password and database" in said.err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("nonsense",), "nonsense"),
        (("ls", "--nonsense"), "--nonsense"),
        (("ls", "--limit", "many"), "--limit"),
        (("types", "--lang", "cobol"), "cobol"),
        (("show",), "ID"),
    ],
)
def test_a_mistyped_command_is_no_fault_of_pbdb(
    bare: Shell, arguments: tuple[str, ...], expected: str
) -> None:
    said = bare(*arguments, code=2)

    assert expected in said.err
    assert "--help" in said.err
    assert "fault" not in said.err
