"""Who speaks at which turn: a candidate that took a conversation over had others before it.

Such a candidate names the one before it and the first turn that is its own (`Candidate.handover_from`,
`handover_turn`). Under own history a job asks its turns of whoever speaks then; under fixed history nobody did before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from compare.records import Candidate, History, Message
from compare.threads.prompts import OwnAnswer, Prompt, own_prompt

Find = Callable[[str], Candidate]
"""Finds the stored candidate of an id."""


def speaker_at(candidate: Candidate, turn: int, find: Find) -> Candidate:
    """Who answers a turn of a candidate's conversation: itself, or who spoke before it took over."""
    while candidate.handover_turn > turn:
        candidate = find(candidate.handover_from)
    return candidate


def speakers_of(candidate: Candidate, find: Find) -> tuple[Candidate, ...]:
    """Everybody who speaks in a candidate's conversation, the first one first."""
    found = [candidate]
    while found[0].handover_from:
        found.insert(0, find(found[0].handover_from))
    return tuple(found)


def speakers_in(candidates: Iterable[Candidate], history: History, find: Find) -> dict[str, Candidate]:
    """Everybody who is asked where these candidates are, by id."""
    found = [one for each in candidates for one in (speakers_of(each, find) if history == "own" else (each,))]
    return {one.id: one for one in found}


def alone(candidate: Candidate) -> Candidate:
    """The same one as it is where it speaks all the way; its label stays."""
    return replace(candidate, handover_from="", handover_turn=0)


def conversation_prompt(
    messages: Sequence[Message], turn: int, said: Sequence[OwnAnswer], candidate: Candidate, find: Find
) -> Prompt:
    """What is sent at a turn of a candidate's own conversation: its answers so far, or those of who spoke then.

    Args:
        messages: the whole thread.
        turn: which turn is to be answered.
        said: the answers to turns 1 .. turn-1, in order.
        candidate: whose conversation it is.
        find: finds who spoke before it.

    Raises:
        CompareError: as `own_prompt`.
    """
    prompt = own_prompt(messages, turn, said)
    now = alone(speaker_at(candidate, turn, find)).id
    whose = [alone(speaker_at(candidate, earlier, find)).id == now for earlier in range(1, turn)]
    if all(whose):
        return prompt
    ids = list(zip(prompt.own_answer_ids, whose, strict=True))
    return replace(
        prompt,
        history="handover",
        own_answer_ids=tuple(answer_id for answer_id, own in ids if own),
        others_answer_ids=tuple(answer_id for answer_id, own in ids if not own),
    )


__all__ = ["Find", "alone", "conversation_prompt", "speaker_at", "speakers_in", "speakers_of"]
