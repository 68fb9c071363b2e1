"""What logs of model calls have in common: prompts and answers in whatever shape a provider's client left them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compare.errors import ImportFormatError
from compare.records import Message
from compare.threads.importers import gemini
from compare.threads.importers.blocks import messages_of
from compare.threads.importers.building import check_asks
from compare.threads.importers.openai_messages import to_message
from compare.threads.importers.values import as_text, first, kind, mapping, opened, text


def prompt_of(raw: Any, system: Any = None) -> tuple[Message, ...]:
    """The messages that a call sent.

    Args:
        raw: a text, a message, a list of messages, or a request that holds one of these; also as JSON in a text.
        system: a system prompt that stands beside them.

    Raises:
        ImportFormatError: there are none, or none of a user.
    """
    given = opened(raw)
    if isinstance(given, dict) and "role" not in given:
        system = first(given, "system", "systemInstruction", "system_instruction") or system
        given = opened(first(given, "messages", "contents", "prompt", "input", "question", "query"))
    if isinstance(given, str):
        given = [{"role": "user", "content": given}]
    if isinstance(given, dict):
        given = [given]
    if not isinstance(given, list):
        raise ImportFormatError(f"the call's messages are {kind(given)}; they must be text or a list.")
    items = [item for place, message in enumerate(given, start=1) for item in items_of(message, place)]
    if system:
        items = [*items_of({"role": "system", "content": opened(system)}, 0), *items]
    messages = tuple(to_message(item, place) for place, item in enumerate(items, start=1))
    check_asks(messages)
    return messages


def items_of(message: Any, place: int) -> Iterator[dict[str, Any]]:
    """A logged message in OpenAI's shape; Anthropic's blocks and Gemini's parts are turned into it.

    Raises:
        ImportFormatError: it is no message.
    """
    if isinstance(message, str):
        yield {"role": "user", "content": message}
        return
    if not isinstance(message, dict):
        raise ImportFormatError(f"message {place} is {kind(message)}; it must be an object with 'role' and 'content'.")
    role = text(message.get("role")).lower()
    content = message.get("content")
    if "parts" in message and "content" not in message:
        spoken = {"model": "assistant", "assistant": "assistant", "system": "system"}.get(role, "user")
        for said in gemini.messages_of(spoken, message["parts"], place):
            yield said.item
    elif isinstance(content, list) and role in ("user", "assistant", "system") and not message.get("tool_calls"):
        if not any(isinstance(part, dict) and "image_url" in part for part in content):
            for item, _ in messages_of(role, content, place):
                yield item
        else:
            yield message
    elif isinstance(content, dict):
        yield {**message, "content": as_text(content)}
    else:
        yield message


def reply_of(raw: Any) -> tuple[Message | None, str, Any]:
    """(reply, thinking, word for why it ended) of a logged answer in the shape of any provider; no reply: None."""
    given = opened(raw)
    if isinstance(given, str):
        return (Message("assistant", given) if given.strip() else None), "", None
    if isinstance(given, list):
        given = next((m for m in reversed(given) if isinstance(m, dict)), None)
    if not isinstance(given, dict):
        return None, "", None
    message, ended = _message_in(given)
    if message is None:
        return None, "", ended
    thinking = text(first(message, "reasoning_content", "reasoning"))
    item = {k: v for k, v in message.items() if k in _KEPT and v is not None}
    item["role"] = "assistant"
    item.setdefault("content", None)
    items = list(items_of(item, 1))
    if isinstance(item["content"], list):
        thinking = thinking or "\n\n".join(filter(None, (t for _, t in messages_of("assistant", item["content"], 1))))
    reply = to_message(items[-1], 1)
    return (reply if reply.text.strip() else None), thinking, ended


_KEPT = ("content", "tool_calls", "function_call", "refusal", "parts")
"""Of an answer's message; the rest is what clients add, and differs from what the next call repeats."""


def _message_in(given: dict[str, Any]) -> tuple[dict[str, Any] | None, Any]:
    choices = given.get("choices")
    if isinstance(choices, list) and choices:
        choice = mapping(choices[0])
        ended = choice.get("finish_reason")
        if isinstance(choice.get("message"), dict):
            return choice["message"], ended
        return ({"content": choice["text"]} if isinstance(choice.get("text"), str) else None), ended
    candidates = given.get("candidates")
    if isinstance(candidates, list) and candidates:
        candidate = mapping(candidates[0])
        parts = mapping(candidate.get("content")).get("parts")
        return ({"parts": parts} if parts is not None else None), candidate.get("finishReason")
    if isinstance(given.get("output"), list):
        told = [
            mapping(part).get("text")
            for item in given["output"]
            for part in (mapping(item).get("content") or [])
            if isinstance(mapping(part).get("text"), str)
        ]
        return ({"content": "\n".join(map(str, told))} if told else None), given.get("status")
    if any(name in given for name in ("content", "tool_calls", "function_call", "parts")):
        return given, first(given, "stop_reason", "finish_reason")
    said = first(given, "text", "output", "answer", "response", "completion")
    return ({"content": as_text(said)} if said is not None else None), None
