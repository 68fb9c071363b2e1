"""Names of preparations read, and their steps run in the order in which they are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from types import MappingProxyType
from typing import NamedTuple

from compare.errors import ConfigError
from compare.records import ChatMessage
from compare.threads.preparation.change import Change, Prepared
from compare.threads.preparation.clean import clean
from compare.threads.preparation.framing import frame
from compare.threads.preparation.template import (
    SYSTEM,
    TEMPLATE,
    TRANSCRIPT_1,
    fill,
    prefix_system,
    step_text,
    system_step,
    template_step,
)

NONE = "none"
_Step = Callable[[tuple[ChatMessage, ...]], Prepared]


class Preparation(NamedTuple):
    """One entry of the list to choose from."""

    name: str
    description: str


_STEPS: MappingProxyType[str, tuple[str, _Step]] = MappingProxyType(
    {
        "clean@1": (
            "Unicode composed (NFC), hidden and control characters removed, white space folded outside code.",
            clean,
        ),
        "framed@1": ("Every earlier message opens with a line that says who spoke.", frame),
        "transcript@1": (
            "The earlier messages as a transcript inside one single user message.",
            partial(fill, TRANSCRIPT_1),
        ),
    }
)
_OWN = (
    Preparation(f"{TEMPLATE}TEXT", "A template of your own with {question} and, if you like, {messages}."),
    Preparation(f"{SYSTEM}TEXT", "Words of your own before the system prompt."),
)


def preparations() -> list[Preparation]:
    """All that is known, with one line on each; joined by "+" they run one after the other."""
    named = [Preparation(name, description) for name, (description, _) in _STEPS.items()]
    return [Preparation(NONE, "The messages as they are."), *named, *_OWN]


def canonical(name: str) -> str:
    """The one way to write a preparation; a candidate should carry this, so that equal ones have equal ids.

    Raises:
        ConfigError: a step is unknown or stands twice, or "none" is joined with another.
    """
    return "+".join(step for step, _ in _read(name)) or NONE


def prepare(name: str, messages: tuple[ChatMessage, ...]) -> Prepared:
    """The messages as the preparation wants them sent, and what it changed.

    Args:
        name: "none", or steps joined by "+", such as "clean@1+framed@1"; they run from left to right.
        messages: what would be sent: after the candidate's system prompt and context policy.

    Raises:
        ConfigError: as canonical.
    """
    changes: list[Change] = []
    for step, run in _read(name):
        prepared = run(messages)
        messages = prepared.messages
        changes += (replace(change, step=step) for change in prepared.changes)
    return Prepared(messages, tuple(changes))


@lru_cache(maxsize=256)
def _read(name: str) -> tuple[tuple[str, _Step], ...]:
    pieces = [piece.strip() for piece in name.split("+")]
    if pieces == [NONE]:
        return ()
    steps = [_step(piece, name) for piece in pieces]
    for step, _ in steps:
        if [other for other, _ in steps].count(step) > 1:
            raise ConfigError(f"The preparation {name!r} has the step {step!r} twice. Once is enough: take one away.")
    return tuple(steps)


def _step(piece: str, name: str) -> tuple[str, _Step]:
    if piece in _STEPS:
        return piece, _STEPS[piece][1]
    if piece.startswith(TEMPLATE):
        text = step_text(piece)
        return template_step(text), partial(fill, text)
    if piece.startswith(SYSTEM):
        text = step_text(piece)
        return system_step(text), partial(prefix_system, text)
    if piece == NONE:
        raise ConfigError(f"The preparation {name!r} joins {NONE!r} with other steps. Take {NONE!r} away.")
    where = "" if piece == name.strip() else f" in {name!r}"
    known = ", ".join(entry.name for entry in preparations())
    raise ConfigError(f"The preparation {piece!r}{where} is not known. Known are: {known}; join several with '+'.")
