"""The part of the expression language that the generator uses, said again in Python."""

from __future__ import annotations

import re
from typing import Any

from model.records import MISSING, Scope, is_number

_TERM = r"""-?\d+|"[^"]*"|\$\w+(?:\.\w+)*"""
_EXPRESSION = re.compile(rf"({_TERM})(?: (==|!=|>|<|\+) ({_TERM}))?")


class ExpressionError(Exception):
    """An expression that gives no value."""


def holds(condition: str | None, scope: Scope, given: Any) -> bool:
    """Does a condition hold at this place of an execution with this input?"""
    if condition is None:
        return True
    left, operator, right = _parsed(condition)
    if operator is None:
        raise ExpressionError
    return any(
        _pair(operator, a, b)
        for a in _unwrap(_look(left, scope, given))
        for b in _unwrap(_look(right, scope, given))
    )


def evaluate(mapping: Any, scope: Scope, given: Any) -> Any:
    """The value of a mapping at this place of an execution with this input."""
    if isinstance(mapping, dict):
        return {key: evaluate(value, scope, given) for key, value in mapping.items()}
    if isinstance(mapping, list):
        return [evaluate(value, scope, given) for value in mapping]
    if not (isinstance(mapping, str) and mapping.startswith("$")):
        return mapping
    left, operator, right = _parsed(mapping)
    found = _look(left, scope, given)
    if operator is None:
        return found[0] if found else None
    assert operator == "+"
    first, second = _unwrap(found), _unwrap(_look(right, scope, given))
    if len(first) != 1 or len(second) != 1 or not (is_number(first[0]) and is_number(second[0])):
        raise ExpressionError
    return first[0] + second[0]


def _parsed(text: str) -> tuple[str, str | None, str]:
    match = _EXPRESSION.fullmatch(text)
    assert match, f"the reference does not know the expression {text}"
    return match[1], match[2], match[3]


def _look(term: str, scope: Scope, given: Any) -> list[Any]:
    """What a path finds: no or one value."""
    if not term.startswith("$"):
        return [term[1:-1] if term.startswith('"') else int(term)]
    variable, *path = term[1:].split(".")
    value: Any = None
    if variable == "input":
        value = given
    elif variable == "error":
        value = next((s.handled for s in scope.around() if s.handled), None)
    elif variable in ("item", "index"):
        inner = next(s for s in scope.around() if s.item is not MISSING)
        value = inner.item if variable == "item" else inner.index
    elif variable == "steps":
        value, path = _state(path[0], scope), path[1:]
    for member in path:
        if not isinstance(value, dict) or member not in value:
            return []
        value = value[member]
    return [value]


def _state(name: str, scope: Scope) -> dict[str, Any] | None:
    for around in scope.around():
        if any(s["name"] == name for s in around.steps):
            attempt = around.last.get(name)
            if attempt is None:
                return {"output": None, "status": None}
            return {"output": attempt.output, "status": attempt.status}
    raise AssertionError(f"{name} cannot be read here")


def _unwrap(values: list[Any]) -> list[Any]:
    """Lax mode: operands that are arrays are taken as their elements."""
    return [e for v in values for e in (v if isinstance(v, list) else [v])]


def _pair(operator: str, left: Any, right: Any) -> bool:
    if (left is None) != (right is None):
        return operator == "!="
    comparable = (is_number(left) and is_number(right)) or (
        isinstance(left, str) and isinstance(right, str)
    )
    if left is None:
        return operator == "=="
    if not comparable:
        return False
    return bool(
        {"==": left == right, "!=": left != right, ">": left > right, "<": left < right}[operator]
    )
