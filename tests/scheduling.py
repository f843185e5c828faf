"""Which tests go to the same process: those that share the demo, which is slow and has a port."""

from __future__ import annotations

from typing import Any

from xdist.scheduler import LoadScopeScheduling

_ONE_DEMO = ("tests/docs/test_demo.py", "tests/docs/test_readme.py")


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Each test to whoever is free, the demo's together and first.

    pytest-xdist's own marker for this does nothing under pytest 9.2, which keeps ids elsewhere.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "demo" if nodeid.startswith(_ONE_DEMO) else nodeid


def make(config: Any, log: Any) -> Scheduling:
    """For pytest_xdist_make_scheduler."""
    return Scheduling(config, log)
