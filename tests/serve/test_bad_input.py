"""Bad input is refused with a sentence, a database that goes away with 503; nothing is a 500."""

from __future__ import annotations

import uuid
from typing import Any

import httpx2 as httpx
import pytest
from hypothesis import HealthCheck, given, settings
from schemathesis import openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from serve.served import Served, token


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("GET", "/v1/executions/not-a-uuid", None, 400, "not-a-uuid"),
        ("GET", "/v1/executions?stauts=FAILED", None, 400, "did you mean status?"),
        ("GET", "/v1/executions?status=LOST", None, 400, "LOST"),
        ("GET", "/v1/executions?limit=many", None, 400, "many"),
        ("GET", "/v1/executions?limit=0", None, 400, "cannot list 0"),
        ("GET", "/v1/executions?limit=1&limit=2", None, 400, "2 times"),
        ("GET", "/v1/executions?search=%00", None, 400, "NUL"),
        ("GET", "/v1/playbooks/%ff%fe", None, 404, ""),
        ("GET", "/v1/playbooks/..%2f..%2fhealthz", None, 404, ""),
        ("GET", "/v1/nothing", None, 404, "/v1/nothing"),
        ("PATCH", "/v1/executions", None, 405, "PATCH"),
        ("POST", "/v1/playbooks/echo/executions", {"inptu": 1}, 400, "did you mean input?"),
        ("POST", "/v1/playbooks/echo/executions", [1], 400, "not an object"),
        ("POST", "/v1/playbooks/echo/executions", {"execution_name": 7}, 400, "not a text"),
        ("POST", "/v1/playbooks/echo/executions", {"input": "\0"}, 400, ""),
        ("POST", "/v1/playbooks/nobody/executions", {}, 404, "nobody"),
        ("POST", "/v1/playbooks:apply", {}, 400, "document is missing"),
        ("POST", "/v1/playbooks:apply", {"document": 7}, 422, ""),
        ("PUT", "/v1/triggers/t", {"playbook_name": "echo"}, 400, "schedule"),
    ],
)
def test_it_is_told_what_is_wrong(
    served: Served, method: str, path: str, body: Any, status: int, words: str
) -> None:
    answer = served.call(method, path, body)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert words in answer.text
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b'{"input": ', "application/json", 400),
        (b'{"input": NaN}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"input=1", "application/x-www-form-urlencoded", 415),
        (b" " * 3_000_000 + b"{}", "application/json", 413),
    ],
)
def test_a_body_that_is_none_is_refused(
    served: Served, content: bytes, kind: str, status: int
) -> None:
    answer = httpx.post(
        f"{served.address}/v1/playbooks/echo/executions",
        content=content,
        headers={"Content-Type": kind, "Authorization": f"Bearer {token(served.mine)}"},
    )
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert served.call("GET", "/v1/executions").json()["items"] == []


def test_generated_requests_meet_no_fault_and_no_status_that_is_not_documented(
    served: Served,
) -> None:
    schema = openapi.from_url(f"{served.address}/openapi.json")
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]
    headers = {"Authorization": f"Bearer {token(uuid.uuid4())}"}
    for found in schema.get_all_operations():
        generate(found.ok(), checks, headers)  # type: ignore[union-attr]


def generate(operation: Any, checks: list[Any], headers: dict[str, str]) -> None:
    @given(case=operation.as_strategy())
    @settings(
        max_examples=8,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def try_it(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=checks)

    try_it()
