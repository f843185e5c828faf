"""A step that one runner cannot execute waits for another one, and not for ever."""

from __future__ import annotations

import signal

import pytest

from runner.harness import Playground, eventually, function


def test_a_step_that_one_runner_refuses_is_done_by_another_in_the_same_attempt(
    here: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = here.start_runner()
    execution = here.client.start(here.apply(function("pick", "only_where_told"), max_retries=0))
    eventually(lambda: first.says("step refused"))
    first.signal(signal.SIGTERM)
    assert first.wait() == 0
    monkeypatch.setenv("TOLD", "yes")
    here.start_runner()

    result = here.wait(execution)

    assert (result.status, result.output_data) == ("COMPLETED", "here")
    assert here.attempts(execution) == [("pick", 1, "COMPLETED", None)]


def test_a_step_without_a_model_anywhere_fails_with_a_sentence_that_says_what_to_set(
    here: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PBDB_OPENAI_MODEL", raising=False)
    runner = here.start_runner()
    ask = {"name": "ask", "type": "AGENT_EXECUTION", "config": {"agent": "assistant"}}

    execution = here.client.start(here.apply(ask, max_retries=3))
    result = here.wait(execution)

    assert (result.status, result.error_code) == ("FAILED", "NOT_CONFIGURED")
    assert "set PBDB_OPENAI_MODEL" in str(result.error_message)
    assert here.attempts(execution) == [("ask", 1, "FAILED", "NOT_CONFIGURED")]
    assert runner.log.read_text().count("step refused") == 6
