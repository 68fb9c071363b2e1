"""Threads as OpenAI messages, one JSON object a line: the importer of that format reads back the same threads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from compare.errors import ImportFormatError
from compare.records import Message, Thread
from compare.threads.attachments import images_of
from compare.threads.importers import openai_messages

_TOOL_RESULT = re.compile(r"\[tool result(?:: (?P<name>[^\]]*))?\] ")


def openai_line(thread: Thread, *, responses: Mapping[str, str] | None = None, tags: Sequence[str] = ()) -> bytes:
    """One thread as one line, with its line end.

    Args:
        thread: as stored.
        responses: recorded answers to its last user message that do not stand in it, by name.
        tags: of the thread; the importer does not read them.
    """
    record: dict[str, Any] = {"id": thread.id, "title": thread.title}
    if thread.workload != "interactive":
        record["workload"] = thread.workload
    if tags:
        record["tags"] = list(tags)
    record["messages"] = [_message(message) for message in thread.messages]
    if responses:
        record["responses"] = dict(responses)
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def _message(message: Message) -> dict[str, Any]:
    """The message as it was imported where that is an OpenAI message, else one made from what it says."""
    if message.parts_json:
        given = json.loads(message.parts_json)
        if _says_the_same(given, message):
            return dict(given)
    if message.role == "tool" and (match := _TOOL_RESULT.match(message.text)):
        named = {"name": match["name"]} if match["name"] else {}
        return {"role": "tool", **named, "content": message.text[match.end() :]}
    images = images_of(message)
    if not images:
        return {"role": message.role, "content": message.text}
    parts: list[dict[str, Any]] = [{"type": "image_url", "image_url": {"url": image.data_url}} for image in images]
    return {"role": message.role, "content": [*parts, {"type": "text", "text": message.text}]}


def _says_the_same(given: object, message: Message) -> bool:
    if not isinstance(given, dict):
        return False
    try:
        read = openai_messages.to_message(given, 1)
    except ImportFormatError:
        return False
    return (read.role, read.text) == (message.role, message.text)
