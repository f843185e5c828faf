"""Versions that have served, from the command line."""

from __future__ import annotations

from cli.conftest import Shell

DONE = "name: done\nsteps:\n  - {name: end, type: DATA_TRANSFORM, config: {output: %s}}\n"
WAITS = "name: waits\nsteps:\n  - {name: ask, type: WAIT_FOR_INPUT, config: {prompt: Well}}\n"


def _versions(shell: Shell) -> list[tuple[int, str]]:
    return [(row["version"], row["status"]) for row in shell("ls", "--versions", "--json").json]


def test_one_of_several_versions_has_to_be_named(shell: Shell) -> None:
    for number in (1, 2):
        shell("apply", shell.write("done.yaml", DONE % number))

    refused = shell("archive", "done", code=None)
    assert refused.code != 0
    assert "1 (ACTIVE), 2 (ACTIVE)" in refused.err
    assert "has no version 3" in shell("delete", "done", "--version", "3", "-y", code=None).err

    assert "archived" in shell("archive", "done", "--version", "1").out
    assert _versions(shell) == [(2, "ACTIVE"), (1, "ARCHIVED")]
    assert shell("delete", "done", "--version", "1", "--yes", "--json").json["version"] == 1
    assert _versions(shell) == [(2, "ACTIVE")]


def test_nothing_is_deleted_unasked(shell: Shell) -> None:
    shell("apply", shell.write("done.yaml", DONE % 1))
    assert shell("delete", "done", code=None).code != 0
    assert _versions(shell) == [(1, "ACTIVE")]
    shell("delete", "done", "--yes")
    assert _versions(shell) == []
    assert "no playbook" in shell("archive", "done", code=None).err


def test_a_version_with_open_executions_stays(shell: Shell) -> None:
    shell("apply", shell.write("waits.yaml", WAITS))
    shell("start", "waits")
    for verb in (["archive", "waits"], ["delete", "waits", "--yes"]):
        assert "open executions" in shell(*verb, code=None).err
    assert _versions(shell) == [(1, "ACTIVE")]
