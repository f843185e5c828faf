"""What the harness answers, read: a value, or the failure in the author's own line numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pbdb.app.payload import to_json
from pbdb.model import StepFailed

_CODE_POSITION = re.compile(
    r"(?:blob:null/[0-9a-f-]+|file:///stripTypeScriptTypes\.ts):(\d+):(\d+)"
)
# Frames of the harness, and the excerpt (with the wrapper's lines) in a parser's message.
_NOT_THE_AUTHORS = re.compile(
    r"\n\s+at [^\n]*(?:guard/harness\.js|node:module)[^\n]*|\n\s*(?:\d+ +)?\|[^\n]*"
)


@dataclass(frozen=True, slots=True)
class SandboxResult:
    """The value the code returned, and what it printed (cut at Limits.console_bytes)."""

    value: Any
    console: str


def read_answer(answer: Mapping[str, Any], first_line: int) -> SandboxResult:
    """The result in an answer, or StepFailed; `first_line` is where the author's code begins."""
    console = str(answer.get("console", ""))
    if answer["ok"]:
        return SandboxResult(to_json(json.loads(answer["value"])), console)
    details = {"console": console} if console else {}
    message = str(answer["message"])
    if answer["phase"] == "size":
        raise limit_reached(f"the result has {message} bytes of JSON", details)
    if answer["phase"] == "result":
        raise StepFailed(
            "OUTPUT_INVALID", f"the result is not JSON: {message}", permanent=True, details=details
        )
    stack = _author_stack(str(answer.get("stack", "")), first_line)
    message = _author_stack(message, first_line)
    if stack:
        details["stack"] = stack
    name = str(answer["name"])
    raise StepFailed(
        "SANDBOX_ERROR",
        message if name == "Error" or message.startswith(f"{name}:") else f"{name}: {message}",
        # What does not even load will not load at the next attempt either.
        permanent=answer["phase"] == "load",
        details=details,
    )


def _author_stack(stack: str, first_line: int) -> str:
    """The stack in the author's own line numbers, without the harness's frames."""

    def position(match: re.Match[str]) -> str:
        return f"code:{max(1, int(match[1]) - first_line + 1)}:{match[2]}"

    stack = stack.replace("SyntaxError: SyntaxError: ", "SyntaxError: ")
    return _CODE_POSITION.sub(position, _NOT_THE_AUTHORS.sub("", stack))


def limit_reached(what: str, details: Mapping[str, Any] | None = None) -> StepFailed:
    """The failure of code that took more than it may."""
    return StepFailed("SANDBOX_LIMIT", what, permanent=True, details=details)
