"""Which database and organization a command works for."""

from __future__ import annotations

from uuid import uuid4

import pytest

from cli.conftest import Shell
from pbdb.cli.errors import UsageError
from pbdb.cli.options import LOCAL_ORGANIZATION, Place, find_organization, parse_answers
from pbdb.database import Target
from server import Database


@pytest.mark.parametrize(
    "url", ["postgresql:///x", "postgresql://localhost/x", "host=/tmp dbname=x", "dbname=x"]
)
def test_a_database_on_this_machine_has_a_default_organization(url: str) -> None:
    assert find_organization(Place(Target(url)), None) == LOCAL_ORGANIZATION


def test_elsewhere_the_organization_has_to_be_named() -> None:
    place = Place(Target("postgresql://db.example.com/x"))
    mine = uuid4()

    assert find_organization(place, mine) == mine
    with pytest.raises(UsageError, match="which organization"):
        find_organization(place, None)


def test_answers_are_json_or_else_text() -> None:
    assert parse_answers(["a=1", 'b={"c": [2]}', "d=yes, please", "e=x=y"]) == {
        "a": 1,
        "b": {"c": [2]},
        "d": "yes, please",
        "e": "x=y",
    }


@pytest.mark.parametrize(("named", "actor"), [("anna", "anna"), ("", "cli:root")])
def test_the_command_line_says_who_acts(
    shell: Shell, database: Database, named: str, actor: str
) -> None:
    shell.write(
        "p.yaml", "name: p\nsteps: [{name: a, type: DATA_TRANSFORM, config: {output: 1}}]\n"
    )
    shell("apply", "p.yaml", USER="root", LOGNAME="root", PBDB_ACTOR=named)
    with database.connect("owner") as owner:
        found = owner.execute("select distinct actor from pbdb.playbook_audit").fetchall()
    assert found == [(actor,)]
