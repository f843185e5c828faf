"""Playbook documents on disk: YAML or JSON, read as data and nothing else.

The database judges what a document means. It names places (`steps[2].config.url`); a Document knows
in which line of the file such a place is.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import yaml

from pbdb.errors import PbdbError, ValidationFailed

_MOST_BYTES: Final = 4 * 1024 * 1024
_MOST_VALUES: Final = 200_000
_DEEPEST: Final = 200
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
_PLACE: Final = re.compile(r'\.?[^.\[\]]+|\[(?:\d+|"(?:[^"\\]|\\.)*")\]')


class DocumentError(ValueError):
    """A file is not a playbook document; the message says where: `lead.yaml:12:3: …`."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a file holds, and where in the file each part of it is."""

    content: dict[str, Any]
    source: str
    _lines: Mapping[str, int] = field(repr=False)

    def line(self, place: str) -> int:
        """Return the line, from 1, of a place such as `steps[2].config.url`.

        A part that the file does not have (a missing key) is where the part around it begins.
        """
        parts = _PLACE.findall(place)
        while parts:
            found = self._lines.get("".join(parts).lstrip("."))
            if found is not None:
                return found
            parts.pop()
        return self._lines.get("", 1)

    def step(self, name: str) -> str:
        """Return the place of the step of this name, `` when there is none."""
        return next((place for place, step in self.steps() if step.get("name") == name), "")

    def steps(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield every step with its place, depth first, as written."""
        yield from _steps("steps", self.content.get("steps"))

    def at(self, place: str) -> str:
        """Return `file:line` of a place, the way compilers write it and editors open it."""
        return f"{self.source}:{self.line(place)}"

    def issue_place(self, step_name: str | None, path: str) -> str:
        """Return the place of what validate_playbook tells of a step, or of the playbook."""
        return f"{self.step(step_name)}.{path}" if step_name is not None else path

    def explain(self, error: PbdbError) -> PbdbError:
        """Return the error of import or apply with file and line in front of each place."""
        is_validation = isinstance(error, ValidationFailed)

        def located(text: str) -> str:
            place = text.partition(": ")[0]
            if is_validation:
                place = self.issue_place(*_issue_words(text))
            return f"{self.at(place)}: {text}"

        lines = [located(each) for each in (error.detail or "").splitlines()]
        message = f"{self.source}: {error.message}" if is_validation else located(error.message)
        return type(error)(message, hint=error.hint, detail="\n".join(lines) or None)


def load_document(path: Path) -> Document:
    """Return the document in a file, YAML or JSON, with its lines.

    Dates, `on` and `yes` stay text, and 010 and 12:30 are not octal and sexagesimal; a key that is
    given twice, one that is not text, and values that JSON does not have are refused. Raises
    DocumentError, or OSError when the file cannot be read.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise DocumentError(f"{path} is larger than 4 MiB, which no playbook document is")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path} is not UTF-8 text: byte {error.start}") from error
    return parse_document(text, str(path), is_json=path.suffix == ".json")


def parse_document(text: str, source: str = "document", *, is_json: bool = False) -> Document:
    """Return the document in a text; otherwise as load_document."""
    if is_json:
        # For its messages, and because YAML takes more than JSON allows.
        try:
            json.loads(text, parse_constant=_refuse)
        except json.JSONDecodeError as error:
            raise DocumentError(
                f"{source}:{error.lineno}:{error.colno}: cannot be read: {error.msg}"
            ) from error
        except (ValueError, RecursionError) as error:
            raise DocumentError(f"{source} cannot be read: {error}") from error
    reader = _Reader(source)
    try:
        # A tab between tokens is space in JSON, and in its strings there is none.
        node = yaml.compose(text.replace("\t", " ") if is_json else text, _Loader)
        content = reader.read(node, "", 0) if node is not None else None
    except yaml.YAMLError as error:
        if not is_json:
            raise _not_yaml(error, source) from error
        # A few texts are JSON and not YAML; they only lose their lines.
        content, reader.lines = _plain_json(text, source), {}
    except RecursionError as error:
        raise DocumentError(f"{source} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise DocumentError(f"{source} holds no object; a playbook has at least name and steps")
    return Document(content, source, reader.lines)


def _not_yaml(error: yaml.YAMLError, source: str) -> DocumentError:
    if isinstance(error, yaml.MarkedYAMLError):
        where = error.problem_mark or error.context_mark
        at = f":{where.line + 1}:{where.column + 1}" if where else ""
        said = ", ".join(filter(None, (error.context, error.problem)))
        return DocumentError(f"{source}{at}: cannot be read: {said}")
    return DocumentError(f"{source} cannot be read: {error}")


def _issue_words(line: str) -> tuple[str | None, str]:
    """The step and the path of `CODE: step path: message`; no step is the playbook itself."""
    name, separator, path = line.split(": ")[1].rpartition(" ")
    return (name if separator else None), path


def _plain_json(text: str, source: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except ValueError as error:
        raise DocumentError(f"{source}: {error}") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} is given twice")
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no value that JSON has")


def read_document(path: Path) -> dict[str, Any]:
    """Return the content of the document in a file; as load_document."""
    return load_document(path).content


def write_document(document: Mapping[str, Any]) -> str:
    """Return the YAML text of a document, keys in the order that people write them."""
    text: str = yaml.dump(
        _ordered(document, _PLAYBOOK_ORDER),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=100,
    )
    return text


_PLAYBOOK_ORDER: Final = (
    "name", "version", "description", "category", "tags", "agent_id", "timeout_seconds",
    "max_retries", "retry_delay_seconds", "metadata", "input_schema", "output_schema",
    "output_mapping", "steps",
)  # fmt: skip
_STEP_ORDER: Final = (
    "name", "type", "order", "description", "condition", "input_mapping", "config", "branches",
    "steps", "input_schema", "output_schema", "on_success", "on_failure", "is_final", "is_optional",
    "timeout_seconds", "max_retries", "retry_delay_seconds", "max_visits", "metadata",
)  # fmt: skip


def _ordered(value: Mapping[str, Any], order: tuple[str, ...]) -> dict[str, Any]:
    known = {key: value[key] for key in order if key in value}
    found = {**known, **{key: value[key] for key in value if key not in known}}
    if isinstance(found.get("steps"), list):
        found["steps"] = _ordered_steps(found["steps"])
    if order is _STEP_ORDER and isinstance(found.get("branches"), Mapping):
        found["branches"] = {
            name: _ordered_steps(steps) for name, steps in found["branches"].items()
        }
    return found


def _ordered_steps(steps: Any) -> Any:
    if not isinstance(steps, list):
        return steps
    return [_ordered(step, _STEP_ORDER) if isinstance(step, Mapping) else step for step in steps]


def _steps(place: str, steps: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for index, step in enumerate(steps if isinstance(steps, list) else ()):
        here = f"{place}[{index}]"
        if isinstance(step, dict):
            yield here, step
            branches = step.get("branches")
            for name, inner in branches.items() if isinstance(branches, dict) else ():
                yield from _steps(f"{here}.branches{_key(name)}", inner)
            yield from _steps(f"{here}.steps", step.get("steps"))


def _key(key: str) -> str:
    """A key as the database writes it at the end of a place."""
    if _PLAIN_KEY.fullmatch(key):
        return f".{key}"
    return f"[{json.dumps(key, ensure_ascii=False)}]"


class _Loader(yaml.SafeLoader):
    """YAML 1.1 without its surprises; see the resolvers below."""


class _Dumper(yaml.SafeDumper):
    """Quotes what _Loader would not read back as text, and writes lines as lines."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = None
    if re.search(r"[\x85\u2028\u2029]", text):
        # Line ends for YAML 1.1, which single quotes would fold into spaces.
        style = '"'
    elif "\n" in text and not re.search(r"[^\S\n]\n|\A\s|[\t\r]", text):
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)

_BOOLEAN: Final = re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")
_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_FLOAT: Final = re.compile(
    r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z"
)
_SPECIAL: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")

_OURS: Final = {
    "tag:yaml.org,2002:bool": (_BOOLEAN, "tTfF"),
    "tag:yaml.org,2002:int": (_INTEGER, "-+0123456789"),
    "tag:yaml.org,2002:float": (_FLOAT, "-+.0123456789"),
}
_KEPT: Final = ("tag:yaml.org,2002:null", "tag:yaml.org,2002:merge")
_Loader.yaml_implicit_resolvers = {
    first: [each for each in resolvers if each[0] in _KEPT]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _tag, (_pattern, _firsts) in _OURS.items():
    _Loader.add_implicit_resolver(_tag, _pattern, list(_firsts))
    # Beside those of YAML 1.1, so that other readers of the text see text too.
    _Dumper.add_implicit_resolver(_tag, _pattern, list(_firsts))
# Said to be no number rather than silently read as text.
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _SPECIAL, list("-+."))


class _Reader:
    """Turns YAML nodes into JSON data and remembers the line of every place."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.lines: dict[str, int] = {}
        self._values = 0

    def read(self, node: yaml.Node, place: str, depth: int) -> Any:
        """Return the value of a node, which stands at this place."""
        self.lines.setdefault(place, node.start_mark.line + 1)
        self._values += 1
        if self._values > _MOST_VALUES:
            raise self._error(node, f"there are more than {_MOST_VALUES} values")
        if depth > _DEEPEST:
            raise self._error(node, f"values are nested more than {_DEEPEST} deep")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place, depth)
        if isinstance(node, yaml.SequenceNode):
            return [
                self.read(item, f"{place}[{index}]", depth + 1)
                for index, item in enumerate(node.value)
            ]
        return self._scalar(cast(yaml.ScalarNode, node))

    def _mapping(self, node: yaml.MappingNode, place: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        merged: list[yaml.Node] = []
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                merged += (
                    value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
                )
                continue
            if key_node.tag != "tag:yaml.org,2002:str":
                shown = key_node.value if isinstance(key_node, yaml.ScalarNode) else "this"
                raise self._error(key_node, f"the key {shown!r} is not text: quote it")
            key = self._text(key_node)
            if key in found:
                raise self._error(key_node, f"the key {key!r} is given twice")
            here = f"{place}{_key(key)}".lstrip(".")
            self.lines.setdefault(here, key_node.start_mark.line + 1)
            found[key] = self.read(value_node, here, depth + 1)
        for each in merged:
            if not isinstance(each, yaml.MappingNode):
                raise self._error(each, "only an object can be merged with <<")
            found = {**self._mapping(each, place, depth + 1), **found}
        return found

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        text = cast(str, node.value)
        match node.tag:
            case "tag:yaml.org,2002:null":
                return None
            case "tag:yaml.org,2002:str":
                return self._text(node)
            case "tag:yaml.org,2002:bool" if _BOOLEAN.match(text):
                return text[0] in "tT"
            case "tag:yaml.org,2002:int" if _INTEGER.match(text):
                if len(text) > 1000:
                    raise self._error(node, "the number has more than 1000 digits")
                return int(text)
            case "tag:yaml.org,2002:float" if _FLOAT.match(text) or _INTEGER.match(text):
                number = float(text)
                if math.isfinite(number):
                    return number
        raise self._error(node, f"{text!r} is no value that JSON has: quote it")

    def _text(self, node: yaml.ScalarNode) -> str:
        text = cast(str, node.value)
        if "\x00" not in text:
            try:
                # JSON writes what is beyond 16 bits as two escapes, which YAML leaves apart.
                return text.encode("utf-16", "surrogatepass").decode("utf-16")
            except UnicodeDecodeError:
                pass
        raise self._error(node, "the text has a character that PostgreSQL cannot store")

    def _error(self, node: yaml.Node, message: str) -> DocumentError:
        mark = node.start_mark
        return DocumentError(f"{self.source}:{mark.line + 1}:{mark.column + 1}: {message}")
