"""Anthropic messages: the system prompt on top, content in blocks, tool calls and results among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from compare.errors import ImportFormatError
from compare.threads.importers.blocks import messages_of
from compare.threads.importers.building import Said, numbers, path_of, thread_of
from compare.threads.importers.items import Item, Where
from compare.threads.importers.values import kind, text

_BLOCKS = {"tool_use", "tool_result", "thinking", "redacted_thinking", "server_tool_use", "document"}


def detect(record: Any) -> bool:
    """True for messages with a system prompt beside them or with blocks that only Anthropic has."""
    messages = record.get("messages") if isinstance(record, dict) else None
    if not isinstance(messages, list):
        return False
    if "system" in record:
        return True
    lists = [item for item in messages if isinstance(item, dict) and isinstance(item.get("content"), list)]
    return any(_has_blocks(item) for item in lists)


def _has_blocks(item: Any) -> bool:
    content = item.get("content") if isinstance(item, dict) else None
    return isinstance(content, list) and any(
        isinstance(block, dict)
        and (block.get("type") in _BLOCKS or (block.get("type") == "image" and "source" in block))
        for block in content
    )


def read(record: Any, where: Where) -> Iterable[Item]:
    """One thread.

    Raises:
        ImportFormatError: a message cannot be read, or none is a user's.
    """
    reference = next((text(record[k]) for k in ("id", "thread_id", "task_id") if record.get(k) is not None), "")
    yield thread_of(
        path_of(_said(record)), where, title=text(record.get("title")), source_ref=reference,
        workload=text(record.get("workload")) or "interactive",
    )  # fmt: skip


def _said(record: dict[str, Any]) -> Iterator[Said]:
    if record.get("system"):
        for item, _ in messages_of("system", record["system"], 0):
            yield Said(item)
    for place, message in enumerate(record["messages"], start=1):
        if not isinstance(message, dict):
            raise ImportFormatError(f"message {place} is {kind(message)}; it must be an object with 'role'.")
        role = message.get("role")
        if role not in ("user", "assistant", "system"):
            yield Said(message)  # in OpenAI's shape, or refused with its place
            continue
        for item, thinking in messages_of(role, message.get("content"), place):
            yield Said(item, numbers(reasoning=thinking) if thinking else None)
