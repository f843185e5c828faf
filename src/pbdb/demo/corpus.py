"""Python's own documentation, as it comes with every Python, cut into passages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pydoc_data.topics import topics
from typing import Final

PASSAGE_CHARACTERS: Final = 900
"""About 200 tokens: what a small embedding model reads of a text."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One page of the documentation."""

    name: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a topic, cut between paragraphs where possible."""

    topic: Topic
    number: int
    text: str

    @property
    def source(self) -> str:
        """What tells this passage from every other one."""
        return f"pydoc:{self.topic.name}#{self.number}"


def all_topics() -> list[Topic]:
    """Every topic of `pydoc`, by name; about 80."""
    return [Topic(name, _title(text), text.strip()) for name, text in sorted(topics.items())]


def passages(topic: Topic) -> Iterator[Passage]:
    """The passages of a topic in order; only a long paragraph is over PASSAGE_CHARACTERS."""
    held: list[str] = []
    number = 0
    for paragraph in [*topic.text.split("\n\n"), ""]:
        is_full = sum(map(len, held)) + len(paragraph) > PASSAGE_CHARACTERS
        if held and (is_full or not paragraph):
            number += 1
            yield Passage(topic, number, "\n\n".join(held))
            held = []
        if paragraph.strip():
            held.append(paragraph)


def _title(text: str) -> str:
    """The first line that is not a rule of asterisks."""
    for line in text.splitlines():
        if line.strip("*=- "):
            return line.strip()
    return ""
