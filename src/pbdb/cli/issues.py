"""What is wrong with a document, told alike by `check`, `apply` and `run`: place, issue, hint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pbdb.cli.output import console
from pbdb.client import Client
from pbdb.document.file import Document
from pbdb.errors import DocumentInvalid, ValidationFailed

Issues = Sequence[Mapping[str, Any]]


def issues_of(client: Client, document: Document) -> list[dict[str, Any]]:
    """The issues of a document, each with `at`: file and line. Nothing is kept."""
    try:
        found = client.check_playbook(document.content)
    except DocumentInvalid as error:
        raise document.explain(error) from error
    return [
        {"at": document.at(document.issue_place(issue["step_name"], issue["path"])), **issue}
        for issue in found
    ]


def apply_document(client: Client, document: Document) -> tuple[UUID, int, bool, Issues]:
    """Import, check and activate: id, version, whether it has changed, and the warnings if so.

    Raises ValidationFailed, whose detail has every issue as `check` tells it.
    """
    try:
        id_, version, has_changed = client.apply_playbook(document.content)
    except DocumentInvalid as error:
        raise document.explain(error) from error
    except ValidationFailed as error:
        issues = issues_of(client, document)
        count = sum(issue["severity"] == "error" for issue in issues)
        raise ValidationFailed(
            f"{document.source}: playbook {document.content.get('name')} has errors ({count})",
            hint=f"mend these; `pbdb check {document.source}` looks again and keeps nothing",
            detail="\n".join(_line(issue) for issue in issues),
        ) from error
    return id_, version, has_changed, issues_of(client, document) if has_changed else []


def show_issues(issues: Issues) -> None:
    """Print issues, one with its hint below it."""
    for issue in issues:
        console.print(_line(issue), highlight=False, markup=False, soft_wrap=True)


def _line(issue: Mapping[str, Any]) -> str:
    told = f"{issue['at']}: {issue['severity']} {issue['code']}: {issue['message']}"
    return f"{told}\n    {issue['hint']}" if issue["hint"] else told
