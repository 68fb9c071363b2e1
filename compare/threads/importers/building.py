"""From messages in OpenAI's shape to a thread: the way of every format, so that a thread is kept in one shape.

Each reader turns its records into these messages; a reply's own numbers, where the file has them, go along.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from compare.errors import ImportFormatError
from compare.records import PRODUCTION_NAME, Branch, Message, Recorded, Thread
from compare.threads.importers.items import Where
from compare.threads.importers.openai_messages import to_message


@dataclass(frozen=True, slots=True)
class Said:
    """One message on its way into a thread."""

    item: dict[str, Any]
    """In OpenAI's shape."""
    numbers: Recorded | None = None
    """What is known about an assistant's message; name, model and numbers, but neither text nor turn."""


def numbers(name: str = PRODUCTION_NAME, **known: Any) -> Recorded | None:
    """What is known about a reply that stands in a thread; None where that is nothing."""
    found = Recorded(name, "", in_thread=True, **known)
    return None if found == Recorded(PRODUCTION_NAME, "", in_thread=True) else found


def path_of(said: Iterable[Said]) -> Branch:
    """Messages and what was recorded with them.

    Raises:
        ImportFormatError: a message cannot be read.
    """
    messages, recorded, turn = [], [], 0
    for place, one in enumerate(said, start=1):
        message = to_message(one.item, place)
        turn += message.role == "user"
        messages.append(message)
        if one.numbers is not None and message.role == "assistant" and turn and message.text.strip():
            recorded.append(replace(one.numbers, text=message.text, turn=turn))
    return Branch(tuple(messages), tuple(recorded))


def thread_of(path: Branch, where: Where, *, others: Sequence[Branch] = (), **fields: Any) -> Thread:
    """A thread of a path and the other paths of its tree.

    Raises:
        ImportFormatError: there is nothing to answer.
    """
    check_asks(path.messages)
    reference = str(fields.pop("source_ref", "") or where.number)
    recorded = path.recorded + tuple(fields.pop("recorded", ()))
    return Thread(
        path.messages, source=where.source, source_ref=reference, recorded=recorded, branches=tuple(others), **fields
    )


def check_asks(messages: Sequence[Message]) -> None:
    """Refuse messages that hold no question.

    Raises:
        ImportFormatError: there is none, or none of a user.
    """
    if not messages:
        raise ImportFormatError("the thread is empty: 'messages' holds no message.")
    if not any(m.role == "user" for m in messages):
        raise ImportFormatError(f"the thread has {len(messages)} messages but none of a user, so nothing to answer.")
