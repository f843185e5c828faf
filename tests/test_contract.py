"""What Python, the database and the documentation say about the same thing is the same."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import psycopg
import pytest

from pbdb import errors, model
from pbdb.install.files import load_order

ROOT = Path(__file__).parents[1]


def raised() -> set[str]:
    """Every PBnnn that a statement in sql/ raises."""
    found = set()
    for file in load_order():
        text = re.sub(r"--[^\n]*", "", file.read_text(encoding="utf-8"))
        found |= set(re.findall(r"'(PB\d{3})'", text))
    return found


def documented() -> dict[str, str]:
    """The code and the exception of each row of docs/errors.md."""
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `(PB\d{3})` \| `(\w+)` \|", text, re.MULTILINE))


def test_every_code_that_sql_raises_has_an_exception() -> None:
    assert raised() <= set(errors.BY_CODE)


def test_every_exception_is_documented_with_its_code() -> None:
    assert documented() == {code: each.__name__ for code, each in errors.BY_CODE.items()}


def test_every_exception_has_the_http_status_of_its_row() -> None:
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(PB\d{3})` \| `\w+` \| (\d{3}) \|", text, re.MULTILINE)
    assert rows == [(code, str(each.status)) for code, each in errors.BY_CODE.items()]
    assert all(400 <= each.status < 500 for each in errors.BY_CODE.values())


ENUMS: dict[str, type[StrEnum]] = {
    "playbook_status": model.PlaybookStatus,
    "playbook_execution_status": model.ExecutionStatus,
    "playbook_step_type": model.StepType,
    "step_result_status": model.StepResultStatus,
}


@pytest.mark.parametrize("name", ENUMS)
def test_an_enum_has_the_same_values_in_the_same_order(
    owner: psycopg.Connection, name: str
) -> None:
    row = owner.execute(
        """
        select array_agg(e.enumlabel order by e.enumsortorder)
        from pg_enum as e
        where e.enumtypid = to_regtype('pbdb.' || %s)
        """,
        (name,),
    ).fetchone()
    assert row == ([each.value for each in ENUMS[name]],)


def test_no_two_exceptions_share_a_code() -> None:
    assert len(errors.BY_CODE) == len(errors.PbdbError.__subclasses__())


def test_a_refusal_arrives_as_its_exception_with_message_hint_and_detail(
    owner: psycopg.Connection,
) -> None:
    with pytest.raises(psycopg.Error) as refused:
        owner.execute(
            "do $$ begin raise exception using errcode = 'PB004', message = 'no playbook 7', "
            "hint = 'look again', detail = 'seven'; end $$"
        )
    said = errors.translate(refused.value)
    assert isinstance(said, errors.NotFound)
    assert (said.message, said.hint, said.detail) == ("no playbook 7", "look again", "seven")


def test_an_error_of_postgres_itself_stays_what_it_is(owner: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero) as refused:
        owner.execute("select 1 / 0")
    assert errors.translate(refused.value) is refused.value


def step_codes() -> set[str]:
    """The codes of failed steps that docs/errors.md lists."""
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE))


def test_every_code_of_a_failed_step_is_documented() -> None:
    used = set()
    for file in (ROOT / "src" / "pbdb").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        used |= set(re.findall(r"\bStepFailed\(\s*\"([A-Z_]+)\"", text))
    assert used
    assert used <= step_codes()


def test_a_refusal_says_what_to_do() -> None:
    """Every `raise exception` with a code of ours carries a hint."""
    silent = []
    for file in load_order():
        text = re.sub(r"--[^\n]*", "", file.read_text(encoding="utf-8"))
        for statement in re.findall(r"raise exception using.*?;\n", text, re.DOTALL):
            if "'PB" in statement and not re.search(r"\bhint\s*=", statement):
                silent.append(file.name)
    assert silent == []
