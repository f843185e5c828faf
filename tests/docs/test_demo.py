"""`make demo` keeps what README promises."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from docs.conftest import Demo, eventually_none, processes_in, start_demo

SECONDS_OF_PROCESSOR = 20


def test_a_question_is_answered_from_the_documentation(demo: Demo) -> None:
    answered = demo.said["answered"]

    assert answered["answer"]
    assert answered["model"]
    assert 1 <= len(answered["sources"]) <= 5
    assert any("statement" in source for source in answered["sources"])


def test_what_the_documentation_does_not_know_is_not_answered(demo: Demo) -> None:
    assert demo.said["unknown"]["answer"] == "The documentation says nothing about that."


def test_the_reading_list_has_each_topic_in_order(demo: Demo) -> None:
    listed = demo.said["reading_list"]

    assert [each["topic"] for each in listed["reading"]] == [
        "with",
        "lambda",
        "for",
        "try",
        "assert",
    ]
    assert all(each["words"] > 0 and each["minutes"] >= 1 for each in listed["reading"])
    assert listed["longest"] in {each["topic"] for each in listed["reading"]}


def test_nothing_is_left_running(demo: Demo) -> None:
    assert eventually_none(demo.folder, 10) == []


def test_the_second_run_is_quick_and_says_the_same(demo: Demo) -> None:
    """Processor time is compared: other work on the machine does not count against it."""
    done, seconds = demo.again("--json", "--answer", 'approve={"approved": false, "note": "later"}')

    assert done.returncode == 0, done.stderr
    assert '"reading": []' in done.stdout and '"note": "later"' in done.stdout
    assert seconds < SECONDS_OF_PROCESSOR


def test_an_interrupt_in_the_middle_leaves_no_process(tmp_path: Path, alone: None) -> None:
    process = start_demo(tmp_path)
    assert process.stdout is not None
    said = ""
    while "migrated" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    # The runner is embedding by now, or about to.
    time.sleep(1)
    assert processes_in(tmp_path)
    os.killpg(process.pid, signal.SIGINT)
    rest, _ = process.communicate(timeout=120)

    assert process.returncode == 130, said + rest
    assert "Traceback" not in rest
    assert eventually_none(tmp_path, 30) == []
