"""PROMPT_TEMPLATE: text, or messages."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from language import Language, sqlstate

VARIABLES: dict[str, Any] = {"input": {"lead": "Ann"}, "step_1_output": {"score": 85}}


def test_a_prompt_is_rendered_from_variables_and_input(language: Language) -> None:
    config = {
        "template": "{{greeting}} {{name}}, {{step_1_output.score}} of {{max}}",
        "variables": {"greeting": "Hi", "name": "overlaid", "max": 100, "unused": 1},
    }

    assert language.prompt(config, {"name": "Bo"}, VARIABLES) == {
        "prompt": "Hi Bo, 85 of 100",
        "variables": {"greeting": "Hi", "name": "Bo", "max": 100},
    }


def test_variables_may_be_paths(language: Language) -> None:
    config = {"template": "{{who}}", "variables": {"who": "$input.lead"}}

    assert language.prompt(config, None, VARIABLES)["prompt"] == "Ann"


def test_a_template_may_be_a_list_of_messages(language: Language) -> None:
    config = {
        "template": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Who is {{name}}?"},
        ]
    }

    assert language.prompt(config, {"name": "Ann"}, VARIABLES) == {
        "prompt": "Be brief.\n\nWho is Ann?",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Who is Ann?"},
        ],
        "variables": {"name": "Ann"},
    }


def test_a_stored_template_replaces_the_configs_own(language: Language) -> None:
    config = {"template_name": "greeting"}

    assert language.prompt(config, {"name": "Ann"}, template="Hello {{name}}") == {
        "prompt": "Hello Ann",
        "variables": {"name": "Ann"},
    }


def test_the_original_syntax_is_asked_for(language: Language) -> None:
    config = {"template": "{name} {input.lead} {unknown} {{name}}", "syntax": "single_brace"}

    assert language.prompt(config, {"name": "Bo"}, VARIABLES) == {
        "prompt": "Bo Ann {unknown} {{name}}",
        "variables": {"name": "Bo"},
    }


@pytest.mark.parametrize(
    ("config", "state"),
    [({}, "PB024"), ({"template": 5}, "PB024"), ({"template": "{{nobody}}"}, "PB016")],
)
def test_what_cannot_be_rendered_is_an_error(
    language: Language, config: object, state: str
) -> None:
    with pytest.raises(psycopg.Error) as error:
        language.prompt(config, {}, VARIABLES)
    assert sqlstate(error) == state
