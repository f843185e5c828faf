"""The one way to the terminal: what stands in names and data is text there, and nothing else.

Playbooks, inputs, errors and documents come from tenants. An escape sequence in one of them would
move an operator's cursor, set the clipboard or hide a line; a bidi control would show another name
than the one that is stored; rich's markup would style, link or break the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

# C0 but tab and newline, DEL and C1; what turns the direction of text, hides in it or tags it;
# line and paragraph separators.
_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def plain(text: str) -> str:
    """The same text with every character that is an order to a terminal shown as U+FFFD."""
    return _UNSAFE.sub("\ufffd", text)


def escaped(json_text: str) -> str:
    """JSON text that means the same and gives a terminal no orders."""

    def escape(match: re.Match[str]) -> str:
        units = match[0].encode("utf-16-be")
        return "".join(f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2))

    return _UNSAFE.sub(escape, json_text)


class Terminal(Console):
    """A console that reads no markup and lets no control character of a text through."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, **options)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Segments as rich makes them; the styles' own escape sequences are added after this."""
        for segment in super().render(renderable, options):
            if segment.control or not _UNSAFE.search(segment.text):
                yield segment
            else:
                yield Segment(plain(segment.text), segment.style)
