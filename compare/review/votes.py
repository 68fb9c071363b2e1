"""Casting, undoing and changing a vote on a comparison, with every condition that makes a vote count.

A vote opens when all answers of a comparison are final, and is about those that are complete: one that was stopped or
failed says nothing about how its candidate would have ended. The ballot remembers what was shown, in which order, and
whether names and speed could be seen; the same key pressed twice is one ballot; a change supersedes, nothing is erased.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from compare.errors import CompareError
from compare.records import Answer, Ballot, Comparison, Status, Verdict
from compare.review.preferences import derive
from compare.runs.views import has_seen_names
from compare.store.store import Store


@dataclass(frozen=True, slots=True)
class Choice:
    """What a rater pressed."""

    verdict: Verdict
    place: int | None = None
    """Which answer is best, counted from 0; only for `best`."""


@dataclass(frozen=True, slots=True)
class Votable:
    """The answers of a comparison on which one can vote, by place: the complete ones."""

    answers: Mapping[int, Answer]
    incomplete: Mapping[int, Status] = field(default_factory=dict)
    """How the other answers ended, by place; an answer that was never stored counts as failed."""

    @property
    def open(self) -> bool:
        """A vote needs two answers to compare."""
        return len(self.answers) >= 2


def votable(store: Store, comparison: Comparison) -> Votable:
    """What can be voted on now: every current answer that is stored and complete."""
    current = comparison.current
    stored = store.answers([slot.answer_id for slot in current])
    ended: dict[int, Status] = {
        s.slot: stored[s.answer_id].status if s.answer_id in stored else "failed" for s in current
    }
    return Votable(
        {s.slot: stored[s.answer_id] for s in current if ended[s.slot] == "done"},
        {place: status for place, status in ended.items() if status != "done"},
    )


def is_of_earlier_version(ballot: Ballot, comparison: Comparison) -> bool:
    """True where an answer that the ballot is about has been asked for again since; it counts for what was shown."""
    return not set(ballot.shown_order) <= {slot.answer_id for slot in comparison.current}


def cast(
    store: Store, comparison: Comparison, rater_id: str, choice: Choice, *, key: str, names_seen: bool = False
) -> Ballot:
    """Store one vote; an earlier counted vote of the same rater on this comparison is superseded by it.

    The same choice on the same answers again is the vote that is there already.

    Args:
        store: where it goes.
        comparison: what is voted on.
        rater_id: who votes.
        choice: what was pressed.
        key: names this press of the button; the same key again is the same ballot.
        names_seen: whether the names were on this rater's screen before, under whatever rater's name.

    Raises:
        CompareError: fewer than two answers are complete, the chosen one is not, or a study has the comparison.
    """
    study = store.study_of(comparison.id)
    if study is not None:
        raise CompareError(f"This comparison is an item of the study {study.name!r}. Rate it by the study's link.")
    can = votable(store, comparison)
    shown = can.answers
    if len(shown) < 2:
        raise CompareError(f"{len(shown)} of {len(comparison.current)} answers are complete; a vote needs at least 2.")
    if choice.verdict == "best" and choice.place not in shown:
        raise CompareError("That answer is not complete or not there, so it cannot be the best. Choose another.")
    order = tuple(shown[place].id for place in sorted(shown))
    ranking = (shown[choice.place].id,) if choice.verdict == "best" and choice.place is not None else ()
    before = store.counted_ballot(comparison.id, rater_id)
    if before is not None and (before.verdict, before.ranking, before.shown_order) == (choice.verdict, ranking, order):
        return before
    # After the first vote the names are on screen: whatever follows on these answers is an open vote.
    blind = comparison.blind and not names_seen and not has_seen_names(store, comparison.id, rater_id)
    ballot = Ballot(
        id=secrets.token_urlsafe(12),
        idempotency_key=key,
        comparison_id=comparison.id,
        rater_id=rater_id,
        verdict=choice.verdict,
        ranking=ranking,
        shown_order=order,
        blind=blind,
        speed_visible=not blind or _speed_could_be_told(comparison, can),
        supersedes_id=before.id if before is not None and before.idempotency_key != key else None,
    )
    workload = store.thread(comparison.thread_id).workload
    rows = derive(ballot, {a.id: a for a in shown.values()}, thread_id=comparison.thread_id, workload=workload)
    return store.cast(ballot, rows)


def _speed_could_be_told(comparison: Comparison, can: Votable) -> bool:
    """Whether names alone were hidden: an answer that is asked for again is waited for by itself, and one that was
    stopped shows how far it had come when others were complete.
    """
    return any(slot.version for slot in comparison.current) or "stopped" in can.incomplete.values()


def undo(store: Store, comparison: Comparison, rater_id: str) -> Ballot | None:
    """Take back the rater's counted vote; the one that it had replaced counts again. None where there is none."""
    ballot = store.counted_ballot(comparison.id, rater_id)
    if ballot is None:
        return None
    store.undo(ballot.id, by=rater_id, reason="taken back by the rater")
    return ballot
