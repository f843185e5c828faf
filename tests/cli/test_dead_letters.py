"""What could not be done, from the command line."""

from __future__ import annotations

from cli.conftest import Shell

BROKEN = """\
name: broken
max_retries: 0
steps:
  - {name: bad, type: CUSTOM_FUNCTION, config: {function: make_bad_value, parameters: {kind: nan}}}
"""


def test_a_dead_letter_is_listed_requeued_and_discarded(shell: Shell) -> None:
    shell.write("broken.yaml", BROKEN)
    assert "no dead letters" in shell("dead-letters", "ls").out
    shell("run", "broken.yaml", "--app", "project", code=1)

    (found,) = shell("dead-letters", "ls", "--json").json
    execution = found["execution_id"]
    assert (found["step_name"], found["reason"]) == ("bad", "attempts used up")
    assert "bad" in shell("dead-letters", "show", execution).out

    shell("dead-letters", "requeue", execution)
    assert shell("dead-letters", "ls", "--json").json == []
    assert "no dead letter" in shell("dead-letters", "requeue", execution, code=None).err


def test_a_reason_is_kept(shell: Shell) -> None:
    shell.write("broken.yaml", BROKEN)
    shell("run", "broken.yaml", "--app", "project", code=1)
    (found,) = shell("dead-letters", "ls", "--json").json

    shell("dead-letters", "discard", found["execution_id"], "--reason", "known fault")

    assert shell("dead-letters", "ls", "--json").json == []
