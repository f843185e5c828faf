"""API_CALL: one HTTP request to a checked address."""

from __future__ import annotations

import asyncio
import base64
import email.utils
import re
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from pbdb.guard.egress import EgressRequest, EgressResponse
from pbdb.model import Output, Step, StepFailed
from pbdb.steps import request_body, response_data
from pbdb.steps.context import Context

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
_WITHOUT_EFFECT = ("GET", "HEAD", "OPTIONS")
_WORTH_RETRYING = (408, 425, 429)
# What the transport itself decides.
_FORBIDDEN_HEADERS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer",
     "proxy-authorization", "proxy-connection", "keep-alive", "expect"}
)  # fmt: skip
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*\Z")
_SHOWN_BODY = 4000
# From here on a body is read off the event loop, which other steps need.
_LARGE = 16 * 1024
# What stands between got no answer, or none that it liked: the request may have got through.
_FROM_A_GATEWAY = frozenset({502, 504, 520, 522, 524})
_IN_PATH = ":secret"


@dataclass(frozen=True, slots=True)
class _Credentials:
    """What `auth` adds to a request."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    in_path: str | None = None


async def handle(step: Step, context: Context) -> Output:
    """`{status_code, headers, data}` of the response.

    Raises StepFailed: CONFIG_INVALID, SECRET_MISSING, EGRESS_DENIED, HTTP_ERROR (no response),
    TIMEOUT, HTTP_STATUS (not an expected status; permanent for 4xx apart from 408, 425, 429).
    """
    config = step.config
    method = str(config.get("method") or "GET").upper()
    if method not in METHODS:
        raise _invalid(f"the method {method!r} is not one of {', '.join(METHODS)}")
    url = config.get("url")
    if not isinstance(url, str) or not url:
        raise _invalid("url is required for an API_CALL step")
    expected = _expected_statuses(config.get("expect_status"))

    host = context.egress.policy.check_url(url).host
    credentials = _credentials(config.get("auth"), step, context, host)
    headers = _headers(config.get("headers"), step, context, host)
    content, content_type = request_body.build(config.get("body"), headers.get("content-type", ""))
    if content_type is not None and not _is_complete(headers.get("content-type", "")):
        headers["content-type"] = content_type
    if method not in _WITHOUT_EFFECT:
        headers.setdefault("idempotency-key", step.idempotency_key)

    response = await context.egress.send(
        EgressRequest(
            method=method,
            url=_with_query(_with_secret(url, credentials), config.get("query"), credentials.query),
            headers={**headers, **credentials.headers},
            content=content,
            # A custom header may be a credential just as well: none follows to another host.
            sensitive_headers=frozenset({*headers, *credentials.headers}) - {"content-type"},
            follow_redirects=config.get("follow_redirects") is True,
        ),
        timeout_seconds=_timeout(config, step),
    )
    data = await _data(method, response)
    if not any(first <= response.status_code <= last for first, last in expected):
        raise _unexpected_status(response, data)
    return Output({"status_code": response.status_code, "headers": response.headers, "data": data})


def _credentials(auth: Any, step: Step, context: Context, host: str) -> _Credentials:
    """What `auth` stands for: a secret's name (bearer), or {type, secret, …}."""
    if auth is None:
        return _Credentials({}, {})
    if isinstance(auth, str):
        auth = {"type": "bearer", "secret": auth}
    if not isinstance(auth, Mapping) or not isinstance(auth.get("secret"), str):
        raise _invalid("auth is the name of a secret, or {type, secret}")
    secret = context.secrets.get(auth["secret"], step.organization_id, host=host)
    kind = auth.get("type", "bearer")
    if kind == "bearer":
        return _Credentials({"authorization": f"Bearer {secret}"}, {})
    if kind == "basic":
        user = auth.get("username")
        pair = secret if user is None else f"{user}:{secret}"
        return _Credentials(
            {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}, {}
        )
    if kind in ("header", "query"):
        name = auth.get("name")
        if not isinstance(name, str) or not name:
            raise _invalid(f"auth of type {kind} needs the name of the {kind}")
        if kind == "query":
            return _Credentials({}, {name: secret})
        value = f"{auth.get('prefix', '')}{secret}"
        return _Credentials({_header_name(name): _header_value(name, value)}, {})
    if kind == "path":
        return _Credentials({}, {}, secret)
    raise _invalid(f"auth has the type {kind!r}; it can be bearer, basic, header, query or path")


def _with_secret(url: str, credentials: _Credentials) -> str:
    """The URL with the secret where its path says `:secret`."""
    if credentials.in_path is None:
        return url
    start = url.find("/", url.find("://") + 3)
    if start < 0 or _IN_PATH not in url[start:]:
        raise _invalid(f"auth of type path needs {_IN_PATH} in the path of the url")
    secret = urllib.parse.quote(credentials.in_path, safe="/:")
    return url[:start] + url[start:].replace(_IN_PATH, secret)


def _is_complete(content_type: str) -> bool:
    """Does what the author wrote stand? A multipart body brings its own boundary."""
    return content_type != "" and not content_type.startswith("multipart/form-data")


def _headers(headers: Any, step: Step, context: Context, host: str) -> dict[str, str]:
    if headers is None:
        return {}
    if not isinstance(headers, Mapping):
        raise _invalid("headers is an object of names and values")
    result: dict[str, str] = {}
    for name, value in headers.items():
        if value is None:
            continue
        if isinstance(value, Mapping) and isinstance(value.get("secret"), str):
            value = context.secrets.get(value["secret"], step.organization_id, host=host)
        result[_header_name(name)] = _header_value(name, request_body.as_text(value))
    return result


def _header_name(name: str) -> str:
    if not _HEADER_NAME.match(name):
        raise _invalid(f"{name[:100]!r} is no name of a header")
    if name.lower() in _FORBIDDEN_HEADERS:
        raise _invalid(f"the header {name!r} is set by the runner")
    return name.lower()


def _header_value(name: str, value: str) -> str:
    if not _HEADER_VALUE.match(value):
        raise _invalid(f"the value of the header {name!r} holds a line break or control character")
    return value


def _with_query(url: str, query: Any, secret: Mapping[str, str]) -> str:
    """The URL with `query` added, each name and value percent-encoded."""
    if query is not None and not isinstance(query, Mapping):
        raise _invalid("query is an object of names and values")
    pairs = [*request_body.pairs(query or {}), *secret.items()]
    if not pairs:
        return url
    url, hash_mark, fragment = url.partition("#")
    separator = "&" if "?" in url else "?"
    return url + separator + urllib.parse.urlencode(pairs) + hash_mark + fragment


def _timeout(config: Mapping[str, Any], step: Step) -> float:
    """The step's own time, or less if `timeout_seconds` of its config says so."""
    asked = config.get("timeout_seconds")
    if asked is None:
        return step.timeout_seconds
    if isinstance(asked, bool) or not isinstance(asked, (int, float)) or asked <= 0:
        raise _invalid("the timeout is a positive number")
    return min(float(asked), step.timeout_seconds)


def _expected_statuses(wanted: Any) -> list[tuple[int, int]]:
    """Ranges of statuses, from 200, "2xx", "200-204" or a list of these; default 2xx."""
    if wanted is None:
        return [(200, 299)]
    ranges = []
    for item in wanted if isinstance(wanted, list) else [wanted]:
        text = str(item).strip().lower()
        if re.fullmatch(r"[1-5]\d\d(-[1-5]\d\d)?", text):
            ranges.append((int(text[:3]), int(text[-3:])))
        elif re.fullmatch(r"[1-5]xx", text):
            ranges.append((int(text[0]) * 100, int(text[0]) * 100 + 99))
        else:
            raise _invalid(f"expect_status {item!r} is not like 200, '2xx' or '200-204'")
    return ranges


async def _data(method: str, response: EgressResponse) -> Any:
    """The body's data; of a failure that says JSON and is none, the beginning of its text."""
    if method == "HEAD":
        return None
    content_type = response.headers.get("content-type", "")
    try:
        if len(response.body) > _LARGE:
            return await asyncio.to_thread(response_data.read, response.body, content_type)
        return response_data.read(response.body, content_type)
    except ValueError as error:
        if response.status_code >= 300:
            return response.body[:_SHOWN_BODY].decode(errors="replace")
        raise StepFailed(
            "HTTP_ERROR",
            f"the response says {content_type or 'JSON'} but is not: {error}",
            unknown_outcome=True,
        ) from None


def _unexpected_status(response: EgressResponse, data: Any) -> StepFailed:
    status = response.status_code
    if isinstance(data, str):
        data = data[:_SHOWN_BODY]
    elif len(response.body) > _SHOWN_BODY:
        data = None
    message = f"the service answered with status {status}"
    if 300 <= status < 400 and "location" in response.headers:
        message += (
            f", a redirect to {response.headers['location'][:200]}; "
            "follow_redirects: true follows it, and expect_status takes it as it is"
        )
    return StepFailed(
        "HTTP_STATUS",
        message,
        permanent=300 <= status < 500 and status not in _WORTH_RETRYING,
        retry_after_seconds=_retry_after(response.headers.get("retry-after")),
        details={"status_code": status, "headers": response.headers, "data": data},
        unknown_outcome=status in _FROM_A_GATEWAY,
    )


def _retry_after(value: str | None) -> float | None:
    """Seconds until the time that a Retry-After header names; None if it names none."""
    if not value:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(min(int(value[:12]), 30 * 86400))
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        # RFC 9110, 5.6.7: a date of HTTP is in GMT, whatever it says of it.
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, min(moment.timestamp() - time.time(), 30 * 86400.0))


def _invalid(why: str) -> StepFailed:
    return StepFailed("CONFIG_INVALID", why, permanent=True)
