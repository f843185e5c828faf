"""Ways to break a sound document, so that it must be refused."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from model.records import Document

# Each breaks a sound document in one way; with the SQLSTATEs that may refuse it.
_Breakage = tuple[Callable[[Document, dict[str, Any]], None], tuple[str, ...]]
_INVALID, _UNSOUND = ("PB009",), ("PB010",)
_EITHER = ("PB009", "PB010")


def _set(**fields: Any) -> Callable[[Document, dict[str, Any]], None]:
    return lambda _, step: step.update(deepcopy(fields))


_BREAKAGES: list[_Breakage] = [
    (_set(on_success="nowhere"), _EITHER),
    (_set(on_failure="nowhere"), _EITHER),
    (_set(type="TELEPATHY"), _EITHER),
    (_set(condition="$input.n >"), _EITHER),
    (_set(condition="$nobody.n > 1"), _EITHER),
    (_set(condition={"field": "$input.n", "operator": "resembles", "value": 1}), _EITHER),
    (_set(input_mapping={"x": "$steps.nowhere.output"}), _EITHER),
    (_set(max_retries=-1), _EITHER),
    (_set(max_retries="many"), _EITHER),
    (_set(max_visits=0), _EITHER),
    (_set(timeout_seconds=-5), _EITHER),
    (_set(is_final="perhaps"), _EITHER),
    (_set(on_sucess="s1"), _EITHER),
    (_set(config="text"), _EITHER),
    (_set(type="DATA_TRANSFORM", config={"output": "$input.["}), _EITHER),
    (_set(type="CONDITIONAL_BRANCH", config={"branches": []}), _EITHER),
    (
        _set(
            type="CONDITIONAL_BRANCH", config={"branches": [{"when": "1 == 1", "then": "nowhere"}]}
        ),
        _EITHER,
    ),
    (_set(type="PARALLEL_EXECUTION", config={}, branches={}), _EITHER),
    (_set(output_schema={"type": "nothing"}), _EITHER),
    (_set(name=""), _EITHER),
    (lambda d, s: d["steps"].append(deepcopy(s)), _EITHER),
    (lambda d, _: d.update(steps=[]), _EITHER),
    (lambda d, _: d.update(steps="s1"), _EITHER),
    (lambda d, _: d.pop("name"), _EITHER),
    (lambda d, _: d.update(output_mapping="$steps.nowhere.output"), _EITHER),
    (lambda d, _: d.update(unheard_of=1), _EITHER),
]


def break_one(document: Document, dice: random.Random) -> tuple[str, ...]:
    """Break a document somehow; the SQLSTATEs of which one must refuse it."""
    breakage, refused = dice.choice(_BREAKAGES)
    breakage(document, dice.choice(document["steps"]))
    return refused
