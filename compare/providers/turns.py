"""A conversation in turns, for the wire formats that take nothing else: the user first and last, roles alternating.

Nothing is lost on the way there without a warning. Formats that take any order (both of OpenAI's) send a conversation
as it stands and have no use for this.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from compare.records import ChatMessage, Image
from compare.threads.prompts import EMPTY_MESSAGE

_OPENING = "(start of the conversation)"
_CLOSING = "Please continue."


@dataclass(slots=True)
class Turn:
    """What one side says before the other does."""

    role: Literal["user", "assistant"]
    content: list[str | Image]
    """Never empty; no text is blank, and no two texts touch. Pictures stand before the text of their message."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """System prompt and turns."""

    system: str
    """The system messages at the beginning, joined by blank lines; empty where there are none."""
    turns: list[Turn]
    warnings: list[str]
    """What had to be changed, in sentences; one may stand there twice."""


def in_turns(
    messages: Iterable[ChatMessage], *, model_has_pictures: bool, system_with_pictures: Literal["system", "user"]
) -> Conversation:
    """Bring messages into turns.

    A system message after the beginning keeps its place and becomes the user's, marked as what it is: moved to the
    front it would seem to have held from the start. Messages of one role in a row become one turn.

    Args:
        messages: any, in any order.
        model_has_pictures: whether the format takes pictures in the model's own messages; else they are left out.
        system_with_pictures: what a system message with pictures is at the beginning, as no format takes pictures in
            the system prompt: still the system's, without them, or the user's like a later one, with them.
    """
    system: list[str] = []
    turns: list[Turn] = []
    warnings: list[str] = []
    before = ""
    for message in messages:
        if message.role == "system" and not turns and not (message.images and system_with_pictures == "user"):
            if message.content.strip():
                system.append(message.content)
            if message.images:
                warnings.append("A picture of the system message was left out: this format takes only text there.")
            continue
        turn = _turn(message, model_has_pictures, warnings)
        if turns and turns[-1].role == turn.role:
            if message.role == before != "system":  # of a system message that became the user's, its own warning tells
                warnings.append("Messages of one role in a row were sent as one, as roles alternate in this format.")
            _append(turns[-1].content, turn.content)
        else:
            turns.append(turn)
        before = message.role
    if not turns or turns[0].role == "assistant":
        turns.insert(0, Turn("user", [_OPENING]))
        warnings.append(f"The user's {_OPENING!r} was put first, because the user has to begin in this format.")
    if turns[-1].role == "assistant":
        turns.append(Turn("user", [_CLOSING]))
        warnings.append(f"The user's {_CLOSING!r} was put last, because models refuse to go on from their own words.")
    return Conversation("\n\n".join(system), turns, warnings)


def _turn(message: ChatMessage, model_has_pictures: bool, warnings: list[str]) -> Turn:
    role: Literal["user", "assistant"] = "assistant" if message.role == "assistant" else "user"
    content: list[str | Image] = []
    if message.images and role == "assistant" and not model_has_pictures:
        warnings.append("Pictures in the model's own messages cannot be sent in this format: they were left out.")
    else:
        content += message.images
    text = message.content
    if not (text.strip() or content):
        text = EMPTY_MESSAGE
        warnings.append(f"An empty message was sent as {EMPTY_MESSAGE!r}.")
    if message.role == "system":
        text = f"System message: {text}"
        warnings.append(
            "A later system message was sent as the user's, marked as what it is: few models take one there."
        )
    if text.strip():
        content.append(text)
    return Turn(role, content)


def _append(content: list[str | Image], more: list[str | Image]) -> None:
    """Put a message behind another of its turn, with a blank line between texts that would touch."""
    last, first = content[-1], more[0]
    if isinstance(last, str) and isinstance(first, str):
        content[-1] = f"{last}\n\n{first}"
        more = more[1:]
    content += more


__all__ = ["Conversation", "Turn", "in_turns"]
