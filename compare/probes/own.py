"""Probes under own history: every user turn is asked, and the candidate's own replies stand in the thread.

A planted thread is then made so that each turn of the user has exactly one reply: the place of every message is the
same before the replies are there and after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Literal

from compare.probes.probe import Probe, ProbeType
from compare.records import Message
from compare.threads.prompts import user_turns
from compare.tokens.count import count_messages

ProbeHistory = Literal["fixed", "own"]
"""fixed: the replies in the thread are as made up or as given; own: they are the candidate's."""
NOT_OWN: tuple[ProbeType, ...] = ("coherence",)
"""Types that are not asked under own history: a number that a model chose itself it may choose again without
remembering it, so no exact rule could tell the two apart."""
_REPLY = Message("assistant", "(the candidate's reply)")
"""Stands in the place of each reply; never sent."""


def in_turns(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The beginning of a thread with exactly one reply to each turn of its user.

    Tool calls, tool results and what an assistant said before anybody spoke are left out: they belong to the replies
    that are not sent.
    """
    ends = set(user_turns(messages))
    found: list[Message] = []
    for place, message in enumerate(messages):
        if message.role in ("system", "user"):
            found.append(message)
        if place in ends:
            found.append(_REPLY)
    return tuple(found)


def as_it_went(messages: Sequence[Message], replies: Sequence[str]) -> tuple[Message, ...]:
    """A planted thread with the replies that were given in place of those that it is stored with, oldest first."""
    said = chain(replies, (None for _ in messages))
    found = []
    for message in messages:
        text = next(said) if message.role == "assistant" else None
        found.append(message if text is None else replace(message, text=text))
    return tuple(found)


def measured_again(probe: Probe, messages: Sequence[Message]) -> Probe:
    """The probe with the tokens between fact and question as they were in a conversation that really went on."""
    if probe.distance_messages is None:
        return probe
    first = probe.asked - probe.distance_messages
    between = tuple(message.text for message in messages[first + 1 : probe.asked])
    return replace(probe, distance_tokens=count_messages(between))


__all__ = ["NOT_OWN", "ProbeHistory", "as_it_went", "in_turns", "measured_again"]
