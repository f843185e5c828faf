"""Chat histories as OpenAI and Anthropic store them, as messages for a model.

A role other than theirs, a part or a tool call that is not understood is CONFIG_INVALID: a history
that lost something would be answered all the same, and wrongly.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_ai.messages import (
    BinaryContent,
    ImageUrl,
    ModelMessage,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    ModelResponsePart,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserContent,
    UserPromptPart,
)

from pbdb.model import StepFailed


@dataclass(slots=True)
class History:
    """What was said: instructions, messages in order, and the user's last words as the question."""

    instructions: list[str] = field(default_factory=list)
    messages: list[ModelMessage] = field(default_factory=list)
    last: list[UserContent] = field(default_factory=list)
    # Names of the tools that were called, which their results do not repeat.
    _tools: dict[str, str] = field(default_factory=dict)

    @property
    def has_urls(self) -> bool:
        """Is there something that a service, or whoever speaks to it, has to fetch?"""
        words = list(self.last)
        for message in self.messages:
            for part in message.parts:
                if isinstance(part, UserPromptPart) and not isinstance(part.content, str):
                    words += part.content
        return any(isinstance(word, ImageUrl) for word in words)

    @classmethod
    def read(cls, messages: Any, *, ends_with_question: bool) -> History:
        """Read a list of messages; with `ends_with_question` the user's last one becomes `last`.

        Raises StepFailed CONFIG_INVALID naming the message.
        """
        if messages is None:
            return cls()
        if isinstance(messages, (str, Mapping)) or not isinstance(messages, Sequence):
            raise _invalid("messages is a list of {role, content}")
        history = cls()
        for number, message in enumerate(messages):
            where = f"messages[{number}]"
            if not isinstance(message, Mapping):
                raise _invalid(f"{where} is no object of role and content")
            history._add(message, where)
        if ends_with_question and history.messages:
            history._take_last()
        return history

    def _add(self, message: Mapping[str, Any], where: str) -> None:
        role, content = message.get("role"), message.get("content")
        if role in ("system", "developer"):
            self.instructions.append(_text(content, where))
        elif role == "assistant":
            parts = self._said(content, where)
            parts += [self._call(call, where) for call in message.get("tool_calls") or []]
            if parts:
                self.messages.append(ModelResponse(parts=parts))
        elif role == "user":
            self.messages.append(ModelRequest(parts=self._asked(content, where)))
        elif role == "tool":
            result = {"tool_use_id": message.get("tool_call_id"), "content": content}
            self.messages.append(ModelRequest(parts=[self._result(result, where)]))
        else:
            raise _invalid(
                f"{where}.role is {json.dumps(role)}; it can be system, developer, user, "
                "assistant or tool"
            )

    def _said(self, content: Any, where: str) -> list[ModelResponsePart]:
        """The assistant's words and calls; Anthropic has the calls among the parts."""
        if content is None or content == "":
            return []
        if isinstance(content, str):
            return [TextPart(content)]
        parts: list[ModelResponsePart] = []
        for part in _parts(content, where):
            kind = part.get("type")
            if kind in ("text", "refusal", "output_text"):
                parts.append(TextPart(str(part.get("text") or part.get("refusal") or "")))
            elif kind == "tool_use":
                parts.append(self._use(part.get("id"), part.get("name"), part.get("input"), where))
            elif kind not in ("thinking", "redacted_thinking", "reasoning"):
                raise _unknown(part, where)
        return parts

    def _call(self, call: Any, where: str) -> ToolCallPart:
        function = call.get("function") if isinstance(call, Mapping) else None
        if not isinstance(function, Mapping):
            raise _invalid(f"{where}.tool_calls has something that is no function call")
        return self._use(call.get("id"), function.get("name"), function.get("arguments"), where)

    def _use(self, id_: Any, name: Any, arguments: Any, where: str) -> ToolCallPart:
        if not isinstance(name, str) or not name:
            raise _invalid(f"{where} calls a tool without a name")
        self._tools[str(id_)] = name
        given = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
        return ToolCallPart(name, given or "{}", tool_call_id=str(id_))

    def _asked(self, content: Any, where: str) -> list[ModelRequestPart]:
        """The user's words; with Anthropic also the results of tools."""
        if content is None or isinstance(content, str):
            return [UserPromptPart(content or "")]
        parts: list[ModelRequestPart] = []
        words: list[UserContent] = []
        for part in _parts(content, where):
            if part.get("type") == "tool_result":
                parts.append(self._result(part, where))
            else:
                words.append(_word(part, where))
        return [*parts, UserPromptPart(words)] if words else parts

    def _result(self, part: Mapping[str, Any], where: str) -> ToolReturnPart:
        id_ = str(part.get("tool_use_id"))
        name = self._tools.get(id_)
        if name is None:
            raise _invalid(f"{where} is the result of the tool call {id_}, which is not before it")
        return ToolReturnPart(name, _text(part.get("content"), where), tool_call_id=id_)

    def _take_last(self) -> None:
        """Let the user's last words be the question, unless a tool's result comes with them."""
        last = self.messages[-1]
        if isinstance(last, ModelRequest) and len(last.parts) == 1:
            (part,) = last.parts
            if isinstance(part, UserPromptPart):
                content = part.content
                self.last = [content] if isinstance(content, str) else list(content)
                self.messages.pop()


def _word(part: Mapping[str, Any], where: str) -> UserContent:
    kind = part.get("type")
    if kind in ("text", "input_text") and isinstance(part.get("text"), str):
        return str(part["text"])
    if kind in ("image_url", "input_image"):
        image = part.get("image_url")
        return _image(image.get("url") if isinstance(image, Mapping) else image, where)
    source = part.get("source")
    if kind in ("image", "document") and isinstance(source, Mapping):
        if source.get("type") == "base64":
            return _binary(source.get("data"), source.get("media_type"), where)
        if source.get("type") == "url":
            return _image(source.get("url"), where)
    raise _unknown(part, where)


def _image(url: Any, where: str) -> UserContent:
    if not isinstance(url, str) or not url.startswith(("data:", "https://")):
        raise _invalid(f"{where} has an image that is no https: or data: URL")
    if url.startswith("https://"):
        return ImageUrl(url)
    head, _, data = url[5:].partition(",")
    media, _, form = head.partition(";")
    if form != "base64":
        raise _invalid(f"{where} has a data: URL that is not in base64")
    return _binary(data, media, where)


def _binary(data: Any, media: Any, where: str) -> UserContent:
    try:
        content = base64.b64decode(str(data), validate=True)
    except (binascii.Error, ValueError):
        raise _invalid(f"{where} has base64 that cannot be read") from None
    return BinaryContent(data=content, media_type=str(media or "application/octet-stream"))


def _text(content: Any, where: str) -> str:
    """Words that can be words only: instructions, a tool's result."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, Sequence) and all(isinstance(part, Mapping) for part in content):
        if all(isinstance(part.get("text"), str) for part in content):
            return "\n".join(part["text"] for part in content)
        raise _invalid(f"{where} can have parts of text only")
    return json.dumps(content, ensure_ascii=False)


def _parts(content: Any, where: str) -> list[Mapping[str, Any]]:
    if isinstance(content, Mapping) or not isinstance(content, Sequence):
        # What an expression gave: data, shown as it is.
        return [{"type": "text", "text": json.dumps(content, ensure_ascii=False)}]
    if not all(isinstance(part, Mapping) and "type" in part for part in content):
        return [{"type": "text", "text": json.dumps(content, ensure_ascii=False)}]
    return list(content)


def _unknown(part: Mapping[str, Any], where: str) -> StepFailed:
    return _invalid(f"{where} has a part of type {json.dumps(part.get('type'))}, which is not read")


def _invalid(why: str) -> StepFailed:
    return StepFailed("CONFIG_INVALID", why, permanent=True)
