"""Secrets: who may use which, and that no form of a value leaves the runner."""

from __future__ import annotations

import base64
import io
import json
import logging
import re
import urllib.parse
from pathlib import Path
from uuid import UUID

import pytest

from pbdb.guard.secrets import Secret, Secrets
from pbdb.model import StepFailed

ONE, TWO = UUID(int=1), UUID(int=2)
VALUE = 'sk-live/4f9"a+b=7c?é2d81'


@pytest.fixture
def secrets() -> Secrets:
    return Secrets.from_environ({"PBDB_SECRET_CRM_KEY": VALUE, "PBDB_OTHER": "x"})


def from_file(tmp_path: Path, content: object) -> Secrets:
    path = tmp_path / "secrets.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return Secrets.from_environ({"PBDB_SECRETS_FILE": str(path), "PBDB_SECRET_A": "of-environ"})


def missing(secrets: Secrets, name: str, organization: UUID, host: str | None = None) -> str:
    with pytest.raises(StepFailed) as caught:
        secrets.get(name, organization, host=host)
    assert (caught.value.code, caught.value.permanent) == ("SECRET_MISSING", True)
    return caught.value.message


@pytest.mark.parametrize("name", ["CRM_KEY", "crm_key", "crm-key"])
def test_a_secret_is_found_by_its_name(secrets: Secrets, name: str) -> None:
    assert secrets.get(name, ONE, host="example.com") == VALUE


def test_an_unknown_name_is_told_without_telling_others(secrets: Secrets) -> None:
    assert "CRM" not in missing(secrets, "OTHER", ONE)


def test_the_file_wins_over_the_environment(tmp_path: Path) -> None:
    assert from_file(tmp_path, {"A": "of-the-file"}).get("A", ONE) == "of-the-file"


def test_a_secret_of_another_organization_is_missing(tmp_path: Path) -> None:
    content = {
        "KEY": [
            {"value": "for-one", "organizations": [str(ONE)]},
            {"value": "for-two", "organizations": [str(TWO)]},
        ],
        "ONLY": {"value": "only-one", "organizations": [str(ONE)]},
    }
    secrets = from_file(tmp_path, content)
    assert (secrets.get("KEY", ONE), secrets.get("KEY", TWO)) == ("for-one", "for-two")
    missing(secrets, "ONLY", TWO)


def test_an_organizations_own_value_goes_before_the_common_one(tmp_path: Path) -> None:
    content = {"KEY": [{"value": "common"}, {"value": "own-of-one", "organizations": [str(ONE)]}]}
    secrets = from_file(tmp_path, content)
    assert (secrets.get("KEY", ONE), secrets.get("KEY", TWO)) == ("own-of-one", "common")


def test_a_secret_goes_to_its_hosts_only(tmp_path: Path) -> None:
    content = {"KEY": {"value": "v-a-l-u-e", "hosts": ["api.example.com", "*.crm.example"]}}
    secrets = from_file(tmp_path, content)
    for host in ("api.example.com", "API.example.com.", "eu.crm.example"):
        assert secrets.get("KEY", ONE, host=host) == "v-a-l-u-e"
    for host in ("example.com", "api.example.com.evil.test", "crm.example", "evilcrm.example"):
        missing(secrets, "KEY", ONE, host)
    missing(secrets, "KEY", ONE)


@pytest.mark.parametrize("content", ["{", "[]", {"A": 5}, {"A": {"values": "x"}}, {"A": [{}]}])
def test_a_file_in_another_form_is_an_error_that_does_not_quote_it(
    tmp_path: Path, content: object
) -> None:
    with pytest.raises(ValueError, match="PBDB_SECRETS_FILE") as caught:
        from_file(tmp_path, content)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "form",
    [
        VALUE,
        json.dumps(VALUE)[1:-1],
        urllib.parse.quote(VALUE),
        urllib.parse.quote(VALUE, safe=""),
        urllib.parse.quote_plus(VALUE),
        base64.b64encode(VALUE.encode()).decode(),
        base64.urlsafe_b64encode(VALUE.encode()).decode(),
        base64.b64encode(b"ada:" + VALUE.encode()).decode(),
        base64.b64encode(b"lovelace:" + VALUE.encode() + b"\n").decode(),
        VALUE.encode().hex(),
        VALUE.encode().hex().upper(),
        re.sub("%..", lambda code: code[0].lower(), urllib.parse.quote(VALUE, safe="")),
        urllib.parse.quote(VALUE, safe="/:"),
        base64.b64encode(b"\x00\xff" + VALUE.encode() + b"\xfe\x00").decode(),
        VALUE[len(VALUE) // 2 :],
        "…" + VALUE[6:],
        VALUE[:14],
        VALUE[:9] + "…",
    ],
)
def test_every_form_of_a_value_is_redacted(secrets: Secrets, form: str) -> None:
    redacted = secrets.redact({"text": f"got <{form}> back", form: [form, 1, None]})
    text = json.dumps(redacted)
    assert "[secret:CRM_KEY]" in text
    core = form.rstrip("=…")
    middle = len(core) // 2
    assert core[middle - 2 : middle + 3] not in text


def test_the_members_of_a_json_value_are_redacted() -> None:
    key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"
    secrets = Secrets([Secret("ACCOUNT", json.dumps({"type": "service", "keys": [{"k": key}]}))])
    assert secrets.redact(f"bad key {key}") == "bad key [secret:ACCOUNT]"
    assert secrets.redact("a service of that type") == "a service of that type"


def test_the_processs_own_keys_are_redacted_and_given_to_nobody() -> None:
    environ = {
        "PBDB_OPENAI_API_KEY": "sk-operators-own-0123",
        "PGPASSWORD": "pass-of-pg-0123",
        "PBDB_DATABASE_URL": "postgresql://u:p%40ss-of-url-0123@db/x",
        "HOME": "/home/somebody",
    }
    secrets = Secrets.from_environ(environ)
    text = "sk-operators-own-0123 pass-of-pg-0123 p@ss-of-url-0123 /home/somebody"
    assert secrets.redact(text) == (
        "[secret:PBDB_OPENAI_API_KEY] [secret:PGPASSWORD] [secret:PBDB_DATABASE_URL] /home/somebody"
    )
    with pytest.raises(StepFailed):
        secrets.get("PBDB_OPENAI_API_KEY", UUID(int=1))


def test_other_text_is_left_alone(secrets: Secrets) -> None:
    value = {"a": ["sk-", 1.5, True, None], "b": "plain"}
    assert secrets.redact(value) == value
    assert Secrets().redact(value) is value


def test_a_long_secret_does_not_upset_the_redaction() -> None:
    value = "-----BEGIN KEY-----\n" + "\n".join("QUJD" * 16 for _ in range(60))
    secrets = Secrets([Secret("PEM", value)])
    assert secrets.redact(f"x{value}y") == "x[secret:PEM]y"


def test_a_very_short_value_is_not_looked_for() -> None:
    assert Secrets([Secret("ENV", "dev")]).redact("device") == "device"


def test_failures_are_redacted(secrets: Secrets) -> None:
    failure = secrets.redact_failure(
        StepFailed("HTTP_STATUS", f"bad key {VALUE}", True, 5, {"data": VALUE})
    )
    assert (failure.message, failure.details) == (
        "bad key [secret:CRM_KEY]",
        {"data": "[secret:CRM_KEY]"},
    )
    assert (failure.permanent, failure.retry_after_seconds) == (True, 5)
    assert VALUE not in str(failure)


def test_log_records_are_redacted(secrets: Secrets) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(secrets.log_filter())
    logger = logging.getLogger("pbdb.test_secrets")
    logger.addHandler(handler)
    try:
        raise ValueError(f"inside {VALUE}")
    except ValueError:
        logger.exception("key %s", VALUE)
    assert VALUE not in stream.getvalue()
    assert stream.getvalue().startswith("key [secret:CRM_KEY]\n")


def test_a_secret_does_not_show_itself() -> None:
    assert VALUE not in repr(Secret("A", VALUE))
