"""Marks on answers: what they may say, and how far the message lies back that they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from compare.errors import StudyError
from compare.records import Answer, Message
from compare.store.study_values import Mark, MarkKind
from compare.tokens.count import ENCODING_NAME, count_messages

WORDS: Mapping[MarkKind, str] = {
    "forgot": "forgot",
    "contradicts": "contradicts",
    "ignored_instruction": "ignored an instruction",
    "outdated_value": "used an outdated value",
    "invented": "invented",
    "asked_again": "asked again",
    "lost_thread": "lost the thread",
}
"""What pages call each kind."""
NEEDS_MESSAGE: frozenset[MarkKind] = frozenset(
    {"forgot", "contradicts", "ignored_instruction", "outdated_value", "asked_again"}
)
"""Kinds that are about a message of the thread; the others may name one."""


def measured(mark: Mark, answer: Answer, path: Sequence[Message]) -> Mark:
    """The mark with its distances.

    Args:
        mark: as the rater set it; spans count characters of the stored text.
        answer: the side that it is on.
        path: the messages before the answer, oldest first; their ids are set.

    Raises:
        StudyError: the mark names a message that is not there or not before the place it is on, its span is not in the
            text, or it needs a message and has none.
    """
    places = {message.id: place for place, message in enumerate(path)}
    words = WORDS[mark.kind]
    if mark.kind in NEEDS_MESSAGE and mark.message_id is None:
        raise StudyError(f"The mark {words!r} needs the message that it is about. Choose one in the thread.")
    if mark.kind == "outdated_value" and mark.other_message_id is None:
        raise StudyError(f"The mark {words!r} needs two messages: the one with the old value and the one with the new.")
    here = len(path) if mark.at_message_id is None else _place(mark.at_message_id, places, words)
    text = answer.text if mark.at_message_id is None else path[here].text
    if mark.span is not None and not 0 <= mark.span[0] < mark.span[1] <= len(text):
        raise StudyError(f"The mark {words!r} is on characters {mark.span[0]} to {mark.span[1]} of {len(text)}.")
    if mark.other_message_id is not None:
        _before(_place(mark.other_message_id, places, words), here, words)
    if mark.message_id is None:
        return replace(mark, distance_messages=None, distance_tokens=None, tokenizer=None)
    there = _place(mark.message_id, places, words)
    _before(there, here, words)
    between = tuple(message.text for message in path[there + 1 : here])
    return replace(
        mark, distance_messages=here - there, distance_tokens=count_messages(between), tokenizer=ENCODING_NAME
    )


def _place(message_id: str, places: Mapping[str, int], words: str) -> int:
    if message_id not in places:
        raise StudyError(f"The mark {words!r} names a message that is not in this thread. Set the mark again.")
    return places[message_id]


def _before(there: int, here: int, words: str) -> None:
    if there >= here:
        raise StudyError(
            f"The mark {words!r} on message {here + 1} names message {there + 1}, which comes later. "
            "Choose an earlier message."
        )
