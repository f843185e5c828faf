"""Every case of the Mustache specification for what pbdb's templates do."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

import pytest

from language import Language

DATA = Path(__file__).parents[2] / "data" / "mustache"
FILES = ("interpolation", "sections", "inverted", "comments")

# The one rule by which pbdb differs: it writes text, not HTML, so nothing is escaped.
NOT_ESCAPED = {
    "HTML Escaping",
    "Implicit Iterators - HTML Escaping",
    "Implicit Iterator - HTML Escaping",
}


def _cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{file}: {case['name']}")
        for file in FILES
        for case in json.loads((DATA / f"{file}.json").read_text())["tests"]
    ]


@pytest.mark.parametrize("case", _cases())
def test_a_case_of_the_specification_renders_as_it_says(
    language: Language, case: dict[str, Any]
) -> None:
    expected = case["expected"]
    if case["name"] in NOT_ESCAPED:
        expected = html.unescape(expected)

    assert language.render(case["template"], case["data"], missing="empty") == expected


def test_the_specification_is_complete() -> None:
    assert len(_cases()) == 107
