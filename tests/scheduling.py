"""Which tests go to the same process: those that share what is slow to make.

The demo, which has a port, and a store of memories with its indexes.
"""

from __future__ import annotations

from typing import Any

from xdist.scheduler import LoadScopeScheduling

_TOGETHER = {
    "tests/docs/test_demo.py": "demo",
    "tests/docs/test_readme.py": "demo",
    "tests/memory/test_paths.py": "memories",
}


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Each test to whoever is free, those that share something together.

    pytest-xdist's own marker for this does nothing under pytest 9.2, which keeps ids elsewhere.
    """

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        if file not in _TOGETHER:
            return nodeid
        version = next((each for each in ("pg16", "pg18") if f"[{each}" in test), "")
        return f"{_TOGETHER[file]} {version}"


def make(config: Any, log: Any) -> Scheduling:
    """For pytest_xdist_make_scheduler."""
    return Scheduling(config, log)
