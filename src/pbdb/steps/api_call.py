"""API_CALL: one HTTP request to a checked address."""

from __future__ import annotations

import base64
import email.utils
import json
import re
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pbdb.guard.egress import EgressRequest, EgressResponse
from pbdb.model import Output, Step, StepFailed
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


# What services write, decoded in linear time. Python knows more by name, among them punycode, which
# takes a minute over 400 kB, and some that are no charsets at all.
_CHARSETS = re.compile(
    r"utf-?8|utf-?(16|32)(-?[lb]e)?|(us-)?ascii|latin-?1|iso-8859-([1-9]|1[013-6])"
    r"|windows-125[0-8]|cp125[0-8]|koi8-[ru]|shift[_-]jis|euc-(jp|kr)|iso-2022-jp|gb(k|2312|18030)|big5"
)


@dataclass(frozen=True, slots=True)
class _Credentials:
    """What `auth` adds to a request."""

    headers: Mapping[str, str]
    query: Mapping[str, str]


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
    content, content_type = _body(method, config.get("body"), headers)
    if content_type is not None:
        headers.setdefault("content-type", content_type)
    if method not in _WITHOUT_EFFECT:
        headers.setdefault("idempotency-key", step.idempotency_key)

    response = await context.egress.send(
        EgressRequest(
            method=method,
            url=_with_query(url, config.get("query"), credentials.query),
            headers={**headers, **credentials.headers},
            content=content,
            # A custom header may be a credential just as well: none follows to another host.
            sensitive_headers=frozenset({*headers, *credentials.headers}) - {"content-type"},
            follow_redirects=config.get("follow_redirects") is True,
        ),
        timeout_seconds=_timeout(config, step),
    )
    data = _data(method, response)
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
    raise _invalid(f"auth has the type {kind!r}; it can be bearer, basic, header or query")


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
        result[_header_name(name)] = _header_value(name, _as_text(value))
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


def _body(method: str, body: Any, headers: Mapping[str, str]) -> tuple[bytes, str | None]:
    """The body's bytes and the content type that goes with them."""
    if body is None or method in ("GET", "HEAD"):
        return b"", None
    if isinstance(body, str):
        return body.encode(), "text/plain; charset=utf-8"
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        if not isinstance(body, Mapping):
            raise _invalid("a form body is an object of names and values")
        return urllib.parse.urlencode(_pairs(body)).encode(), None
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return content, "application/json"


def _with_query(url: str, query: Any, secret: Mapping[str, str]) -> str:
    """The URL with `query` added, each name and value percent-encoded."""
    if query is not None and not isinstance(query, Mapping):
        raise _invalid("query is an object of names and values")
    pairs = [*_pairs(query or {}), *secret.items()]
    if not pairs:
        return url
    url, hash_mark, fragment = url.partition("#")
    separator = "&" if "?" in url else "?"
    return url + separator + urllib.parse.urlencode(pairs) + hash_mark + fragment


def _pairs(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    pairs = []
    for name, value in values.items():
        for item in value if isinstance(value, list) else [value]:
            if item is not None:
                pairs.append((name, _as_text(item)))
    return pairs


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _timeout(config: Mapping[str, Any], step: Step) -> float:
    """The step's own time, or less if `timeout_seconds` of its config says so."""
    asked = config.get("timeout_seconds")
    if asked is None:
        return step.timeout_seconds
    if isinstance(asked, bool) or not isinstance(asked, (int, float)) or asked <= 0:
        raise _invalid("the timeout is a positive number")
    return min(float(asked), step.timeout_seconds)


def _expected_statuses(wanted: Any) -> list[tuple[int, int]]:
    """Ranges of statuses, from 200, "2xx", "200-204" or a list of these; default 2xx and 3xx."""
    if wanted is None:
        return [(200, 399)]
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


def _data(method: str, response: EgressResponse) -> Any:
    """The body: JSON or text by its content type, `{base64}` for anything else, null for none."""
    if method == "HEAD" or not response.body:
        return None
    content_type = response.headers.get("content-type", "")
    media, _, parameters = content_type.partition(";")
    media = media.strip().lower()
    if media == "application/json" or media.endswith("+json"):
        try:
            return json.loads(response.body)
        except ValueError as error:
            if response.status_code >= 400:
                return response.body[:_SHOWN_BODY].decode(errors="replace")
            raise StepFailed("HTTP_ERROR", f"the response says JSON but is not: {error}") from None
    if media.startswith("text/") or media.endswith(("xml", "x-www-form-urlencoded", "javascript")):
        charset = re.search(r"charset=[\"']?([\w.:-]+)", parameters, re.IGNORECASE)
        named = charset[1].lower() if charset else "utf-8"
        return response.body.decode(
            named if _CHARSETS.fullmatch(named) else "utf-8", errors="replace"
        )
    return {"base64": base64.b64encode(response.body).decode()}


def _unexpected_status(response: EgressResponse, data: Any) -> StepFailed:
    status = response.status_code
    if isinstance(data, str):
        data = data[:_SHOWN_BODY]
    elif len(response.body) > _SHOWN_BODY:
        data = None
    return StepFailed(
        "HTTP_STATUS",
        f"the service answered with status {status}",
        permanent=400 <= status < 500 and status not in _WORTH_RETRYING,
        retry_after_seconds=_retry_after(response.headers.get("retry-after")),
        details={"status_code": status, "headers": response.headers, "data": data},
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
    return max(0.0, min(moment.timestamp() - time.time(), 30 * 86400.0))


def _invalid(why: str) -> StepFailed:
    return StepFailed("CONFIG_INVALID", why, permanent=True)
