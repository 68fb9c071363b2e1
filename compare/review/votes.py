"""Casting, undoing and changing a vote on a comparison, with every condition that makes a vote count.

A vote opens when all answers of a comparison are final. The ballot remembers what was shown, in which order, and
whether names and speed could be seen; the same key pressed twice is one ballot; a change supersedes, nothing is erased.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from compare.errors import CompareError
from compare.records import Answer, Ballot, Comparison, Verdict
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
    """The answers of a comparison on which one can vote, by place; failed ones are left out."""

    answers: Mapping[int, Answer]

    @property
    def open(self) -> bool:
        """A vote needs two answers to compare."""
        return len(self.answers) >= 2


def votable(store: Store, comparison: Comparison) -> Votable:
    """What can be voted on now: every current answer that is stored and has not failed."""
    current = comparison.current
    stored = store.answers([slot.answer_id for slot in current])
    return Votable(
        {
            s.slot: stored[s.answer_id]
            for s in current
            if s.answer_id in stored and stored[s.answer_id].status != "failed"
        }
    )


def cast(store: Store, comparison: Comparison, rater_id: str, choice: Choice, *, key: str) -> Ballot:
    """Store one vote; an earlier counted vote of the same rater on this comparison is superseded by it.

    The same choice on the same answers again is the vote that is there already.

    Args:
        store: where it goes.
        comparison: what is voted on.
        rater_id: who votes.
        choice: what was pressed.
        key: names this press of the button; the same key again is the same ballot.

    Raises:
        CompareError: fewer than two answers can be compared, or the chosen one failed.
    """
    shown = votable(store, comparison).answers
    if len(shown) < 2:
        raise CompareError(f"{len(shown)} of {len(comparison.current)} answers can be voted on; at least 2 are needed.")
    if choice.verdict == "best" and choice.place not in shown:
        raise CompareError("That answer failed or is not there any more, so it cannot be the best. Choose another.")
    order = tuple(shown[place].id for place in sorted(shown))
    ranking = (shown[choice.place].id,) if choice.verdict == "best" and choice.place is not None else ()
    before = store.counted_ballot(comparison.id, rater_id)
    if before is not None and (before.verdict, before.ranking, before.shown_order) == (choice.verdict, ranking, order):
        return before
    # After the first vote the names are on screen: whatever follows on these answers is an open vote.
    blind = comparison.blind and not has_seen_names(store, comparison.id, rater_id)
    ballot = Ballot(
        id=secrets.token_urlsafe(12),
        idempotency_key=key,
        comparison_id=comparison.id,
        rater_id=rater_id,
        verdict=choice.verdict,
        ranking=ranking,
        shown_order=order,
        blind=blind,
        speed_visible=not blind,
        supersedes_id=before.id if before is not None and before.idempotency_key != key else None,
    )
    workload = store.thread(comparison.thread_id).workload
    rows = derive(ballot, {a.id: a for a in shown.values()}, thread_id=comparison.thread_id, workload=workload)
    return store.cast(ballot, rows)


def undo(store: Store, comparison: Comparison, rater_id: str) -> Ballot | None:
    """Take back the rater's counted vote; the one that it had replaced counts again. None where there is none."""
    ballot = store.counted_ballot(comparison.id, rater_id)
    if ballot is None:
        return None
    store.undo(ballot.id, by=rater_id, reason="taken back by the rater")
    return ballot
