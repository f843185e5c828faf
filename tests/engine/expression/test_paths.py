"""Paths: $input.lead.email and all that SQL/JSON path can do with it."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from language import Language, sqlstate

VARIABLES: dict[str, Any] = {
    "input": {
        "lead": {"email": "ann@example.com", "tags": ["new", "hot"], "note": None},
        "items": [{"id": 1, "score": 10}, {"id": 2, "score": 90}],
        "threshold": 50,
        "a b": 1,
        "0": "member named zero",
    },
    "step_1_output": {"score": 85},
    "steps": {
        "qualify": {"output": {"score": 5}, "status": "COMPLETED", "error": None},
        "x y": None,
    },
    "item": "third",
    "index": 2,
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$input.lead.email", "ann@example.com"),
        ("$input.lead", VARIABLES["input"]["lead"]),
        ("$input.items[*].id", 1),
        ("$input.items[1].id", 2),
        ("$input.items.id", 1),
        ("$input.items[*] ? (@.score > $input.threshold).id", 2),
        ("$steps.qualify.output.score + 10", 15),
        ("$steps.qualify.status", "COMPLETED"),
        ('$input."a b"', 1),
        ("$input.lead.tags.size()", 2),
        ("$index", 2),
        ("$item", "third"),
        ("$step_1_output.score > 80", True),
    ],
)
def test_a_path_gives_its_first_match(language: Language, path: str, value: object) -> None:
    assert language.evaluate(path, VARIABLES) == value


@pytest.mark.parametrize(
    "path", ["$input.nobody", "$input.lead.note", "$input.lead.email.x", '$steps."x y".output.z']
)
def test_what_is_missing_and_a_step_that_has_not_run_read_as_null(
    language: Language, path: str
) -> None:
    assert language.evaluate(path, VARIABLES) is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$input.items.0.id", 1),
        ("$input.items.1.score", 90),
        ("$input.lead.tags.1", "hot"),
        ("$input.0", "member named zero"),
        ("$input.items.7.id", None),
    ],
)
def test_a_member_named_by_digits_is_a_list_element(
    language: Language, path: str, value: object
) -> None:
    assert language.evaluate(path, VARIABLES) == value
    assert language.evaluate_all(path, VARIABLES) == ([] if value is None else [value])


def test_all_matches_come_as_a_list(language: Language) -> None:
    assert language.evaluate_all("$input.items[*].score", VARIABLES) == [10, 90]
    assert language.evaluate_all("$input.nobody", VARIABLES) == []


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ("$input.lead.", "42601"),
        ("$input.lead.email + 1", "22038"),
        ("$input.threshold / 0", "22012"),
        ("$nobody.x", "42704"),
    ],
)
def test_an_error_is_raised_and_never_null(language: Language, path: str, state: str) -> None:
    with pytest.raises(psycopg.Error) as error:
        language.evaluate(path, VARIABLES)
    assert sqlstate(error) == state


_LONG: dict[str, Any] = {
    "input": {
        "a": [*range(10_000)],
        "b": [{"c": [*range(10_000)], "d": [*range(10_000)]}],
        "o": {f"k{n}": n for n in range(5_000)},
        "items": [{"id": n, "tags": [n], "wanted": [n]} for n in range(3_000)],
        "few": [*range(1_000)],
    }
}


@pytest.mark.parametrize(
    "path",
    [
        "$input.a[*] ? (@ == $input.a[*])",
        "$input.a ? (@ == $input.a)",  # lax paths open lists by themselves
        "exists($input.a[*] ? (@ + 0.5 == $input.a[*]))",
        "exists($input.a[*] ? (exists($input.a[*] ? (@ < -1))))",
        "exists($input.a[*] ? (@ >= 0) ? (@ > $input.a[*]) ? (@ == -$input.a[*]))",
        "$input.a[*] == $input.a[*]",
        "($input.a[*]) == ($input.a[*])",
        '$input."a"[0 to 9999] == $input.a[*]',
        "$input.b[*] ? (@.c[*] == @.d[*])",
        "$input.b ? (@.c == @.d)",
        "$input.o.* == $input.o.*",
        "$input.o.keyvalue().value == $input.o.keyvalue().value",
    ],
)
def test_a_path_that_compares_too_much_is_refused_before_it_begins(
    language: Language, path: str
) -> None:
    for call in (language.evaluate, language.evaluate_all, language.holds):
        with pytest.raises(psycopg.Error, match="4000000 combinations") as error:
            call(path, _LONG)
        assert sqlstate(error) == "PB015"


@pytest.mark.parametrize(
    "path",
    [
        "$input.a[*] ? (@ > 5 && @ < 9)",
        "$input.a.size() == $input.a.size()",
        "exists($input.a[*] ? (@ == 3)) && exists($input.a[*] ? (@ == 4)) && $input.a[0] == 0",
        "$input.items[*] ? (@.tags[*] == @.wanted[*])",
        "$input.items[*] ? (@.id == $input.few[5] && @.id < $input.few[9])",
        "$input.few[*] ? (@ == $input.few[*] && @ == 5)",
        '$input.a[*] ? (@ == 3 && "$input.a[*] $input.a[*] @ @" != "(")',
    ],
)
def test_a_path_over_long_lists_is_evaluated_while_it_compares_little(
    language: Language, path: str
) -> None:
    assert language.evaluate(path, _LONG) is not None


@pytest.mark.parametrize(
    "path",
    [
        '$input.text like_regex "(a|b|c|d){1,250}(a|b){250}x"',
        '$input.text like_regex "(?=.*x)y"',
        '$input.few[*] ? (@ == 5 && $input.text like_regex "ab*c{2}")',
        '$input.a[*] ? (exists($input.few[*] ? (@.type() like_regex "x" && @ == 1)))',
    ],
)
def test_a_pattern_is_not_matched_against_more_than_it_can_take(
    language: Language, path: str
) -> None:
    text = "abcd" * 250_000
    with pytest.raises(psycopg.Error, match="4000000 combinations") as error:
        language.evaluate_all(path, {"input": {**_LONG["input"], "text": text}})
    assert sqlstate(error) == "PB015"


@pytest.mark.parametrize(
    "path",
    [
        '$input.text like_regex "^(a+)+$"',
        '$input.text like_regex "^(?=.*x)(?=.*[0-9]).{8,}$"',
        '$input.texts[*] ? (@ like_regex "^[a-z]{1,20}@")',
        '$input.texts[*] ? (@ like_regex "x") ? (@ like_regex "y")',
    ],
)
def test_a_usual_pattern_is_matched_against_long_texts(language: Language, path: str) -> None:
    given = {"input": {"text": "a" * 500_000, "texts": ["abcdefgh"] * 20_000}}
    assert language.evaluate_all(path, given) in ([], [True], [False])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["a", "b", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(value=json_values, path=st.lists(st.sampled_from(["a", "b", "c"]), max_size=4))
@settings(max_examples=150, deadline=None)
def test_a_path_of_members_is_exactly_jsonpath(
    language: Language, value: object, path: list[str]
) -> None:
    written = ".".join(["$input", *path])
    row = language.conn.execute(
        "select jsonb_path_query_first('null', %s::jsonpath, jsonb_build_object('input', %s::json))",
        (written, psycopg.types.json.Jsonb(value)),
    ).fetchone()
    assert row is not None
    assert language.evaluate(written, {"input": value}) == row[0]
