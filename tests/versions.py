"""Which tests run on one of the two versions only, when both are asked for.

Commands, server, console and pages call functions whose own tests run on each version; the orders
of sessions and the random playbooks ask for the engine's logic, many times. Each of these runs on
16 or on 18, by a hash of its name: both versions see half of every file, and a test stays where it
is. With `--postgres 16`, or a server of one's own, everything runs.
"""

from __future__ import annotations

import re
from typing import Final
from zlib import crc32

ALTERNATING: Final = (
    "tests/cli/",
    "tests/docs/",
    "tests/model/",
    "tests/queue/test_interleavings.py",
    "tests/serve/",
    "tests/web/",
)
_VERSIONS: Final = ("pg16", "pg18")


def is_for_the_other(nodeid: str) -> bool:
    """Whether this test, with its version in the name, is left to the other version."""
    if not nodeid.startswith(ALTERNATING):
        return False
    for version in _VERSIONS:
        found = re.search(rf"[\[-]{version}(?=[\]-])", nodeid)
        if found:
            name = nodeid[: found.start()] + nodeid[found.end() :]
            return _VERSIONS[crc32(name.encode()) % len(_VERSIONS)] != version
    return False
