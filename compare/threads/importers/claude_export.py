"""Claude's export (conversations.json): messages in order, or as a tree where they name their parents.

Text of attached files stands in the message under the file's name. Thinking goes with its answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from compare.errors import ImportFormatError
from compare.records import Branch
from compare.threads.importers.blocks import messages_of
from compare.threads.importers.building import Said, numbers, path_of, thread_of
from compare.threads.importers.items import Item, Where
from compare.threads.importers.tree import paths
from compare.threads.importers.values import first, iso, kind, mapping, moment, text

_ROLES = {"human": "user", "user": "user", "assistant": "assistant", "system": "system"}


def detect(record: Any) -> bool:
    """True for a conversation with chat messages."""
    return isinstance(record, dict) and "chat_messages" in record


def read(record: Any, where: Where) -> Iterable[Item]:
    """One thread with its branches.

    Raises:
        ImportFormatError: a message has no known sender, or nobody asks.
    """
    raw = record["chat_messages"]
    if not isinstance(raw, list):
        raise ImportFormatError(f"the field 'chat_messages' is {kind(raw)}; it must be a list.")
    model = text(record.get("model")) or None
    found = [path_of(_said([raw[i] for i in path], model)) for path in _paths(raw)]
    main, *others = found or [Branch(())]
    reference = text(first(record, "uuid", "id"))
    yield thread_of(main, where, others=others, title=text(record.get("name")), source_ref=reference)


def _paths(raw: list[Any]) -> list[list[int]]:
    """Places of the messages of each path; one path where no message names its parent."""
    ids = [text(mapping(message).get("uuid")) for message in raw]
    named = [text(mapping(message).get("parent_message_uuid")) for message in raw]
    place = {node: i for i, node in enumerate(ids)}
    linked = sum(parent in place for parent in named)
    if "" in place or len(place) != len(ids) or linked < len(ids) - 1:
        # Without ids and parents for all but the first, the order of the file is all that is known.
        return [list(range(len(raw)))] if raw else []
    parents = {node: parent or None for node, parent in zip(ids, named, strict=True)}
    return [[place[node] for node in path] for path in paths(parents, None)]


def _said(messages: list[Any], model: str | None) -> Iterator[Said]:
    for number, message in enumerate(messages, start=1):
        fields = mapping(message)
        role = _ROLES.get(text(fields.get("sender")))
        if role is None:
            raise ImportFormatError(
                f"message {number} has the sender {fields.get('sender')!r}; human and assistant are known."
            )
        content: Any = fields.get("content")
        if not isinstance(content, list) or not content:
            content = [{"type": "text", "text": text(fields.get("text"))}]
        if role == "user":
            content = [*content, *_attached(fields)]
        for item, thinking in messages_of(role, content, number):
            known = None
            if role == "assistant":
                started = iso(moment(fields.get("created_at")))
                known = numbers(started_at=started, model_served=model, reasoning=thinking)
            yield Said(item, known)


def _attached(fields: Any) -> Iterator[dict[str, Any]]:
    attachments = fields.get("attachments")
    told = set()
    for attachment in attachments if isinstance(attachments, list) else []:
        name = text(mapping(attachment).get("file_name")) or "attachment"
        told.add(name)
        content = text(mapping(attachment).get("extracted_content"))
        shown = f"{name}:\n```\n{content.rstrip()}\n```" if content else f"[file: {name}]"
        yield {"type": "text", "text": shown}
    files = fields.get("files")
    for file in files if isinstance(files, list) else []:
        name = text(mapping(file).get("file_name"))
        if name and name not in told:
            yield {"type": "text", "text": f"[file: {name}]"}
