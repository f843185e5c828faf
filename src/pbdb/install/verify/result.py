"""What verify finds: one Check a promise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Specification = Mapping[str, Any]
NONE: Final = "none"


@dataclass(frozen=True, slots=True)
class Check:
    """One promise and whether the database keeps it; `found` and `fix` matter when it does not."""

    name: str
    expected: str
    found: str
    fix: str

    @property
    def is_ok(self) -> bool:
        """Whether what was found is what was expected."""
        return self.expected == self.found

    @property
    def line(self) -> str:
        """The check as one line of the report."""
        if self.is_ok:
            return f"ok   {self.name}"
        return f"FAIL {self.name}: expected {self.expected}; found {self.found}; fix: {self.fix}"


def listed(names: Iterable[object]) -> str:
    """Return names as one text that can be compared: sorted, or `none`."""
    return ", ".join(sorted(str(name) for name in names)) or NONE
