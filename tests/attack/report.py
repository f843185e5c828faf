"""What an attack tried and what got through."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Report:
    """Counts of one attack. `control` is what it found in a copy that is broken on purpose."""

    name: str
    tried: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)
    control: int = 0

    @property
    def is_ok(self) -> bool:
        """Whether nothing got through, and the judge is one that sees."""
        return bool(self.tried) and not self.found and self.control > 0

    def __str__(self) -> str:
        tried = ", ".join(f"{count} {what}" for what, count in self.tried.items())
        said = f"{len(self.found)} of {tried} got through (in the broken copy: {self.control})"
        return "\n".join([f"{self.name}: {said}", *(f"  LEAK {each}" for each in self.found)])
