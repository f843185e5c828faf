"""Patterns are ECMA-262; what PostgreSQL reads differently is translated or refused."""

from __future__ import annotations

import json
import time

import pytest

from json_validator import Validator

SPACES = "\t\n\v\f\r \u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"

# pattern, texts that match, texts that do not
SAME = [
    ("", ["", "anything"], []),
    ("b", ["abc"], ["ac"]),
    ("^b", ["bc"], ["ab", "a\nb"]),
    ("b$", ["ab"], ["ba", "b\na", "ab\n"]),
    ("^(a|b){2,3}$", ["ab", "bba"], ["a", "abab"]),
    ("^(?:a|b)+?$", ["ab"], ["c"]),
    ("^(?=a)..$", ["ab"], ["ba"]),
    ("^(?!a)..$", ["ba"], ["ab"]),
    (r"(?<=\$)5", ["$5"], ["5"]),
    (r"(?<!\$)5", ["5"], ["$5"]),
    ("^(?<year>[0-9]{4})$", ["2024"], ["24"]),
    (r"^\d{4}-\d{2}$", ["2024-01"], ["٢٠٢٤-٠١"]),
    (r"^\D$", ["٢", "a", "😀"], ["2"]),
    (r"^\w+$", ["a_Z9"], ["é", "-", "ſ", "\u212a"]),
    (r"^\W$", ["é", "😀", "-"], ["a", "_"]),
    (r"^[\w.+-]+$", ["a.b+c-d"], ["é", "a b"]),
    (r"^[^\d]$", ["٢"], ["2"]),
    (r"^[\D]$", ["٢"], ["2"]),
    (r"^[\W\d]$", ["é", "1"], ["a"]),
    (r"^\s$", list(SPACES), ["a", "\u200b"]),
    (r"^\S$", ["a", "\u200b", "😀"], list(SPACES)),
    (r"^[\sa]$", ["a", *SPACES], ["b"]),
    (r"^[\S]$", ["a", "😀"], list(SPACES)),
    (r"^[^\s@]+@[^\s@]+\.[^\s@]+$", ["a@b.org"], ["a @b.org", "a@borg"]),
    ("^.$", ["a", "é", "😀", "\v"], ["\n", "\r", "\u2028", "\u2029", ""]),
    (r"^\.$", ["."], ["a"]),
    (r"^[.]$", ["."], ["a"]),
    (r"\bab\b", ["ab", "x ab-c"], ["xab", "ab1"]),
    (r"x\By", ["xy"], ["x y"]),
    (r"^[\b]$", ["\b"], ["b"]),
    (r"^\t\n\v\f\r$", ["\t\n\v\f\r"], ["tnvfr"]),
    (r"^\cI\cj$", ["\t\n"], ["cI"]),
    (r"^\x41B$", ["AB"], ["x41B"]),
    (r"^\u00e9$", ["é"], ["e"]),
    (r"^\ud83d\ude00$", ["😀"], ["😁"]),
    (r"^[\ud83d\ude00-\ud83d\ude02]$", ["😀", "😁"], ["😃"]),
    (r"^\u{1F600}\u{41}$", ["😀A"], ["A"]),
    (r"^[\u0041-\x43]$", ["A", "C"], ["D"]),
    (r"^[\w-z]$", ["-", "a"], ["é"]),
    (r"^[a\-z]$", ["a", "-"], ["b"]),
    ("^[[:alpha:]]$", ["[]", ":]", "a]"], ["a", "b]"]),
    ("^[[.a.]]$", ["a]", ".]"], ["a"]),
    ("^[[=a=]]$", ["=]"], ["="]),
    ("^[]$", [], ["", "a"]),
    ("^[^]$", ["a", "\n", "😀"], [""]),
    ("^[^^]$", ["a"], ["^"]),
    ("^[a^]$", ["^"], ["b"]),
    (r"^[\]\[\\]$", ["]", "[", "\\"], ["a"]),
    ("^a{$", ["a{"], ["a"]),
    ("^a{,2}$", ["a{,2}"], ["aa"]),
    ("^]}$", ["]}"], ["]"]),
    (r"^\{\}\/\-$", ["{}/-"], ["a"]),
    ("^#a b$", ["#a b"], ["ab"]),
    (r"^\\d$", ["\\d"], ["1"]),
    ("^(a)(b)?$", ["a", "ab"], ["b"]),
    ("a|", ["", "b"], []),
]
REFUSED = [
    r"\p{L}",
    r"[\p{L}]",
    r"\P{L}",
    r"(a)\1",
    r"(?<x>a)\k<x>",
    r"\0",
    r"\a",
    r"\A",
    r"\m",
    r"\y",
    r"\u12",
    r"\u{110000}",
    r"\x4",
    r"[\y]",
    "a{256}",
    "a{1,300}",
    "*a",
    "***=a",
    "***:a",
    "+",
    "?a",
    "a**",
    "a++",
    "(?i)a",
    "(?#a)",
    "(?<:a)",
    "(a",
    "a)",
    "a)|(b",
    "[a",
    "[z-a]",
    "[a-c-e]",
    "a{2,1}",
    "a\\",
]


@pytest.mark.parametrize(("pattern", "matching", "others"), SAME)
def test_a_pattern_means_what_ecma_262_says(
    validator: Validator, pattern: str, matching: list[str], others: list[str]
) -> None:
    schema = json.dumps({"pattern": pattern})
    assert validator.issues(schema) == []
    verdicts = validator.verdicts(schema, [json.dumps(text) for text in matching + others])
    assert verdicts == [True] * len(matching) + [False] * len(others)


@pytest.mark.parametrize(("pattern", "matching", "others"), SAME)
def test_a_pattern_for_names_means_the_same(
    validator: Validator, pattern: str, matching: list[str], others: list[str]
) -> None:
    schema = json.dumps({"patternProperties": {pattern: False}})
    assert validator.issues(schema) == []
    verdicts = validator.verdicts(schema, [json.dumps({text: 1}) for text in matching + others])
    assert verdicts == [False] * len(matching) + [True] * len(others)


@pytest.mark.parametrize("pattern", REFUSED)
def test_a_pattern_that_cannot_be_translated_is_an_issue(
    validator: Validator, pattern: str
) -> None:
    assert [code for _, code in validator.issues(json.dumps({"pattern": pattern}))] == [
        "SCHEMA_PATTERN_INVALID"
    ]
    assert [
        code for _, code in validator.issues(json.dumps({"patternProperties": {pattern: True}}))
    ] == ["SCHEMA_PATTERN_INVALID"]


def test_the_hint_says_what_cannot_be_used(validator: Validator) -> None:
    hints = {
        pattern: validator.connection.execute(
            "select hint from pbdb._schema_issues(%s::jsonb)", (json.dumps({"pattern": pattern}),)
        ).fetchall()[0][0]
        for pattern in [r"\p{L}", r"(a)\1", "a{300}", "(a"]
    }
    assert "Unicode classes" in hints[r"\p{L}"]
    assert "Back references" in hints[r"(a)\1"]
    assert "at most 255" in hints["a{300}"]
    assert "ECMA-262" in hints["(a"]


def test_an_untranslatable_pattern_lets_nothing_pass(validator: Validator) -> None:
    [entry] = validator.errors(r'{"pattern": "\\p{L}"}', '"a"')
    assert entry == {
        "path": "",
        "keyword": "pattern",
        "message": r'cannot be checked: "\\p{L}" is not a usable pattern',
        "unchecked": True,
    }
    [entry] = validator.errors(r'{"patternProperties": {"\\p{L}": true}}', '{"a": 1}')
    assert (entry["path"], entry["unchecked"]) == ("/a", True)


@pytest.mark.parametrize(
    "pattern",
    ["(x{1,200}){1,200}", "((a{9}b?){9}|b){20}", "a{250}" * 5, "^(([a-z]{1,30} ){1,10}\\.){1,10}$"],
)
def test_a_pattern_that_is_too_large_when_written_out_is_refused(
    validator: Validator, pattern: str
) -> None:
    schema = json.dumps({"pattern": pattern})

    assert [code for _, code in validator.issues(schema)] == ["SCHEMA_PATTERN_INVALID"]
    [entry] = validator.errors(schema, '"x"')
    assert entry["unchecked"]


@pytest.mark.parametrize(
    "pattern",
    [
        r"^(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*\.?$",
        r"^.{1,255}@.{1,255}$",
        "^" + "|".join("([0-9a-f]{1,4}:){1,7}[0-9a-f]{1,4}" for _ in range(8)) + "$",
        "^(?=.*[A-Z])(?=.*[0-9]).{8,255}$",
    ],
)
def test_a_usual_pattern_with_repetitions_is_used(validator: Validator, pattern: str) -> None:
    assert validator.issues(json.dumps({"pattern": pattern})) == []
    assert validator.errors(json.dumps({"pattern": pattern}), '"!"')[0]["keyword"] == "pattern"


@pytest.mark.parametrize("pattern", ["(a|b){200}(c|d){200}x", "(?=.*x)y", "((?!xy).)*$"])
def test_a_text_that_is_too_long_for_its_pattern_is_not_checked(
    validator: Validator, pattern: str
) -> None:
    [entry] = validator.errors(json.dumps({"pattern": pattern}), json.dumps("ab" * 100_000))

    assert entry["unchecked"]
    assert "a text of 200000 bytes is too long for" in entry["message"]


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(?=.*x)(?=.*[0-9]).{8,}$", r"^\S+@\S+$"])
def test_a_long_text_is_matched_with_a_usual_pattern(validator: Validator, pattern: str) -> None:
    [entry] = validator.errors(json.dumps({"pattern": pattern}), json.dumps("ab" * 100_000))

    assert "unchecked" not in entry


def test_many_patterns_for_many_members_are_not_checked(validator: Validator) -> None:
    patterns = {f"^x{n}.*y$": {"type": "number"} for n in range(400)}
    members = {f"x{n}y": 1 for n in range(400)}
    few = dict(list(members.items())[:200])

    schema = json.dumps({"patternProperties": patterns})
    [entry] = validator.errors(schema, json.dumps(members))
    assert entry["message"].endswith("it has too many patterns for so many members")
    assert validator.errors(schema, json.dumps(few)) == []


def test_a_check_gives_up_after_some_seconds(validator: Validator) -> None:
    each = {"allOf": [{"minLength": n} for n in range(1, 200)]}
    schema, value = json.dumps({"items": each}), json.dumps(["a" * 300] * 50_000)
    began = time.monotonic()

    errors = validator.errors(schema, value)

    assert "more than 4 seconds" in errors[0]["message"]
    assert errors[0]["unchecked"]
    assert time.monotonic() - began < 20
