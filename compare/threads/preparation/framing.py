"""framed@1: every earlier message opens with a line that says who spoke; the last one is the question and has none.

Released: its output never changes (golden tests hold it). Framing twice is framing once. The labels carry no number,
so that they are right whatever a context policy has cut before.
"""

from __future__ import annotations

from dataclasses import replace

from compare.records import ChatMessage
from compare.threads.preparation.change import Change, Prepared

_LABELS = {
    "user": "[earlier message from the user]\n",
    "assistant": "[earlier answer from the assistant]\n",
}


def frame(messages: tuple[ChatMessage, ...]) -> Prepared:
    """Every user and assistant message but the last, labelled; system messages stay as they are."""
    framed, changes = list(messages), []
    for index, message in enumerate(messages[:-1]):
        label = _LABELS.get(message.role, "")
        if not message.content.startswith(label):
            framed[index] = replace(message, content=label + message.content)
            changes.append(Change(index, "role label added", len(label)))
    return Prepared(tuple(framed), tuple(changes))
