"""The demo's assistant has no model: it quotes the passages it was given, and says so.

No text is invented: an answer consists of sentences of the passages, those that share the rarest
words with the question. Good enough to see a playbook run; not a language model.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pbdb.model import Output, Step, StepFailed, Usage

MODEL = "extractive"
_MOST_SENTENCES = 3
_QUESTION_KEYS = ("question", "query", "message", "text", "prompt")
_ANSWER_KEYS = ("answer", "text", "summary", "output", "reply", "message", "result")
_SENTENCE_END = re.compile(r"(?<=[.!?…。])[\"'”’)\]]*\s+(?=\S)|\n+")
_WORD = re.compile(r"\w+")
_COMMON = frozenset(
    _WORD.findall(
        """
        a an and are as at be been but by can could did do does for from had has have he her his how
        i if in into is it its me my no not of on or our she should so than that the their them then
        there these they this to was we were what when where which who whom whose why will with
        would you your please answer question using passages passage following given tell explain
        """
    )
)


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    source: str
    position: int
    words: frozenset[str]


def answer(step: Step) -> Output:
    """Text from the passages of the step's input, or an object that fits its `output_schema`.

    The object is filled as far as quotes can fill it; raises StepFailed AGENT_ERROR, permanent,
    when the schema asks for what only a model could write.
    """
    arguments = step.arguments if isinstance(step.arguments, Mapping) else {"text": step.arguments}
    question = _question(step.config.get("prompt"), arguments)
    sentences = list(_sentences(_passages(arguments, question)))
    quotes = [
        {"text": sentence.text, "source": sentence.source, "score": round(score, 3)}
        for sentence, score in _best(question, sentences)
    ]
    text = _as_text(quotes, bool(sentences))
    usage = Usage(model=MODEL, cost_usd=0, details={"quotes": len(quotes)})
    return Output(_shaped(step.output_schema, text, quotes), usage)


def _question(prompt: Any, arguments: Mapping[str, Any]) -> str:
    """What is asked: a question among the arguments, else the prompt."""
    for key in _QUESTION_KEYS[:2]:
        if isinstance(arguments.get(key), str):
            return str(arguments[key])
    if isinstance(prompt, Mapping):
        prompt = prompt.get("prompt")
    if isinstance(prompt, str) and prompt.strip():
        return prompt
    for key in _QUESTION_KEYS[2:]:
        if isinstance(arguments.get(key), str):
            return str(arguments[key])
    return ""


def _passages(arguments: Mapping[str, Any], question: str) -> list[tuple[str, str]]:
    """Texts with their sources: `passages` or `results`; else every text among the arguments."""
    for key in ("passages", "results"):
        given = arguments.get(key)
        if isinstance(given, Mapping):  # the whole output of a MEMORY_SEARCH step
            given = given.get("results")
        if isinstance(given, list):
            return [_passage(item, number) for number, item in enumerate(given, 1)]
    return [
        (value, key)
        for key, value in arguments.items()
        if isinstance(value, str) and value != question
    ]


def _passage(item: Any, number: int) -> tuple[str, str]:
    if not isinstance(item, Mapping):
        return str(item), f"passage {number}"
    metadata = item.get("metadata")
    source = item.get("source") or (
        metadata.get("source") or metadata.get("title") if isinstance(metadata, Mapping) else None
    )
    content = item.get("content") or item.get("text") or ""
    return str(content), str(source or item.get("id") or f"passage {number}")


def _sentences(passages: Iterable[tuple[str, str]]) -> Iterable[_Sentence]:
    position = 0
    for text, source in passages:
        for part in _SENTENCE_END.split(text):
            if part and part.strip():
                yield _Sentence(part.strip(), source, position, frozenset(_words(part)))
                position += 1


def _best(question: str, sentences: list[_Sentence]) -> list[tuple[_Sentence, float]]:
    """The sentences that share most with the question, rare words counting more; best first."""
    asked = set(_words(question))
    frequency = Counter(word for sentence in sentences for word in sentence.words)
    weight = {word: math.log(1 + len(sentences) / frequency[word]) for word in frequency}
    possible = sum(weight.get(word, 0.0) for word in asked)
    if not possible:
        return []
    scored = [
        # A very long sentence must not win by its length alone.
        (
            sum(weight[word] for word in asked & sentence.words)
            / possible
            / math.sqrt(max(1.0, len(sentence.words) / 40)),
            sentence,
        )
        for sentence in sentences
        if asked & sentence.words
    ]
    scored.sort(key=lambda pair: (-pair[0], pair[1].position))
    chosen: list[tuple[_Sentence, float]] = []
    for score, sentence in scored:
        if score < scored[0][0] / 2 or len(chosen) == _MOST_SENTENCES:
            break
        if all(sentence.text != other.text for other, _ in chosen):
            chosen.append((sentence, score))
    return chosen


def _words(text: str) -> list[str]:
    return [_stem(word) for word in _WORD.findall(text.lower()) if word not in _COMMON]


def _stem(word: str) -> str:
    """The word without a plural or tense ending, so that refunds finds refund."""
    for ending in ("ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def _as_text(quotes: list[dict[str, Any]], has_passages: bool) -> str:
    if quotes:
        return "\n".join(f"“{quote['text']}” ({quote['source']})" for quote in quotes)
    if has_passages:
        return "The passages say nothing about this."
    return (
        "There are no passages to quote from, and no model is configured "
        "(PBDB_OPENAI_BASE_URL, PBDB_OPENAI_MODEL)."
    )


def _shaped(schema: Mapping[str, Any] | None, text: str, quotes: list[dict[str, Any]]) -> Any:
    """The answer in the form that the step's output schema asks for."""
    properties = (schema or {}).get("properties")
    if not isinstance(properties, Mapping) or not properties:
        return text
    shaped: dict[str, Any] = {}
    texts = [key for key, value in properties.items() if _is_plain_text(value)]
    if texts:
        shaped[next((key for key in _ANSWER_KEYS if key in texts), texts[0])] = text
    for key, value in properties.items():
        kind = value.get("type") if isinstance(value, Mapping) else None
        if kind == "array":
            shaped[key] = _quoted_items(value, quotes)
        elif key == "extractive" and kind == "boolean":
            shaped[key] = True
    missing = [key for key in (schema or {}).get("required", []) if key not in shaped]
    if missing:
        raise StepFailed(
            "AGENT_ERROR",
            f"quoting passages cannot fill {', '.join(map(str, missing))}; configure a model with "
            "PBDB_OPENAI_BASE_URL and PBDB_OPENAI_MODEL, or register an agent",
            permanent=True,
        )
    return shaped


def _is_plain_text(schema: Any) -> bool:
    if not isinstance(schema, Mapping) or "enum" in schema or "const" in schema:
        return False
    kind = schema.get("type")
    return kind == "string" or (isinstance(kind, list) and "string" in kind)


def _quoted_items(schema: Mapping[str, Any], quotes: list[dict[str, Any]]) -> list[Any]:
    """Sources for a list of texts, quotes for a list of objects; empty for other lists."""
    items = schema.get("items")
    kind = items.get("type") if isinstance(items, Mapping) else None
    if kind == "string":
        return list(dict.fromkeys(quote["source"] for quote in quotes))
    if kind == "object" and isinstance(items, Mapping):
        wanted = items.get("properties") or {}
        return [
            {key: value for key, value in quote.items() if not wanted or key in wanted}
            for quote in quotes
        ]
    return list(quotes) if kind is None else []
