"""Templates beyond the Mustache specification: defaults, paths, JSON, missing names, urls."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from language import Language, sqlstate

CONTEXT: dict[str, Any] = {
    "name": "Ann",
    "none": None,
    "lead": {"email": "ann@example.com"},
    "items": [{"id": 1}, {"id": 2}],
    "count": 3,
    "flag": True,
    "text": "{{name}} {{#items}} $1 \\1 &",
}
VARIABLES: dict[str, Any] = {
    "input": {"name": "from input", "items": [{"id": 1, "ok": True}, {"id": 2}]},
    "step_1_output": {"score": 85},
    "steps": {"qualify": {"output": {"score": 5}}},
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("no tags, {single} braces", "no tags, {single} braces"),
        ("", ""),
        ("Hi {{name}}!", "Hi Ann!"),
        ("{{ lead.email }}", "ann@example.com"),
        ("{{lead}}", '{"email": "ann@example.com"}'),
        ("{{items}}", '[{"id": 1}, {"id": 2}]'),
        ("{{count}} {{flag}} [{{none}}]", "3 true []"),
        ("{{items.1.id}}", "2"),
        ("{{input.name}} {{steps.qualify.output.score}}", "from input 5"),
        ("{{$step_1_output.score + 5}}", "90"),
        ("{{$input.items[*] ? (@.ok == true).id}}", "1"),
        ('{{nobody ?? "friend"}}', "friend"),
        ('{{ nobody.at.all ?? {"a": 1} }}', '{"a": 1}'),
        ("{{none ?? 0}}", "0"),
        ('{{name ?? "friend"}}', "Ann"),
        ('{{$input.nobody ?? ""}}', ""),
        ('{"a":{{count}}}', '{"a":3}'),
        ("{{{name}}} {{&name}}", "Ann Ann"),
        ("{{#items}}{{id}},{{/items}}", "1,2,"),
        ("{{#items}}{{name}}{{id}} {{/items}}", "Ann1 Ann2 "),
        ("{{#$input.items[*] ? (@.id > 0)}}{{id}}{{/$input.items[*] ? (@.id > 0)}}", "12"),
        ("{{^$input.nobody}}none{{/$input.nobody}}", "none"),
        ("{{#nobody}}x{{/nobody}}{{^nobody}}none{{/nobody}}", "none"),
        ("{{! a {{comment}} }}x", " }}x"),
        ("{{text}}", "{{name}} {{#items}} $1 \\1 &"),
        ("{{#flag}}{{text}}{{/flag}}", "{{name}} {{#items}} $1 \\1 &"),
    ],
)
def test_a_template_renders(language: Language, template: str, text: str) -> None:
    assert language.render(template, CONTEXT, VARIABLES) == text


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{{nobody}}", "nobody"),
        ("{{lead.phone}}", "lead.phone"),
        ("{{$input.nobody}}", "$input.nobody"),
        ("{{#items}}{{nobody}}{{/items}}", "nobody"),
    ],
)
def test_a_missing_variable_is_an_error_that_names_it(
    language: Language, template: str, name: str
) -> None:
    with pytest.raises(psycopg.Error) as error:
        language.render(template, CONTEXT, VARIABLES)
    assert sqlstate(error) == "PB016"
    assert name in str(error.value)


@pytest.mark.parametrize(
    "template",
    ["{{> partial}}", "{{=<% %>=}}", "{{open", "{{}}", "{{/name}}", "{{#name}}", "{{#a}}{{/b}}"],
)
def test_what_is_not_supported_is_never_ignored(language: Language, template: str) -> None:
    with pytest.raises(psycopg.Error) as error:
        language.render(template, CONTEXT, VARIABLES)
    assert sqlstate(error) == "PB016"


def test_nested_lists_cannot_fill_the_memory(language: Language) -> None:
    context = {"a": ["x" * 100] * 100}

    with pytest.raises(psycopg.Error) as error:
        language.render("{{#a}}{{#a}}{{#a}}{{.}}{{/a}}{{/a}}{{/a}}", context)
    assert sqlstate(error) == "PB016"


@given(
    pieces=st.lists(
        st.tuples(
            st.text("ab }\n$\\é", max_size=6), st.sampled_from(["name", "lead.email", "text"])
        ),
        max_size=6,
    ),
    last=st.text("ab }\n$\\é", max_size=6),
)
@settings(max_examples=150, deadline=None)
def test_only_the_tags_of_a_template_change(
    language: Language, pieces: list[tuple[str, str]], last: str
) -> None:
    values = {"name": "Ann", "lead.email": "ann@example.com", "text": CONTEXT["text"]}
    template = "".join(f"{text}{{{{{name}}}}}" for text, name in pieces) + last
    expected = "".join(text + values[name] for text, name in pieces) + last

    assert language.render(template, CONTEXT) == expected
    # the same through the interpreter that sections need
    assert language.render("{{! }}x" + template, CONTEXT) == "x" + expected


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Hi {name}, {lead.email}", "Hi Ann, ann@example.com"),
        ("{nobody} {lead.phone} {}", "{nobody} {lead.phone} {}"),
        ("{{name}} {{{name}}} {name}", "{{name}} {{{name}}} Ann"),
        ('{"a": {count}}', '{"a": 3}'),
        ("{lead} {none} {items}", '{"email": "ann@example.com"} null [{"id": 1}, {"id": 2}]'),
        ("{input.name} {step_1_output.score}", "from input 85"),
        ("{text}{name}", "{{name}} {{#items}} $1 \\1 &Ann"),
        ("open { and {name", "open { and {name"),
    ],
)
def test_single_braces_are_the_original_syntax(
    language: Language, template: str, text: str
) -> None:
    assert language.render(template, CONTEXT, VARIABLES, syntax="single_brace") == text


@given(text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20))
@settings(max_examples=150, deadline=None)
def test_a_value_in_a_url_is_one_component(language: Language, text: str) -> None:
    rendered = language.render("https://x.io/{{a}}?b={{a}}", {"a": text}, escape="url")

    assert rendered == f"https://x.io/{quote(text, safe='')}?b={quote(text, safe='')}"


def test_a_config_is_resolved_under_its_keys(language: Language) -> None:
    config = {
        "method": "$input.method",
        "url": "https://x.io/{{name}}?q={{text}}",
        "headers": {"X-Who": "{{name}}", "X-Score": "$step_1_output.score", "X-Plain": "a"},
        "body": {
            "list": ["$$5", {"deep": "{{lead.email}}"}, 1, None],
            "ids": {"$all": "$input.items.id"},
        },
    }
    context = {"name": "A/B", "text": "a b", "lead": {"email": "e"}}

    resolved = language.resolve(config, ["url", "headers", "body"], context, VARIABLES)

    assert resolved == {
        "method": "$input.method",
        "url": "https://x.io/A%2FB?q=a%20b",
        "headers": {"X-Who": "A/B", "X-Score": 85, "X-Plain": "a"},
        "body": {"list": ["$5", {"deep": "e"}, 1, None], "ids": [1, 2]},
    }


def test_a_config_may_read_the_steps_input_by_path(language: Language) -> None:
    config = {"body": "$step_input.name", "headers": {"X": "{{$step_input.name}}"}}

    assert language.resolve(config, ["body", "headers"], {"name": "Ann"}, VARIABLES) == {
        "body": "Ann",
        "headers": {"X": "Ann"},
    }


def test_a_config_in_the_original_syntax_is_resolved(language: Language) -> None:
    config = {
        "syntax": "single_brace",
        "url": "https://x.io/{name}",
        "body": {"a": "{{name}} {name}"},
    }

    assert language.resolve(config, ["url", "body"], {"name": "a b"}, {}) == {
        "syntax": "single_brace",
        "url": "https://x.io/a%20b",
        "body": {"a": "{{name}} a b"},
    }


@pytest.mark.parametrize(
    ("value", "dynamic"),
    [
        ("plain", False),
        ("$input.a", True),
        ({"a": [1, {"b": "x {{y}}"}]}, True),
        ({"a": [1, {"b": "x $y"}]}, False),
        (None, False),
    ],
)
def test_a_static_config_is_known_as_static(
    language: Language, value: object, dynamic: bool
) -> None:
    config = {"a": value, "b": "$input.a"}

    assert language.dynamic_keys("CUSTOM_FUNCTION", {"parameters": value}) == (
        ["parameters"] if dynamic else None
    )
    if not dynamic:
        assert language.resolve(config, ["a", "missing"], {}, {}) == config


@pytest.mark.parametrize(
    ("template", "codes"),
    [
        ('{{name}} {{a.b}} {{#x}}{{.}}{{/x}} {{! note }} {{ a ?? "b" }}', []),
        ("{{> p}}", ["TEMPLATE_UNSUPPORTED"]),
        ("{{=<% %>=}}", ["TEMPLATE_UNSUPPORTED"]),
        ("{{< layout}}", ["TEMPLATE_UNSUPPORTED"]),
        ("{{#if x}}{{/if x}}", ["TEMPLATE_NAME_INVALID"]),
        ("{{else}}", []),
        ("{{name | upper}}", ["TEMPLATE_NAME_INVALID"]),
        ("{{}}", ["TEMPLATE_NAME_INVALID"]),
        ("{{a..b}}", ["TEMPLATE_NAME_INVALID"]),
        ("{{$input.a-b}}", ["EXPRESSION_SYNTAX"]),
        ("{{$input.**}}", ["EXPRESSION_RECURSIVE"]),
        ("{{a ?? b}}", ["TEMPLATE_DEFAULT_INVALID"]),
        ("{{#a ?? 1}}{{/a ?? 1}}", ["TEMPLATE_DEFAULT_INVALID"]),
        ("{{open", ["TEMPLATE_TAG_OPEN"]),
        ("{{#a}}", ["TEMPLATE_SECTION_OPEN"]),
        ("{{/a}}", ["TEMPLATE_SECTION_MISMATCH"]),
        ("{{#a}}{{#b}}{{/a}}{{/b}}", ["TEMPLATE_SECTION_MISMATCH"]),
        ("x" * 100_001, ["TEMPLATE_TOO_LONG"]),
    ],
)
def test_a_template_is_checked_before_it_runs(
    language: Language, template: str, codes: list[str]
) -> None:
    assert [code for _, code in language.template_issues(template)] == codes


@pytest.mark.parametrize(
    ("url", "codes"),
    [
        ("https://x.io/{{a}}", []),
        ("https://x.io?a={{a}}", []),
        ("https://{{host}}/a", ["TEMPLATE_HOST_DYNAMIC"]),
        ("{{base}}/a", ["TEMPLATE_HOST_DYNAMIC"]),
        ("https://x.io{{path}}", ["TEMPLATE_HOST_DYNAMIC"]),
        ("https://x.io:{{port}}/", ["TEMPLATE_HOST_DYNAMIC"]),
    ],
)
def test_scheme_and_host_of_a_url_never_come_from_data(
    language: Language, url: str, codes: list[str]
) -> None:
    assert [code for _, code in language.template_issues(url, escape="url")] == codes


PIECES = """
{{name}} {{#items}} {{/items}} {{^items}} {{.}} {{!x}} {{{lead}}} {{&a.b}} {{$input.a}} {{q??"d"}}
{{q??}} {{>p}} {{$}} {{}} {{ }} { x
"""
pieces = st.sampled_from([*PIECES.split(), " ", "\n"])


@given(template=st.lists(pieces, max_size=10).map("".join))
@settings(max_examples=300, deadline=None)
def test_a_template_without_issues_renders(language: Language, template: str) -> None:
    state = None
    try:
        language.render(template, CONTEXT, {"input": {"a": 1}}, missing="empty")
    except psycopg.Error as error:
        state = error.sqlstate

    assert state in {None, "PB016", "42601", "22P02"}
    assert state is None or language.template_issues(template)


@pytest.mark.parametrize(
    ("template", "length"),
    [
        ("{{#a}}" * 4 + "x" + "{{/a}}" * 4, 100),
        ("{{#a}}" * 4 + "{{/a}}" * 4, 100),
        ("{{#a}}{{#a}}{{^a}}x{{/a}}{{/a}}{{/a}}", 1000),
        ("{{#a}}y{{/a}}", 100_000),
    ],
)
def test_sections_that_repeat_too_often_are_refused(
    language: Language, template: str, length: int
) -> None:
    with pytest.raises(psycopg.Error, match="more than 100000 pieces") as error:
        language.render(template, {"a": [*range(length)]})
    assert sqlstate(error) == "PB016"


_LONG = "a" * 100_000


@pytest.mark.parametrize(
    ("template", "options"),
    [
        ("{{input.long}}" * 200, {}),
        ("{{$input.long}}" * 200, {}),
        ("{{input.nothing ?? 0}}" + "{{input.long}}" * 200, {}),
        ("{{#input.list}}{{.}}{{/input.list}}", {}),
        ("{long}" * 200, {"syntax": "single_brace"}),
    ],
)
def test_a_template_that_renders_to_too_much_is_refused(
    language: Language, template: str, options: dict[str, str]
) -> None:
    variables = {"input": {"long": _LONG, "list": [_LONG] * 200}}
    with pytest.raises(psycopg.Error, match="more than 16777216 bytes") as error:
        language.render(template, {"long": _LONG}, variables, **options)
    assert sqlstate(error) == "PB016"


@pytest.mark.parametrize(
    "value",
    [
        {f"k{n}": "{{long}}" for n in range(200)},
        ["{{long}}"] * 200,
        [["{{long}}"] * 15] * 15,
        {f"k{n}": {f"k{m}": "{{long}}" for m in range(15)} for n in range(15)},
    ],
)
def test_the_templates_of_a_step_together_are_bounded(language: Language, value: object) -> None:
    with pytest.raises(psycopg.Error, match="more than 16777216 bytes"):
        language.resolve({"body": value}, ["body"], {"long": _LONG}, {})
    with pytest.raises(psycopg.Error, match="more than 16777216 bytes"):
        keys = [f"k{n}" for n in range(15)]
        language.resolve(dict.fromkeys(keys, ["{{long}}"] * 15), keys, {"long": _LONG}, {})


def test_the_messages_of_a_prompt_together_are_bounded(language: Language) -> None:
    messages = [{"role": "user", "content": "{{long}}"}] * 200
    with pytest.raises(psycopg.Error, match="more than 16777216 bytes"):
        language.prompt({"template": messages}, {"long": _LONG})


def test_a_url_takes_no_value_that_is_longer_than_any_url(language: Language) -> None:
    context, url = {"long": "ä" * 40_000}, "https://x.example/{{long}}"
    with pytest.raises(psycopg.Error, match="a url cannot take a value of 80000 bytes"):
        language.resolve({"url": url}, ["url"], context, {})


def test_a_section_over_a_long_list_is_rendered(language: Language) -> None:
    assert language.render("{{#a}}{{.}}{{/a}}", {"a": [7] * 20_000}) == "7" * 20_000


def test_the_text_of_json_stays_json(language: Language) -> None:
    rendered = language.render("{{lead}}", {"lead": {"name": 'a "quoted" <b> é'}})

    assert json.loads(rendered) == {"name": 'a "quoted" <b> é'}


@pytest.mark.parametrize(
    ("template", "accepted"),
    [
        ("Hi {{name}}", True),
        ([{"role": "user", "content": "Hi {{name}}"}], True),
        ("Hi {{#name}}", False),
        ([{"role": "user", "content": "ok"}, {"role": "user", "content": "{{> p}}"}], False),
    ],
)
def test_a_stored_template_can_be_rendered(
    language: Language, template: object, accepted: bool
) -> None:
    if accepted:
        language.check_template(template)
    else:
        with pytest.raises(psycopg.Error) as error:
            language.check_template(template)
        assert sqlstate(error) == "PB016"
