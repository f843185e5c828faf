"""docs/expressions.md tells the truth: every example in its tables is run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from language import Language

ROOT = Path(__file__).parents[3]
STEP_TYPES = b"select unnest(enum_range(null::pbdb.playbook_step_type))::text"
PAGE = (ROOT / "docs" / "expressions.md").read_text()


def _variables() -> Any:
    block = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    return json.loads(block.group(1))


def _cells(row: str) -> list[str]:
    return [cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def _examples() -> Iterator[Any]:
    kind = ""
    for line in PAGE.splitlines():
        if not line.startswith("|"):
            kind = ""
        elif match := re.match(r"\| (path|mapping|condition|template) \| (gives|holds) \|", line):
            kind = match.group(1)
        elif kind and not line.startswith("|---"):
            written, result = _cells(line)
            yield pytest.param(kind, written, json.loads(result), id=f"{kind} {written}")


@pytest.mark.parametrize(("kind", "written", "result"), list(_examples()))
def test_an_example_gives_what_the_page_says(
    language: Language, kind: str, written: str, result: object
) -> None:
    variables = _variables()
    run: dict[str, Callable[[], Any]] = {
        "path": lambda: language.evaluate(written, variables),
        "mapping": lambda: language.map(json.loads(written), variables),
        "condition": lambda: language.holds(json.loads(written), variables),
        "template": lambda: language.render(written, variables["step_input"], variables),
    }
    value = run[kind]()

    assert value == result
    checked = json.loads(written) if kind in ("mapping", "condition") else written
    assert language.issues(checked, kind) == []


def test_the_page_has_examples_of_everything() -> None:
    kinds = [example.values[0] for example in _examples()]

    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "path": 10,
        "mapping": 14,
        "condition": 10,
        "template": 10,
    }


def test_every_code_is_on_the_page(language: Language) -> None:
    sources = [
        file.read_text()
        for folder in ("language/expression", "language/template", "step")
        for file in (ROOT / "sql" / folder).rglob("*_issues.sql")
    ]
    codes = {
        code
        for source in sources
        for code in re.findall(r"'([A-Z]+(?:_[A-Z]+)+)'", source.split("comment on")[0])
    }
    types = [row[0] for row in language.conn.execute(STEP_TYPES)]

    assert (
        codes and sorted(code for code in codes.difference(types) if f"`{code}`" not in PAGE) == []
    )
