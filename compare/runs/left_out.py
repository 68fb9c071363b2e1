"""Who of a run is not in the run that goes on from it, and why."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from compare.engine.run import LETTERS
from compare.records import Answer, Comparison, Slot
from compare.runs.going_on import THEN
from compare.store.store import Store


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A place of a run whose candidate is not in the run that continues it."""

    letter: str
    """In the run before."""
    label: str
    why: str
    """The rest of a sentence: "a recorded answer cannot go on"."""


def left_out(store: Store, models: Container[str], comparison: Comparison) -> list[LeftOut]:
    """The places of the run before that have no place here; none where the panes were chosen anew.

    Args:
        store: where both runs are.
        models: ids in the catalogue.
        comparison: the run that goes on.
    """
    before = store.comparison(comparison.continues_id) if comparison.continues_id else None
    if before is None or comparison.step == "panes":
        return []
    gone = [old for old in before.current if not any(_goes_on(old, slot) for slot in comparison.current)]
    answers = store.answers([slot.answer_id for slot in gone])
    return [LeftOut(LETTERS[s.slot], s.label, _why(s, answers.get(s.answer_id), models)) for s in gone]


def _why(slot: Slot, answer: Answer | None, models: Container[str]) -> str:
    if answer is not None and answer.origin == "recorded":
        return "a recorded answer cannot go on"
    if slot.candidate.model_id not in models:
        return "its model is not in the catalogue"
    if answer is None or answer.status == "failed":
        return "it had no answer to go on from"
    return "the conversation went on without it"


def _goes_on(before: Slot, after: Slot) -> bool:
    """Whether a place is the other's, one message later or back; also where another candidate took it over between."""
    if after.candidate.id == before.candidate.id:
        return after.label == before.label
    longer, shorter = sorted((before, after), key=lambda slot: len(slot.label), reverse=True)
    return longer.candidate.handover_from == shorter.candidate.id and longer.label.startswith(shorter.label + THEN)
