"""The short form of `make chaos`, with every test run."""

from __future__ import annotations

from chaos.__main__ import SHORT
from chaos.run import run


def test_nothing_is_lost_stuck_or_done_twice_while_everything_dies() -> None:
    report = run(SHORT)
    assert report.wrong() == {}, report
    assert report.completed == report.executions == SHORT.executions
    assert report.answers_lost > 0, report
