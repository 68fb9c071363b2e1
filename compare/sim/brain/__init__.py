"""What a simulated model answers: read from the thread, with a limited memory, in its own voice.

    turns -> memory (what is remembered) -> asks (what is asked) -> recall (what answers it) -> plan -> voice (words)

Every value in an answer stands in a remembered message or in the question itself; nothing else can put one there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from compare.sim.brain import thinking, voice_flash, voice_large, voice_lite
from compare.sim.brain.memory import Turn
from compare.sim.brain.plan import Plan, WordingLanguage, make_plan
from compare.sim.brain.rules import kept
from compare.sim.brain.speaker import Speaker
from compare.sim.models import Voice

_VOICES: Mapping[Voice, Callable[[Plan, int], str]] = {
    "lite": voice_lite.write,
    "flash": voice_flash.write,
    "large": voice_large.write,
}


def answer(turns: Sequence[Turn], voice: Voice, memory_messages: int | None, seed: int) -> str:
    """Answer the last message.

    Args:
        turns: (role, text) of every message of the request, oldest first; at least one.
        voice: habit of wording.
        memory_messages: how many of the last messages are remembered, system ones not counted; None: all.
        seed: chooses among wordings.
    """
    plan = make_plan(turns, memory_messages)
    brief = Speaker(plan, seed).brief() if plan.rules.is_short else None
    return kept(brief if brief is not None else _VOICES[voice](plan, seed), plan.rules)


def think(turns: Sequence[Turn], memory_messages: int | None, *, brief: bool) -> str:
    """What goes before the answer to the last message: what is looked for, in which messages, and what came of it.

    Args:
        turns: as for `answer`.
        memory_messages: as for `answer`.
        brief: say less.
    """
    return thinking.think(make_plan(turns, memory_messages), turns, memory_messages, brief=brief)


def spoken_language(turns: Sequence[Turn], memory_messages: int | None) -> WordingLanguage:
    """The language in which the last message is answered."""
    return make_plan(turns, memory_messages).language


__all__ = ["Turn", "answer", "spoken_language", "think"]
