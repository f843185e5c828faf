"""Documents as files: what is read, what is refused in which line, and what is written."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pbdb.document.file import (
    DocumentError,
    load_document,
    parse_document,
    read_document,
    write_document,
)
from pbdb.errors import DocumentInvalid, ValidationFailed
from playbook.samples import documents

LEAD = """\
# Qualify a lead.
name: lead
steps:
  - name: fetch
    type: API_CALL
    config:
      url: https://crm.example/
      "a key": [1,
        2]
  - name: both
    type: PARALLEL_EXECUTION
    branches:
      left:
        - {name: l, type: WAIT_FOR_INPUT}
      "right side":
        - name: r
          type: WAIT_FOR_INPUT
"""


def test_a_place_is_a_line_of_the_file() -> None:
    document = parse_document(LEAD, "lead.yaml")
    assert {
        place: document.line(place)
        for place in (
            "name",
            "steps",
            "steps[0]",
            "steps[0].config.url",
            'steps[0].config["a key"][1]',
            "steps[1].branches.left[0].type",
            'steps[1].branches["right side"][0].type',
        )
    } == {
        "name": 2,
        "steps": 3,
        "steps[0]": 4,
        "steps[0].config.url": 7,
        'steps[0].config["a key"][1]': 9,
        "steps[1].branches.left[0].type": 14,
        'steps[1].branches["right side"][0].type': 17,
    }
    assert document.at("steps[0].config") == "lead.yaml:6"


def test_a_place_that_is_not_there_is_where_the_part_around_it_begins() -> None:
    document = parse_document(LEAD, "lead.yaml")
    assert document.line("steps[0].config.method") == 6
    assert document.line("steps[1].on_success") == 10
    assert document.line("output_mapping") == 2
    assert document.line("document") == 2


def test_a_step_is_found_by_its_name() -> None:
    document = parse_document(LEAD, "lead.yaml")
    assert document.step("r") == 'steps[1].branches["right side"][0]'
    assert (
        document.issue_place("r", "config.prompt")
        == 'steps[1].branches["right side"][0].config.prompt'
    )
    assert document.issue_place(None, "output_mapping.x") == "output_mapping.x"


def test_json_has_lines_too() -> None:
    text = json.dumps(yaml.safe_load(LEAD), indent="\t")
    document = parse_document(text, "lead.json", is_json=True)
    assert document.content == yaml.safe_load(LEAD)
    assert document.line("steps[0].config.url") == 8
    assert parse_document('{"a":{"b":[1,{"c":null}]}}', is_json=True).content == {
        "a": {"b": [1, {"c": None}]}
    }


def test_json_texts_that_are_not_yaml_only_lose_their_lines() -> None:
    text = '{\n"name": "x\x7f",\n"long": {"' + "k" * 2000 + '": 1},\n"steps": []}'
    document = parse_document(text, is_json=True)
    assert document.content == json.loads(text)
    assert document.line("steps") == 1


def test_json_escapes_beyond_sixteen_bits_are_one_character() -> None:
    assert parse_document(r'{"name": "\ud83d\ude00"}', is_json=True).content == {"name": "😀"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("No", "No"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("2024-01-31", "2024-01-31"),
        ("12:30", "12:30"),
        ("010", "010"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("-3", -3),
        ("+3", 3),
        ("0", 0),
        ("1.50", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1.2.3", "1.2.3"),
        ("=", "="),
        ("$input.x", "$input.x"),
        ('"5"', "5"),
    ],
)
def test_yaml_holds_no_surprises(text: str, value: Any) -> None:
    found = parse_document(f"x: {text}").content["x"]
    assert (found, type(found)) == (value, type(value))


def test_anchors_and_merges_work() -> None:
    text = "base: &b {retries: 1, x: 1}\nstep: {<<: *b, x: 2}\nagain: *b\n"
    assert parse_document(text).content == {
        "base": {"retries": 1, "x": 1},
        "step": {"retries": 1, "x": 2},
        "again": {"retries": 1, "x": 1},
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: a\nname: b", "f.yaml:2:1: the key 'name' is given twice"),
        ("a:\n  - {b: 1, b: 2}", "f.yaml:2:12: the key 'b' is given twice"),
        ("a:\n  1: x", "f.yaml:2:3: the key '1' is not text: quote it"),
        ("a: .inf", "f.yaml:1:4: '.inf' is no value that JSON has: quote it"),
        ("a: 1e999", "f.yaml:1:4: '1e999' is no value that JSON has: quote it"),
        ("a: !!binary aGk=", "f.yaml:1:4: 'aGk=' is no value that JSON has: quote it"),
        ("a: !!python/name:os.system x", "f.yaml:1:4: 'x' is no value"),
        ("a: !secret x", "f.yaml:1:4: 'x' is no value"),
        ('a: "\\0"', "f.yaml:1:4: the text has a character that PostgreSQL cannot store"),
        ('a: "\\ud800"', "f.yaml:1:4: the text has a character that PostgreSQL cannot store"),
        ("a: [", "f.yaml:1:5: cannot be read: while parsing a flow node"),
        ("a: b: c", "f.yaml:1:5: cannot be read: mapping values are not allowed here"),
        ("a: 1\n---\nb: 2", "f.yaml:2:1: cannot be read: expected a single document"),
        ("- a", "f.yaml holds no object"),
        ("", "f.yaml holds no object"),
        ("a: &a [*a]", "nested more than 200 deep"),
        ("a: " + "[" * 5000 + "]" * 5000, "f.yaml"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_where_it_stands(
    tmp_path: Path, text: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("f.yaml").write_text(text)
    with pytest.raises(DocumentError) as caught:
        load_document(Path("f.yaml"))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1,}', "f.json:1:9: cannot be read:"),
        ('{"a": 1, "a": 2}', "f.json:1:10: the key 'a' is given twice"),
        ('{"a": NaN}', "f.json cannot be read: NaN is no value that JSON has"),
        ("name: a", "f.json:1:1: cannot be read:"),
        ("[]", "f.json holds no object"),
    ],
)
def test_json_is_json(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "f.json"
    file.write_text(text)
    with pytest.raises(DocumentError) as caught:
        load_document(file)
    assert message in str(caught.value)


def test_a_bomb_of_aliases_does_not_go_off() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(DocumentError, match="more than 200000 values"):
        parse_document("\n".join(lines))


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes(b"#" * (4 * 1024 * 1024 + 1))
    with pytest.raises(DocumentError, match="larger than 4 MiB"):
        load_document(file)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes(b"name: \xff")
    with pytest.raises(DocumentError, match="is not UTF-8 text"):
        load_document(file)
    file.write_bytes(b"\xef\xbb\xbfname: x")
    assert read_document(file) == {"name": "x"}


def test_written_documents_are_in_the_order_that_people_write() -> None:
    text = write_document(
        {
            "steps": [
                {
                    "config": {"output": "a\nb\n", "on": "no"},
                    "type": "DATA_TRANSFORM",
                    "name": "s",
                }
            ],
            "tags": ["010"],
            "name": "p",
        }
    )
    assert text == (
        "name: p\n"
        "tags:\n- '010'\n"
        "steps:\n"
        "- name: s\n"
        "  type: DATA_TRANSFORM\n"
        "  config:\n"
        "    output: |\n"
        "      a\n"
        "      b\n"
        "    'on': 'no'\n"
    )


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
tricky = st.sampled_from(
    ["on", "No", "~", "null", "1e5", "1_0", "0x1", "012", "1:30", ".5", "=", "<<", "2024-01-01",
     "a\nb", " x", "x ", "a: b", "# c", "- d", "\t", "\r\n", "\u2028", "\x85", "a \nb", "{{ x }}"]
)  # fmt: skip
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
    | tricky,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts | tricky, inner, max_size=3),
    max_leaves=8,
)


def same(left: Any, right: Any) -> bool:
    """Equal, with 1 and 1.0 and true apart, as jsonb keeps them."""
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) and isinstance(right, int):
        return math.isclose(left, right)
    return type(left) is type(right) and bool(left == right)


@settings(max_examples=200, deadline=None)
@given(document=st.dictionaries(texts | tricky, values, max_size=4))
def test_what_is_written_reads_back_the_same(document: dict[str, Any]) -> None:
    assert same(document, parse_document(write_document(document)).content)
    text = json.dumps(document, indent=1)
    assert same(document, parse_document(text, is_json=True).content)


@settings(max_examples=50, deadline=None)
@given(document=documents())
def test_every_step_has_a_line(document: dict[str, Any]) -> None:
    read = parse_document(write_document(document))
    assert read.content == document
    lines = [read.line(f"{place}.name") for place, _ in read.steps()]
    assert lines == sorted(set(lines))


def test_what_the_database_says_gets_file_and_line() -> None:
    document = parse_document(LEAD, "lead.yaml")
    malformed = document.explain(
        DocumentInvalid(
            'steps[1].typ: unknown key "typ" (and 1 more)',
            hint="Did you mean type?",
            detail='steps[1].typ: unknown key "typ"\nnam: unknown key "nam"',
        )
    )
    assert isinstance(malformed, DocumentInvalid)
    assert malformed.message == 'lead.yaml:10: steps[1].typ: unknown key "typ" (and 1 more)'
    assert malformed.hint == "Did you mean type?"
    assert malformed.detail == (
        'lead.yaml:10: steps[1].typ: unknown key "typ"\nlead.yaml:2: nam: unknown key "nam"'
    )
    invalid = document.explain(
        ValidationFailed(
            "playbook lead version 1 has errors (2): …",
            detail="CONFIG_KEY_MISSING: fetch config: API_CALL needs url\n"
            "STEP_UNKNOWN: output_mapping.x: $steps.no is no step's output",
        )
    )
    assert isinstance(invalid, ValidationFailed)
    assert invalid.message == "lead.yaml: playbook lead version 1 has errors (2): …"
    assert invalid.detail is not None
    assert invalid.detail.splitlines() == [
        "lead.yaml:6: CONFIG_KEY_MISSING: fetch config: API_CALL needs url",
        "lead.yaml:2: STEP_UNKNOWN: output_mapping.x: $steps.no is no step's output",
    ]
