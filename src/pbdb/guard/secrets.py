"""Secrets: found by name just before use, and taken out of everything that leaves again.

A step names a secret; its value is never in a playbook, a result, an error or a log. Values come
from the environment (`PBDB_SECRET_<NAME>`, for every organization and host) or from the JSON file
that PBDB_SECRETS_FILE names, where each may be limited:

    {"CRM_KEY": {"value": "…", "organizations": ["0190…"], "hosts": ["api.crm.example"]},
     "OTHER": "…",
     "PER_TENANT": [{"value": "…", "organizations": ["…"]}, {"value": "…", "organizations": ["…"]}]}
"""

from __future__ import annotations

import json
import logging
import re
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from pbdb.guard.secret_forms import SHORTEST, forms
from pbdb.model import CannotRunHere, StepFailed
from pbdb.settings import SettingInvalid

_PREFIX = "PBDB_SECRET_"
# What a process itself logs in with; an answer that echoes it is stored with the tenant's step.
_OWN = re.compile(r".*(_API_KEY|_TOKEN|_SECRET|_PASSWORD)|PGPASSWORD")
_SHORTEST_PREFIX = 8


@dataclass(frozen=True, slots=True)
class Secret:
    """One value and where it may go; None means everywhere."""

    name: str
    value: str
    organizations: frozenset[str] | None = None
    hosts: frozenset[str] | None = None

    def serves(self, organization_id: UUID) -> bool:
        return self.organizations is None or str(organization_id) in self.organizations

    def may_go_to(self, host: str | None) -> bool:
        if self.hosts is None or host is None:
            return self.hosts is None
        host = host.lower().rstrip(".")
        return any(
            host == allowed or (allowed.startswith("*.") and host.endswith(allowed[1:]))
            for allowed in self.hosts
        )

    def __repr__(self) -> str:
        return f"Secret({self.name!r})"


class Secrets:
    """The secrets of one runner."""

    def __init__(self, secrets: Iterable[Secret] = (), own: Iterable[Secret] = ()) -> None:
        """`own` are the process's: nobody gets them, but they are redacted too."""
        self._secrets: dict[str, list[Secret]] = {}
        for secret in secrets:
            self._secrets.setdefault(_canonical(secret.name), []).append(secret)
        given = (secret for group in self._secrets.values() for secret in group)
        self._forms = _forms_by_head([*given, *own])
        heads = sorted(self._forms, key=len, reverse=True)
        self._heads = re.compile("|".join(map(re.escape, heads))) if heads else None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Secrets of the environment and of its PBDB_SECRETS_FILE; the file's win.

        The environment's own keys and passwords, and that of its database's URL, are redacted.
        Raises SettingInvalid when the file cannot be read or has another form.
        """
        found = {
            _canonical(name.removeprefix(_PREFIX)): [Secret(name.removeprefix(_PREFIX), value)]
            for name, value in environ.items()
            if name.startswith(_PREFIX) and value
        }
        path = environ.get("PBDB_SECRETS_FILE")
        if path:
            for name, group in _read_file(Path(path)).items():
                found[_canonical(name)] = group
        return cls((secret for group in found.values() for secret in group), _own(environ))

    def get(self, name: str, organization_id: UUID, *, host: str | None = None) -> str:
        """The value of a secret, for a request to `host`.

        Raises StepFailed SECRET_MISSING, permanent. A secret of another organization is missing
        like one that does not exist.
        """
        candidates = [
            secret
            for secret in self._secrets.get(_canonical(name), [])
            if secret.serves(organization_id)
        ]
        # A value made for this organization goes before one for all.
        candidates.sort(key=lambda secret: secret.organizations is None)
        if not candidates:
            raise StepFailed(
                "SECRET_MISSING",
                f"this runner has no secret {name!r} for the organization; set "
                f"{_PREFIX}{_canonical(name)} or add it to PBDB_SECRETS_FILE",
                permanent=True,
            )
        for secret in candidates:
            if secret.may_go_to(host):
                return secret.value
        raise StepFailed(
            "SECRET_MISSING",
            f"the secret {name!r} may not be sent to {host or 'any host'!r}",
            permanent=True,
        )

    def redact(self, value: Any) -> Any:
        """`value` (JSON) with every secret replaced by `[secret:NAME]`, in keys and in values.

        Found raw, base64-encoded (in bytes of a body too), URL-encoded, in hex, JSON-escaped, as
        members of a JSON value, cut off after 8 characters, and cut off before its second half.
        """
        if self._heads is None:
            return value
        if isinstance(value, str):
            return self._redact_text(value, self._heads)
        if isinstance(value, Mapping):
            return {self.redact(key): self.redact(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.redact(item) for item in value]
        return value

    def redact_failure(self, failure: StepFailed) -> StepFailed:
        """The same failure without secrets in its message and details."""
        kind = CannotRunHere if isinstance(failure, CannotRunHere) else StepFailed
        shown = kind(
            failure.code,
            self.redact(failure.message),
            failure.permanent,
            failure.retry_after_seconds,
            self.redact(failure.details),
        )
        shown.usage = failure.usage
        shown.unknown_outcome = failure.unknown_outcome
        return shown

    def log_filter(self) -> logging.Filter:
        """A filter that redacts the log records of the handler it is added to."""
        return _RedactingFilter(self)

    def _redact_text(self, text: str, heads: re.Pattern[str]) -> str:
        parts: list[str] = []
        done = 0
        while (match := heads.search(text, done)) is not None:
            name, length = self._longest_at(text, match.start())
            parts += text[done : match.start()], f"[secret:{name}]"
            done = match.start() + length
        return "".join([*parts, text[done:]]) if parts else text

    def _longest_at(self, text: str, start: int) -> tuple[str, int]:
        """The secret that explains most of the text from `start` on, and how much of it."""
        best = ("", 0)
        for head, known in self._forms.items():
            if text.startswith(head, start):
                for form, name in known:
                    length = _common_length(form, text, start)
                    if length > best[1]:
                        best = (name, length)
        return best


class _RedactingFilter(logging.Filter):
    def __init__(self, secrets: Secrets) -> None:
        super().__init__()
        self._secrets = secrets

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = self._secrets.redact(record.getMessage())
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self._secrets.redact(record.exc_text)
        for name, value in record.__dict__.items():
            if name not in ("msg", "args", "exc_text") and isinstance(value, (str, dict, list)):
                record.__dict__[name] = self._secrets.redact(value)
        return True


def _own(environ: Mapping[str, str]) -> Iterator[Secret]:
    for name, value in environ.items():
        if _OWN.fullmatch(name) and not name.startswith(_PREFIX):
            yield Secret(name, value)
    password = urllib.parse.urlsplit(environ.get("PBDB_DATABASE_URL", "")).password
    if password:
        yield Secret("PBDB_DATABASE_URL", urllib.parse.unquote(password))


def _canonical(name: str) -> str:
    return re.sub(r"\W", "_", name).upper()


def _read_file(path: Path) -> dict[str, list[Secret]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {
            name: [
                _from_entry(name, entry)
                for entry in (entries if isinstance(entries, list) else [entries])
            ]
            for name, entries in content.items()
        }
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        # The error's own text could quote the file.
        raise SettingInvalid(
            f"PBDB_SECRETS_FILE {path} cannot be read as secrets ({type(error).__name__})"
        ) from None


def _from_entry(name: str, entry: Any) -> Secret:
    if isinstance(entry, str):
        return Secret(name, entry)
    organizations, hosts = entry.get("organizations"), entry.get("hosts")
    if not isinstance(entry["value"], str):
        raise TypeError(name)
    return Secret(
        name,
        entry["value"],
        None if organizations is None else frozenset(str(UUID(item)) for item in organizations),
        None if hosts is None else frozenset(str(item).lower() for item in hosts),
    )


def _forms_by_head(secrets: Iterable[Secret]) -> dict[str, list[tuple[str, str]]]:
    """Every form of every secret with its name, under its first characters."""
    heads: dict[str, list[tuple[str, str]]] = {}
    for secret in secrets:
        if len(secret.value) >= SHORTEST:
            for form in forms(secret.value):
                head = form[:_SHORTEST_PREFIX] if len(form) >= 2 * _SHORTEST_PREFIX else form
                heads.setdefault(head, []).append((form, secret.name))
    return heads


def _common_length(form: str, text: str, start: int) -> int:
    length = 0
    for expected, found in zip(form, text[start : start + len(form)], strict=False):
        if expected != found:
            break
        length += 1
    return length
