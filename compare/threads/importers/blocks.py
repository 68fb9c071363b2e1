"""Content blocks in Anthropic's shape, as its API and Claude's export have them, turned into OpenAI's messages.

Tool calls and results may stand anywhere among the blocks; each result becomes a message of its own, so one message may
become several. Thinking is kept apart from what was said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from compare.errors import ImportFormatError
from compare.threads.importers.values import as_text, kind, mapping, text

_CALLS = ("tool_use", "server_tool_use", "mcp_tool_use")


@dataclass(slots=True)
class _Open:
    """The message that is being put together."""

    role: str
    parts: list[dict[str, Any]] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    thinking: list[str] = field(default_factory=list)

    def closed(self) -> Iterator[tuple[dict[str, Any], str]]:
        if self.parts or self.calls:
            item: dict[str, Any] = {"role": self.role, "content": _content(self.parts)}
            if self.calls:
                item["tool_calls"] = self.calls
            yield item, "\n\n".join(self.thinking)


def messages_of(role: str, content: Any, place: int) -> Iterator[tuple[dict[str, Any], str]]:
    """(message in OpenAI's shape, its thinking) for the blocks of one message.

    Args:
        role: "user", "assistant" or "system".
        content: a text or a list of blocks.
        place: which message it is, for an error's sentence.

    Raises:
        ImportFormatError: the content is neither text nor blocks.
    """
    if isinstance(content, str):
        yield {"role": role, "content": content}, ""
        return
    if not isinstance(content, list):
        raise ImportFormatError(f"the content of message {place} is {kind(content)}; it must be text or blocks.")
    now = _Open(role)
    found = False
    for block in content:
        if not isinstance(block, dict):
            if not isinstance(block, str):
                raise ImportFormatError(f"message {place} has a content block that is {kind(block)}.")
            block = {"type": "text", "text": block}
        is_result = str(block.get("type", "")).endswith("tool_result")
        if is_result:
            found = True
            yield from now.closed()
            now = _Open(role)
            yield _result(block), ""
        else:
            _take(now, block)
    for item in now.closed():
        found = True
        yield item
    if not found:
        yield {"role": role, "content": ""}, "\n\n".join(now.thinking)


def _take(now: _Open, block: dict[str, Any]) -> None:
    what = block.get("type")
    if what in _CALLS:
        function = {"name": text(block.get("name")) or "unnamed", "arguments": as_text(block.get("input", {}))}
        now.calls.append({"id": text(block.get("id")), "type": "function", "function": function})
    elif what in ("thinking", "redacted_thinking"):
        now.thinking.append(text(block.get("thinking")))
    elif what == "image" and (address := _image_address(mapping(block.get("source")))):
        now.parts.append({"type": "image_url", "image_url": {"url": address}})
    elif isinstance(block.get("text"), str):
        now.parts.append({"type": "text", "text": block["text"]})
    else:
        now.parts.append({"type": "text", "text": f"[{_named(block)}]"})


def _result(block: dict[str, Any]) -> dict[str, Any]:
    content = block.get("content")
    parts = [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    if parts and all(isinstance(part.get("text"), str) for part in parts):
        content = "\n".join(part["text"] for part in parts)
    name = text(block.get("name")) or text(block.get("tool_use_id"))
    return {"role": "tool", "tool_call_id": name, "content": "" if content is None else as_text(content)}


def _content(parts: list[dict[str, Any]]) -> Any:
    """One plain text where there is only text; parts where pictures are among it; null where a call says it all."""
    if not parts:
        return None
    if all(part["type"] == "text" for part in parts):
        return "\n".join(part["text"] for part in parts)
    return parts


def _image_address(source: Any) -> str:
    if source.get("type") == "base64":
        return f"data:{text(source.get('media_type'))};base64,{text(source.get('data'))}"
    return text(source.get("url"))


def _named(block: dict[str, Any]) -> str:
    title = text(block.get("title")) or text(block.get("file_name"))
    what = text(block.get("type")) or "part"
    return f"{what}: {title}" if title else what
