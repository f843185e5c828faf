"""The local server and the migrations from the command line."""

from __future__ import annotations

from cli.conftest import Shell
from server import Database


def test_a_local_server_is_found_from_its_folder(bare: Shell) -> None:
    assert "no server is running" in bare("db", "status").out
    started = bare("db", "start", "--json").json
    try:
        assert bare("db", "url").out.strip() == started["url"]
        assert bare("db", "status", "--json").json["running"] is True
        assert bare("db", "start", "--json").json == started
        assert bare("ls", "--json").json == []
        applied = bare("status", "--json").json
        assert applied
        assert all(each["applied"] for each in applied)
        bare.write(
            "hello.yaml",
            "name: hello\nsteps:\n"
            "- {name: greet, type: PROMPT_TEMPLATE, config: {template: 'Hello {{ $input.name }}'}}\n",
        )
        said = bare("run", "hello.yaml", "-i", '{"name": "Ada"}', "--json")
        assert said.json["output_data"]["prompt"] == "Hello Ada"
    finally:
        bare("db", "stop")
    assert bare("db", "status", "--json").json["running"] is False


def test_a_server_is_started_again_from_a_folder_below(bare: Shell) -> None:
    started = bare("db", "start", "--json").json
    below = bare.folder / "below"
    below.mkdir()
    try:
        bare("db", "stop")
        again = Shell(below, bare.environ)("db", "start")
        assert str(bare.folder) in again.out
        assert bare("db", "status", "--json").json["data_dir"] == started["data_dir"]
        assert not (below / ".pbdb").exists()
    finally:
        bare("db", "stop")


def test_an_empty_database_is_migrated_and_rolled_back(
    bare: Shell, empty_database: Database
) -> None:
    url = empty_database.url("owner")

    assert "run `pbdb migrate`" in bare("ls", "--url", url, code=1).err
    applied = bare("migrate", "--url", url, "--json").json["applied"]
    assert applied
    assert "nothing pending" in bare("migrate", "--url", url).out
    assert bare("rollback", "--all", "--yes", "--url", url).out.count("rolled back") == len(applied)
    assert not any(each["applied"] for each in bare("status", "--url", url, "--json").json)


def test_the_migrations_can_be_printed_for_review(bare: Shell) -> None:
    text = bare("script", "--from", "0003").out

    assert "create table pbdb.playbooks" in text
    assert "create schema pbdb" not in text


def test_a_migrated_database_is_verified(shell: Shell) -> None:
    assert "checks passed" in shell("verify").out
