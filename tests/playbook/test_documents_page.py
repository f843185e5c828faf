"""docs/documents.md is true: its examples apply, and it lists every code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pbdb.document.file import parse_document

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "documents.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
STEP_TYPES = {
    "AGENT_EXECUTION", "DATA_TRANSFORM", "CONDITIONAL_BRANCH", "PARALLEL_EXECUTION", "WAIT_FOR_INPUT",
    "API_CALL", "DATABASE_QUERY", "MEMORY_SEARCH", "PROMPT_TEMPLATE", "CUSTOM_FUNCTION",
}  # fmt: skip


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_has_no_issues_and_can_be_applied(tenant: Any, text: str) -> None:
    document = parse_document(text).content
    assert tenant.issues(document) == []
    assert tenant.applies(document)[2]


def test_every_code_is_listed() -> None:
    (table,) = re.findall(r"## What validation finds\n(.*?)\n## ", PAGE, re.DOTALL)
    listed = re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", table)
    assert len(listed) == len(set(listed))
    raised = {
        code
        for file in (ROOT / "sql").rglob("*issues.sql")
        if "report" not in file.parts
        for code in re.findall(r"'([A-Z]+(?:_[A-Z]+)+)'", file.read_text())
    }
    assert set(listed) == raised - STEP_TYPES
