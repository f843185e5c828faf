"""Every setting that the code reads is documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pbdb.app.registry import App
from pbdb.settings import SettingInvalid
from pbdb.steps.context import Services

ROOT = Path(__file__).parents[2]
SETTING = re.compile(r"PBDB_[A-Z]+(?:_[A-Z]+)*")


def test_every_setting_is_documented() -> None:
    pages = "\n".join(page.read_text() for page in (ROOT / "docs").glob("*.md"))
    documented = set(SETTING.findall(pages))
    read = {
        name
        for file in (ROOT / "src" / "pbdb").rglob("*.py")
        for name in re.findall(r"[\"'](PBDB_[A-Z]+(?:_[A-Z]+)*)[\"']", file.read_text())
    }
    assert read - documented - {"PBDB_ORGANIZATION_ID"} == set()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PBDB_SANDBOX_MEMORY_MB", "lots"),
        ("PBDB_SANDBOX_SPARE", "-1"),
        ("PBDB_THREADS", "0"),
        ("PBDB_EGRESS_MAX_BYTES", "1 MB"),
        ("PBDB_EMBEDDING_MODEL", "unknown-model"),
        ("PBDB_SECRETS_FILE", "/nowhere/secrets.json"),
    ],
)
def test_a_setting_that_cannot_be_read_stops_the_runner_and_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingInvalid, match=name.replace("_MODEL", "_DIMENSIONS")):
        Services(App(), environ={name: value})
