"""How a conversation goes on after its answers: who answers next, and after whose words. Pure.

own       each candidate after its own answer
fixed     all after one answer that is given to them: what was recorded, or one that was chosen
winner    all after the answer that won the vote
handover  one candidate takes over every branch; where it spoke already it simply goes on, which is the yardstick
for what a handover loses
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from compare.engine.run import LETTERS
from compare.errors import CompareError
from compare.records import Answer, Candidate, Comparison, History, Message, ModelSpec, Slot

THEN = ", then "
"""Stands between the names of who spoke and who took over."""


@dataclass(frozen=True, slots=True)
class GoingOn:
    """What the user chose for the next message."""

    history: History = "own"
    places: tuple[int, ...] = ()
    """Which answers' candidates go on; empty for all that can."""
    given: int | None = None
    """Under "fixed": the place whose answer all are given; None for the recorded answer."""
    to: Candidate | None = None
    """Under "handover": who takes over."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One pane of what comes next."""

    before: Slot
    candidate: Candidate
    label: str
    parent_id: str
    """The message that `reply` answers."""
    reply: Message
    """What stands as the answer before the next message."""


def asked_next(
    before: Comparison,
    answers: Mapping[str, Answer],
    how: GoingOn,
    *,
    models: Mapping[str, ModelSpec],
    recorded: Answer | None,
    winner_id: str | None,
    turn: int,
) -> list[Asked]:
    """Who is asked after which words, in the order of the places.

    Args:
        before: the comparison that goes on.
        answers: its stored answers by id.
        how: the user's choice.
        models: of the catalogue.
        recorded: what was really answered, where it is known.
        winner_id: the answer that won the voter's ballot, where one did.
        turn: the number of the turn that comes.

    Raises:
        CompareError: the choice cannot be carried out; the sentence says what is missing.
    """
    chosen = [slot for slot in before.current if not how.places or slot.slot in how.places]
    match how.history:
        case "own":
            going = [_after_own(slot, answers, models) for slot in chosen]
        case "handover":
            going = [_handed_over(slot, answers, how.to, models, turn) for slot in chosen]
        case "winner":
            given = _won(before, answers, winner_id)
            going = [_after(slot, *given, models) for slot in chosen]
        case "fixed":
            given = _given(before, answers, how.given, recorded)
            going = [_after(slot, *given, models) for slot in chosen]
    return [one for one in going if one is not None]


def history_of_next(before: Comparison, chosen: History) -> History:
    """What the next comparison's history is called.

    Once a candidate has seen another's words its history is not its own any more, also where it goes on from its own.
    """
    shown_others = before.history in ("winner", "handover") or (before.history == "fixed" and before.step != "start")
    return before.history if chosen == "own" and shown_others else chosen


# --- after whose words -----------------------------------------------------------------------------------------------


def _after_own(slot: Slot, answers: Mapping[str, Answer], models: Mapping[str, ModelSpec]) -> Asked | None:
    answer = answers.get(slot.answer_id)
    if answer is None or not _can_be_read(answer) or answer.origin == "recorded":
        return None
    return _after(slot, slot.prompt_leaf_id, answer, models)


def _after(slot: Slot, parent_id: str, answer: Answer, models: Mapping[str, ModelSpec]) -> Asked | None:
    if slot.candidate.model_id not in models:
        return None
    return Asked(slot, slot.candidate, slot.label, parent_id, _as_message(answer))


def _handed_over(
    slot: Slot, answers: Mapping[str, Answer], to: Candidate | None, models: Mapping[str, ModelSpec], turn: int
) -> Asked | None:
    if to is None or to.model_id not in models:
        raise CompareError("Choose who takes over: a candidate whose model is in the catalogue.")
    answer = answers.get(slot.answer_id)
    if answer is None or not _can_be_read(answer):
        return None
    speaks_already = replace(slot.candidate, handover_from="", handover_turn=0)
    if speaks_already.id == to.id:
        return Asked(slot, slot.candidate, slot.label, slot.prompt_leaf_id, _as_message(answer))
    name = to.label or models[to.model_id].name
    label = slot.label + THEN + name
    taking_over = replace(
        to,
        handover_from=slot.candidate.id,
        handover_turn=turn,
        label=f"{slot.label} until turn {turn - 1}{THEN}{name}",
    )
    return Asked(slot, taking_over, label, slot.prompt_leaf_id, _as_message(answer))


def _won(before: Comparison, answers: Mapping[str, Answer], winner_id: str | None) -> tuple[str, Answer]:
    slot = next((s for s in before.current if s.answer_id == winner_id), None)
    if slot is None or slot.answer_id not in answers:
        raise CompareError("No answer has won yet. Vote for the best answer, then go on with it.")
    return slot.prompt_leaf_id, answers[slot.answer_id]


def _given(
    before: Comparison, answers: Mapping[str, Answer], place: int | None, recorded: Answer | None
) -> tuple[str, Answer]:
    if place is None:
        if recorded is None:
            raise CompareError(
                "No answer was recorded to this question. Choose whose answer is given to all, or another history."
            )
        return recorded.prompt_leaf_id, recorded
    slots: Sequence[Slot] = before.current
    if not 0 <= place < len(slots):
        raise CompareError(f"There is no answer in place {place + 1}; this run has {len(slots)}.")
    answer = answers.get(slots[place].answer_id)
    if answer is None or not _can_be_read(answer):
        raise CompareError(f"{LETTERS[place]} has no answer that could be given to all. Choose another.")
    return slots[place].prompt_leaf_id, answer


def _can_be_read(answer: Answer) -> bool:
    return answer.status != "failed"


def _as_message(answer: Answer) -> Message:
    return Message("assistant", answer.text, answer_id=answer.id)
