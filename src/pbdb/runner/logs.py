"""What a runner process says: one event a line on standard error, with its ids, without secrets."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from typing import Final

from pbdb.guard.secrets import Secrets

_NOISY: Final = ("httpx2", "httpcore2", "openai")
_KNOWN: Final = logging.LogRecord("", 0, "", 0, "", None, None).__dict__.keys() | {
    "message",
    "asctime",
    "fields",
    "taskName",
}


def log_events(environ: Mapping[str, str] = os.environ, *, is_verbose: bool = False) -> None:
    """Log to standard error; values of secrets in `environ` are redacted wherever they appear."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if is_verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s%(fields)s",
    )
    redacted = Secrets.from_environ(environ).log_filter()
    for handler in logging.getLogger().handlers:
        handler.addFilter(add_fields)
        handler.addFilter(redacted)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def add_fields(record: logging.LogRecord) -> bool:
    """Give the record `fields`: the ids that were logged with it, as name=value."""
    extra = {name: value for name, value in record.__dict__.items() if name not in _KNOWN}
    record.fields = "".join(f" {name}={value}" for name, value in extra.items())
    return True
