"""A thread as exchanges: user messages in a row with the answers that follow them.

Cuts fall between exchanges wherever a policy allows it. So an answer is never sent without its question, and a thread
in which user and assistant take turns still does so after any cut: servers that insist on it do not refuse.
System messages belong to no exchange.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compare.records import ChatMessage

ORPHAN = "answer to a message that was cut"


def talk(messages: Sequence[ChatMessage]) -> list[int]:
    """Indexes of all messages but the system's."""
    return [i for i, message in enumerate(messages) if message.role != "system"]


def last_user(messages: Sequence[ChatMessage]) -> int | None:
    """Index of the last user message."""
    return next((i for i in reversed(range(len(messages))) if messages[i].role == "user"), None)


def whole_exchanges(messages: Sequence[ChatMessage], chosen: Iterable[int]) -> set[int]:
    """The chosen messages with the rest of the exchanges they are part of; a system message stays alone."""
    number: dict[int, int] = {}
    now, before = 0, ""
    for i in talk(messages):
        if messages[i].role == "user" and before != "user":
            now += 1
        number[i], before = now, messages[i].role
    chosen = set(chosen)
    touched = {number[i] for i in chosen & number.keys()}
    return chosen | {i for i in number if number[i] in touched}


def orphans(messages: Sequence[ChatMessage], kept: set[int], tail: Sequence[int]) -> list[int]:
    """Answers at the start of `tail` (indexes in order) that would be sent without the message before them."""
    order = talk(messages)
    lost: list[int] = []
    for i in tail:
        place = order.index(i)
        before = order[place - 1] if place else None
        if messages[i].role != "assistant" or before is None or (before in kept and before not in lost):
            break
        lost.append(i)
    return lost


def before_answer(messages: Sequence[ChatMessage], tail: Sequence[int], always: set[int]) -> list[int]:
    """What `tail` has to lose so that it begins with an answer and a user message can stand before it.

    An answer that is always kept has its question before it, so it does not do. A tail without any other answer loses
    nothing; two user messages then meet.
    """
    answers = [place for place, i in enumerate(tail) if messages[i].role == "assistant" and i not in always]
    return [i for i in tail[: answers[0]] if i not in always] if answers else []
