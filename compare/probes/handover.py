"""Handovers in probes: one candidate answers the first part of a thread, another takes over and is asked the question.

Written `sim-lite:sim-large@12`: until message 12 sim-lite, from there on sim-large. A candidate that took over names
who spoke before it and its first turn, as one does that takes over by hand; a turn of the user is two messages, so
message 12 belongs to turn 6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from compare.errors import ConfigError
from compare.probes.own import ProbeHistory
from compare.probes.plant import Planted
from compare.records import Candidate, Message
from compare.threads.prompts import user_turns

FIRST_MESSAGE = 4
"""Before it nobody has said anything that could be lost."""

_LONGEST_NUMBER = 9
"""Digits; no thread has more messages, and Python reads no number of thousands of digits."""


class Switch(NamedTuple):
    """A handover as it is written: ids of two models or stored candidates, and a message, from 1."""

    before: str
    after: str
    message: int


def read_switch(text: str, is_known: Callable[[str], bool]) -> Switch:
    """A handover as it is written on the command line.

    Args:
        text: such as "sim-lite:sim-large@12"; the ids may hold colons themselves.
        is_known: whether an id is one of a model or a stored candidate.

    Raises:
        ConfigError: it cannot be read, or names somebody unknown.
    """
    names, _, at = text.strip().rpartition("@")
    parts = names.split(":")
    pairs = [(":".join(parts[:n]), ":".join(parts[n:])) for n in range(1, len(parts))]
    if not pairs or not at.isdecimal() or len(at) > _LONGEST_NUMBER:
        raise ConfigError(f"The handover {text!r} cannot be read. Write it as sim-lite:sim-large@12.")
    known = [pair for pair in pairs if all(map(is_known, pair))]
    if len(known) != 1:
        why = "can be read in two ways" if known else "names no two models or stored candidates"
        raise ConfigError(
            f"The handover {text!r} {why}. `weighbridge models` lists the models; write their ids, or those of stored "
            "candidates, as in sim-lite:sim-large@12."
        )
    return Switch(*known[0], int(at))


def turn_at(message: int) -> int:
    """The user's turn that a message belongs to: two messages a turn.

    Raises:
        ConfigError: it is so early that nobody has spoken before.
    """
    if message < FIRST_MESSAGE:
        raise ConfigError(
            f"A handover at message {message} has nothing before it; the earliest is message {FIRST_MESSAGE}."
        )
    return message // 2


def taking_over(before: Candidate, after: Candidate, message: int, names: tuple[str, str]) -> Candidate:
    """The candidate that takes a conversation over.

    Args:
        before: who speaks until then.
        after: who takes over, with its own settings and context policy.
        message: from which message of the thread on.
        names: what the two are called, for the label.

    Raises:
        ConfigError: the message is too early, or both are the same.
    """
    turn = turn_at(message)
    if before.id == after.id:
        raise ConfigError(f"{names[0]} cannot take over from itself. Name two that differ in model or context policy.")
    label = f"{names[0]}, then {names[1]} from message {2 * turn}"
    return replace(after, handover_from=before.id, handover_turn=turn, label=label)


def too_short(planted: Sequence[Planted], candidates: Iterable[Candidate]) -> list[str]:
    """Of which threads candidates that take over are not asked, each a sentence.

    Raises:
        ConfigError: one of them would be asked nothing.
    """
    found = []
    turns = [len(user_turns(one.thread.messages)) for one in planted]
    for candidate in candidates:
        n = sum(n_turns < candidate.handover_turn for n_turns in turns)
        if turns and n == len(turns):
            raise ConfigError(
                f"No thread is long enough for {candidate.name}: the longest has {max(turns)} turns of the user, and "
                f"the switch is at turn {candidate.handover_turn}. Choose longer threads, or an earlier message."
            )
        if n:
            found.append(
                f"{n:,} of {len(turns):,} threads end before the switch and are not asked of {candidate.name}."
            )
    return found


def n_answers(planted: Sequence[Planted], candidates: Sequence[Candidate], repeat: int, history: ProbeHistory) -> int:
    """How many answers a job of probes takes: one for each, or under own history one for each turn of the user."""
    if history == "fixed":
        return len(planted) * len(candidates) * repeat
    turns = [len(user_turns(one.thread.messages)) for one in planted]
    return repeat * sum(n for n in turns for one in candidates if one.handover_turn <= n)


def first_message_after(messages: Sequence[Message], turn: int) -> int:
    """The place of the first message that belongs to a turn of the user, counted from 0."""
    return user_turns(messages)[turn - 2] + 2 if turn > 1 else 0


__all__ = ["Switch", "first_message_after", "n_answers", "read_switch", "taking_over", "too_short", "turn_at"]
