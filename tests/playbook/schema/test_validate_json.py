"""The public function: what an app calls."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

Connection = psycopg.Connection[Any]
SOURCES = Path(__file__).parents[3] / "sql" / "language" / "schema"


@pytest.fixture
def app(connect: Callable[..., Connection]) -> Connection:
    return connect("app")


def test_an_app_can_check_a_value(app: Connection) -> None:
    schema = '{"properties": {"email": {"type": "string"}}}'
    check = "select pbdb.validate_json(%s::jsonb, %s::jsonb)"
    assert app.execute(check, (schema, '{"email": "a"}')).fetchone() == ([],)
    assert app.execute(check, (schema, '{"email": 1}')).fetchone() == (
        [
            {
                "path": "/email",
                "keyword": "type",
                "message": '"email": 1 is not of type string',
            }
        ],
    )
    assert app.execute("select pbdb.validate_json(null, null)").fetchone() == ([],)


def test_an_unknown_keyword_is_no_reason_to_refuse(app: Connection) -> None:
    row = app.execute("""select pbdb.validate_json('{"minLenght": 5}', '"a"')""").fetchone()
    assert row == ([],)


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ('{"$ref": "other.json"}', 'other.json is in another document (at "/$ref")'),
        (
            '{"not": {"$dynamicRef": "#a"}}',
            '$dynamicRef "#a" is not supported (at "/not/$dynamicRef")',
        ),
        ("5", '5 is not a schema (at "")'),
    ],
)
def test_a_schema_that_cannot_be_used_raises(app: Connection, schema: str, reason: str) -> None:
    with pytest.raises(psycopg.Error) as caught:
        app.execute("select pbdb.validate_json(%s::jsonb, '1')", (schema,))
    assert caught.value.sqlstate == "PB021"
    assert caught.value.diag.message_primary == f"the JSON Schema cannot be used: {reason}"
    assert caught.value.diag.message_hint


def test_the_private_functions_are_not_for_apps(app: Connection) -> None:
    for call in ("pbdb._schema_errors('{}', '1')", "pbdb._schema_issues('{}')"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(f"select {call}")


def test_the_page_says_what_happens(app: Connection) -> None:
    page = (Path(__file__).parents[3] / "docs" / "json-schema.md").read_text()
    [query] = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    [answer] = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert app.execute(query).fetchone() == (json.loads(answer),)

    sources = "".join(path.read_text() for path in SOURCES.glob("*.sql"))
    codes = set(re.findall(r"SCHEMA_[A-Z_]+", sources))
    assert codes == set(re.findall(r"\| `(SCHEMA_[A-Z_]+)`", page))
