"""ChatGPT's export (conversations.json): a tree of messages, of which one path was shown last.

The path that was shown last is the thread; every other one becomes a branch of it. What the page never showed (hidden
messages, empty system messages) is left out; custom instructions, which the model did see, are the system prompt.
Thinking goes with the answer that follows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from compare.errors import ImportFormatError
from compare.records import Branch, Message
from compare.threads.importers.building import Said, numbers, path_of, thread_of
from compare.threads.importers.items import Item, Where
from compare.threads.importers.tree import paths
from compare.threads.importers.values import as_text, first, iso, kind, mapping, moment, text

_ROLES = ("system", "user", "assistant", "tool")


def detect(record: Any) -> bool:
    """True for a conversation with a mapping of nodes."""
    return isinstance(record, dict) and "mapping" in record


def read(record: Any, where: Where) -> Iterable[Item]:
    """One thread with its branches.

    Raises:
        ImportFormatError: the tree goes round in a circle, or holds no question.
    """
    nodes = record["mapping"]
    if not isinstance(nodes, dict):
        raise ImportFormatError(f"the field 'mapping' is {kind(nodes)}; it must be an object of nodes.")
    parents = {str(i): _parent(node) for i, node in nodes.items()}
    model = text(record.get("default_model_slug"))
    found = [path_of(_said(nodes, ids, model)) for ids in paths(parents, text(record.get("current_node")) or None)]
    main, *others = _apart(found) or [Branch(())]
    reference = text(first(record, "conversation_id", "id"))
    yield thread_of(main, where, others=others, title=text(record.get("title")), source_ref=reference)


def _parent(node: Any) -> str | None:
    return text(mapping(node).get("parent")) or None


def _apart(found: list[Branch]) -> list[Branch]:
    """Without paths that say no more than another: leaves that were hidden, answers that were never given."""
    places: dict[tuple[int, Message], int] = {}
    inner: set[int] = set()
    ends: list[int] = []
    for branch in found:
        place = 0
        for message in branch.messages:
            inner.add(place)
            place = places.setdefault((place, message), len(places) + 1)
        ends.append(place)
    kept: dict[int, Branch] = {}
    for number, (branch, end) in enumerate(zip(found, ends, strict=True)):
        asks = any(m.role == "user" for m in branch.messages)
        if number == 0 or (asks and end not in inner):
            kept.setdefault(end, branch)
    return list(kept.values())


def _said(nodes: dict[str, Any], ids: list[str], default_model: str) -> Iterator[Said]:
    thinking: list[str] = []
    for node_id in ids:
        message = mapping(mapping(nodes[node_id]).get("message"))
        content, metadata = mapping(message.get("content")), mapping(message.get("metadata"))
        role = text(mapping(message.get("author")).get("role"))
        what = text(content.get("content_type"))
        if role not in _ROLES:
            continue
        if what in ("thoughts", "reasoning_recap"):
            thinking.append(_thoughts(content))
            continue
        if metadata.get("is_visually_hidden_from_conversation") is True and what != "user_editable_context":
            continue
        item = _item(role, what, message)
        if item is None:
            continue
        known = None
        if role == "assistant":
            known = numbers(
                model_served=text(metadata.get("model_slug")) or default_model or None,
                started_at=iso(moment(message.get("create_time"))),
                reasoning="\n\n".join(filter(None, thinking)),
            )
            thinking = []
        yield Said(item, known)


def _item(role: str, what: str, message: Any) -> dict[str, Any] | None:
    """The message in OpenAI's shape; None where there is nothing to read."""
    content, author = mapping(message.get("content")), mapping(message.get("author"))
    if what == "user_editable_context":
        told = "\n\n".join(filter(None, (text(content.get(k)) for k in ("user_profile", "user_instructions"))))
        return {"role": "system", "content": told} if told else None
    shown = _content(what, content, mapping(message.get("metadata")))
    recipient = text(message.get("recipient")) or "all"
    if role == "assistant" and recipient != "all":
        arguments = shown if isinstance(shown, str) else as_text(shown)
        function = {"name": recipient, "arguments": arguments}
        return {"role": role, "content": None, "tool_calls": [{"type": "function", "function": function}]}
    if not shown and role in ("system", "tool", "assistant"):
        return None
    item: dict[str, Any] = {"role": role, "content": shown}
    if role == "tool":
        item["name"] = text(author.get("name"))
    return item


def _content(what: str, content: Any, metadata: Any) -> Any:
    if what in ("code", "execution_output", "tether_quote", "system_error", "computer_output"):
        written = text(content.get("text"))
        language = text(content.get("language")).replace("unknown", "")
        return f"```{language}\n{written}\n```" if written and what == "code" else written
    if "result" in content and "parts" not in content:
        return text(content.get("result"))
    parts = content.get("parts")
    told = [_part(part) for part in parts] if isinstance(parts, list) else [text(content.get("text"))]
    attached = metadata.get("attachments")
    names = [text(mapping(a).get("name")) for a in attached] if isinstance(attached, list) else []
    return "\n".join(filter(None, [*told, *(f"[file: {name}]" for name in names if name)]))


def _part(part: Any) -> str:
    if isinstance(part, str):
        return part
    fields = mapping(part)
    if isinstance(fields.get("text"), str):
        return str(fields["text"])
    return f"[{text(fields.get('content_type')) or kind(part)}]"


def _thoughts(content: Any) -> str:
    thoughts = content.get("thoughts")
    if not isinstance(thoughts, list):
        return ""
    return "\n".join(
        text(first(mapping(thought), "content", "summary")) for thought in thoughts if isinstance(thought, dict)
    )
