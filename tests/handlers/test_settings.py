"""Every setting that the code reads is documented."""

from __future__ import annotations

import re
from pathlib import Path

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
