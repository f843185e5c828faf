"""API_CALL over real HTTP: what is sent, what comes back, and which failures are retried."""

from __future__ import annotations

import base64
import time
from email.utils import formatdate
from typing import Any

import pytest

from http_server import HttpServer, Reply
from pbdb.model import StepFailed


@pytest.fixture
def call(http: HttpServer, make_step: Any, run_step: Any) -> Any:
    def run(config: dict[str, Any], environ: dict[str, str] | None = None, **step: Any) -> Any:
        environ = {**http.allow, **(environ or {})}
        return run_step(make_step("API_CALL", config, **step), environ=environ).value

    return run


@pytest.fixture
def fails(call: Any) -> Any:
    def run(config: dict[str, Any], environ: dict[str, str] | None = None) -> StepFailed:
        with pytest.raises(StepFailed) as caught:
            call(config, environ)
        return caught.value

    return run


def test_json_text_and_bytes_come_back_as_what_they_are(http: HttpServer, call: Any) -> None:
    assert call({"url": http.reply("/json", {"a": [1]})})["data"] == {"a": [1]}
    assert call({"url": http.reply("/text", "héllo")})["data"] == "héllo"
    latin = http.reply(
        "/latin", "h\xe9".encode("latin-1"), content_type="text/plain; charset=latin-1"
    )
    assert call({"url": latin})["data"] == "h\xe9"
    binary = http.reply("/bytes", b"\x00\xff", content_type="image/png")
    assert call({"url": binary})["data"] == {"base64": base64.b64encode(b"\x00\xff").decode()}
    assert call({"url": http.reply("/empty", b"", 204)})["data"] is None
    assert call({"url": http.reply("/head", "x"), "method": "head"})["data"] is None


@pytest.mark.parametrize(
    "charset", ["punycode", "idna", "rot13", "hex", "zlib", "unicode_escape", "utf-7", "no-such"]
)
def test_a_charset_that_is_none_or_burns_is_read_as_utf_8(
    http: HttpServer, call: Any, charset: str
) -> None:
    text = "ä-" + "a" * 400_000
    url = http.reply("/odd", text.encode(), content_type=f"text/plain; charset={charset}")
    began = time.process_time()
    assert call({"url": url})["data"] == text
    assert time.process_time() - began < 10  # punycode took a minute


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("windows-1252", "€"),
        ("UTF-16", "ä"),
        ("Shift_JIS", "日"),
        ("gb18030", "中"),
        ("koi8-r", "я"),
    ],
)
def test_a_charset_that_services_use_is_read(
    http: HttpServer, call: Any, charset: str, text: str
) -> None:
    url = http.reply("/c", text.encode(charset), content_type=f"text/html; charset={charset}")
    assert call({"url": url})["data"] == text


def test_the_output_has_status_and_headers_without_cookies(http: HttpServer, call: Any) -> None:
    url = http.reply("/", {"ok": True}, 201, set_cookie="session=1", x_request="r1")
    output = call({"url": url})
    assert output["status_code"] == 201
    assert output["headers"]["x-request"] == "r1"
    assert "set-cookie" not in output["headers"]


def test_query_values_are_encoded_each_on_its_own(http: HttpServer, call: Any) -> None:
    http.reply("/search", {})
    query = {"q": "a&b=c #?", "tags": ["x", "y"], "none": None, "deep": True}
    call({"url": http.url + "/search?page=1#top", "query": query})
    assert http.received[0].path == "/search?page=1&q=a%26b%3Dc+%23%3F&tags=x&tags=y&deep=true"


def test_an_object_is_sent_as_json_text_as_text_and_a_form_as_a_form(
    http: HttpServer, call: Any
) -> None:
    url = http.reply("/", {})
    call({"url": url, "method": "POST", "body": {"a": [1, None], "b": "é"}})
    call({"url": url, "method": "PUT", "body": "plain"})
    form = {"content-type": "application/x-www-form-urlencoded"}
    call({"url": url, "method": "POST", "headers": form, "body": {"a": "1 2", "b": ["x", "y"]}})
    json_request, text_request, form_request = http.received
    assert json_request.json == {"a": [1, None], "b": "é"}
    assert json_request.headers["content-type"] == "application/json"
    assert (text_request.body, text_request.headers["content-type"][:10]) == (
        b"plain",
        "text/plain",
    )
    assert form_request.body == b"a=1+2&b=x&b=y"


def test_a_request_with_an_effect_carries_the_steps_idempotency_key(
    http: HttpServer, call: Any
) -> None:
    url = http.reply("/", {})
    call({"url": url})
    call({"url": url, "method": "POST"}, attempt_number=1)
    call({"url": url, "method": "POST"}, attempt_number=2)
    call({"url": url, "method": "POST", "headers": {"Idempotency-Key": "mine"}})
    keys = [request.headers.get("idempotency-key") for request in http.received]
    assert keys == [None, "execution/step/1", "execution/step/1", "mine"]


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        ("CRM", "authorization", "Bearer s3cret-value"),
        ({"type": "bearer", "secret": "CRM"}, "authorization", "Bearer s3cret-value"),
        (
            {"type": "basic", "username": "ada", "secret": "CRM"},
            "authorization",
            "Basic " + base64.b64encode(b"ada:s3cret-value").decode(),
        ),
        ({"type": "header", "name": "X-Api-Key", "secret": "CRM"}, "x-api-key", "s3cret-value"),
    ],
)
def test_auth_sends_the_secret_and_the_result_does_not_show_it(
    http: HttpServer, call: Any, auth: Any, header: str, value: str
) -> None:
    http.routes["/"] = lambda request: Reply({"echo": dict(request.headers)})
    output = call({"url": http.url + "/", "auth": auth}, {"PBDB_SECRET_CRM": "s3cret-value"})
    assert http.received[0].headers[header] == value
    assert "s3cret-value" not in str(output)
    assert "[secret:CRM]" in output["data"]["echo"][header]


def test_a_secret_may_go_into_the_query_or_a_header(http: HttpServer, call: Any) -> None:
    url = http.reply("/", {})
    config = {
        "url": url,
        "auth": {"type": "query", "name": "key", "secret": "CRM"},
        "headers": {"X-Other": {"secret": "CRM"}},
    }
    call(config, {"PBDB_SECRET_CRM": "s3cret value"})
    assert http.received[0].path == "/?key=s3cret+value"
    assert http.received[0].headers["x-other"] == "s3cret value"


def test_an_unknown_secret_is_a_permanent_failure_and_nothing_is_sent(
    http: HttpServer, fails: Any
) -> None:
    failure = fails({"url": http.reply("/"), "auth": "NOTHING"})
    assert (failure.code, failure.permanent) == ("SECRET_MISSING", True)
    assert http.received == []


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        (400, True),
        (404, True),
        (408, False),
        (425, False),
        (429, False),
        (500, False),
        (503, False),
    ],
)
def test_a_status_that_is_not_expected_fails_the_step(
    http: HttpServer, fails: Any, status: int, permanent: bool
) -> None:
    failure = fails({"url": http.reply("/", {"why": "because"}, status)})
    assert (failure.code, failure.permanent) == ("HTTP_STATUS", permanent)
    assert failure.details["status_code"] == status
    assert failure.details["data"] == {"why": "because"}


@pytest.mark.parametrize("expect", [404, "404", "4xx", [200, "404"], "400-410"])
def test_expect_status_says_what_success_is(http: HttpServer, call: Any, expect: Any) -> None:
    url = http.reply("/", {}, 404)
    assert call({"url": url, "expect_status": expect})["status_code"] == 404


def test_success_may_be_narrower_too(http: HttpServer, fails: Any) -> None:
    failure = fails({"url": http.reply("/", {}, 202), "expect_status": 200})
    assert (failure.code, failure.permanent) == ("HTTP_STATUS", False)


def test_retry_after_is_honoured_as_seconds_and_as_a_date(http: HttpServer, fails: Any) -> None:
    in_seconds = fails({"url": http.reply("/a", {}, 429, retry_after="120")})
    assert in_seconds.retry_after_seconds == 120
    date = formatdate(time.time() + 300, usegmt=True)
    at_a_date = fails({"url": http.reply("/b", {}, 503, retry_after=date)})
    assert 290 < at_a_date.retry_after_seconds <= 300
    nonsense = fails({"url": http.reply("/c", {}, 503, retry_after="soon")})
    assert nonsense.retry_after_seconds is None


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"url": 5},
        {"url": "https://example.com", "method": "BREW"},
        {"url": "https://example.com", "headers": {"X-A": "a\r\nX-B: b"}},
        {"url": "https://example.com", "headers": {"X A": "a"}},
        {"url": "https://example.com", "headers": {"Host": "inside"}},
        {"url": "https://example.com", "headers": ["a"]},
        {"url": "https://example.com", "query": "a=b"},
        {"url": "https://example.com", "auth": {"type": "magic", "secret": "A"}},
        {"url": "https://example.com", "auth": 5},
        {"url": "https://example.com", "expect_status": "fine"},
        {"url": "https://example.com", "timeout_seconds": -1},
    ],
)
def test_a_config_that_makes_no_request_is_a_permanent_failure(
    fails: Any, config: dict[str, Any]
) -> None:
    failure = fails(config, {"PBDB_SECRET_A": "value-of-a"})
    assert (failure.code, failure.permanent) == ("CONFIG_INVALID", True)


def test_what_is_called_json_but_is_not_fails_the_step(http: HttpServer, fails: Any) -> None:
    url = http.reply("/", "{", content_type="application/json")
    assert fails({"url": url}).code == "HTTP_ERROR"


def test_a_value_that_jsonb_cannot_store_fails_the_step(http: HttpServer, fails: Any) -> None:
    nan = http.reply("/nan", "[NaN]", content_type="application/json")
    assert fails({"url": nan}).code == "HTTP_ERROR"
    failure = fails({"url": http.reply("/nul", "a\x00b", 500)})
    assert failure.details["data"] == "a\ufffdb"


def test_the_steps_own_timeout_holds(http: HttpServer, make_step: Any, run_step: Any) -> None:
    http.routes["/"] = lambda _: time.sleep(1)  # type: ignore[assignment, return-value]
    began = time.monotonic()
    with pytest.raises(StepFailed) as caught:
        run_step(
            make_step("API_CALL", {"url": http.url + "/", "timeout_seconds": 0.2}),
            environ=http.allow,
        )
    assert caught.value.code == "TIMEOUT"
    assert time.monotonic() - began < 1
