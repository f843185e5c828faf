"""Playbook documents on disk: YAML or JSON, read as data and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

_MOST_BYTES = 4 * 1024 * 1024


class DocumentError(ValueError):
    """A file is not a playbook document; the message says where."""


def read_document(path: Path) -> dict[str, Any]:
    """Return the document in a file: JSON when it is named so, else YAML.

    Dates stay text and a key that is given twice is refused. What the document means is for the
    database to judge. Raises DocumentError, or OSError when the file cannot be read.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise DocumentError(f"{path} is larger than 4 MiB, which no playbook document is")
    text = path.read_text(encoding="utf-8")
    try:
        if path.suffix == ".json":
            document = json.loads(text, object_pairs_hook=_unique)
        else:
            document = yaml.load(text, _Loader)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise DocumentError(f"{path} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise DocumentError(f"{path} holds no object; a playbook has at least name and steps")
    return document


def write_document(document: dict[str, Any]) -> str:
    """Return the YAML text of a document, keys in their order."""
    text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    return text


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise DocumentError(f"the key {twice[0]!r} is given twice")
    return found


class _Loader(yaml.SafeLoader):
    """YAML 1.1 without its surprises: no dates, no `on` and `no` for booleans, no key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise DocumentError(
                    f"the key {key!r} is given twice, the second time in line "
                    f"{key_node.start_mark.line + 1}"
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def _without(tag: str) -> None:
    _Loader.yaml_implicit_resolvers = {
        first: [(each, pattern) for each, pattern in resolvers if each != tag]
        for first, resolvers in _Loader.yaml_implicit_resolvers.items()
    }


_without("tag:yaml.org,2002:timestamp")
_without("tag:yaml.org,2002:bool")
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool",
    re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"),
    list("tTfF"),
)
