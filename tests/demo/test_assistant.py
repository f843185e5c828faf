"""The demo's assistant: it quotes what it was given, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pbdb.demo.assistant import answer
from pbdb.model import Output, Step, StepFailed

Ask = Callable[..., Output]

REFUNDS = {
    "passages": [
        {"content": "We ship on weekdays. Shipping is free above 50 euros.", "source": "shipping"},
        {
            "content": "A refund is paid within 14 days. Refunds go to the card that was used.",
            "source": "refunds",
        },
    ]
}


@pytest.fixture
def ask(make_step: Callable[..., Step]) -> Ask:
    def run(prompt: str, input: Any, schema: Mapping[str, Any] | None = None) -> Output:
        config = {"prompt": prompt}
        return answer(make_step("AGENT_EXECUTION:assistant", config, input, output_schema=schema))

    return run


def test_the_assistant_quotes_and_says_that_no_model_did(ask: Ask) -> None:
    output = ask("How long does a refund take?", REFUNDS)

    assert output.value.startswith("“A refund is paid within 14 days.” (refunds)")
    assert "shipping" not in output.value
    assert output.usage is not None and output.usage.model == "extractive"


def test_it_reads_the_output_of_a_memory_search(ask: Ask) -> None:
    results = {
        "results": [
            {"id": "m1", "content": "Ada likes tea.", "metadata": {"source": "crm"}},
            {"id": "m2", "content": "Bob likes coffee.", "metadata": {}},
        ],
        "results_count": 2,
    }

    assert ask("What does Bob like?", {"passages": results}).value == "“Bob likes coffee.” (m2)"


def test_it_fills_an_output_schema_as_far_as_quotes_go(ask: Ask) -> None:
    texts = {"type": "array", "items": {"type": "string"}}
    schema: dict[str, Any] = {"properties": {"answer": {"type": "string"}, "sources": texts}}
    question = "When is a refund paid?"

    assert ask(question, REFUNDS, schema).value["sources"] == ["refunds"]
    schema = {"properties": {"score": {"type": "integer"}}, "required": ["score"]}
    with pytest.raises(StepFailed, match="AGENT_ERROR.*score") as caught:
        ask(question, REFUNDS, schema)
    assert caught.value.permanent


@pytest.mark.parametrize("input", [None, {}, {"passages": []}, "text", {"passages": ["Nothing."]}])
def test_it_never_invents(ask: Ask, input: Any) -> None:
    assert "capital" not in ask("What is the capital?", input).value
