"""Adjudication: where raters disagree, one person decides, beside their ballots and not in their place.

No preferences are derived from it: ratings rest on independent raters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from compare.errors import NotAllowedError, StudyError
from compare.records import Ballot
from compare.store.store import Store
from compare.store.study_values import StudyBallot

SOURCE = "study-adjudicated"


def adjudicate(
    store: Store,
    comparison_id: str,
    by: str,
    verdict: Literal["best", "tie", "all_bad"],
    *,
    key: str,
    best_answer_id: str | None = None,
    comment: str = "",
) -> Ballot:
    """Decide an item of a study, also after it was closed; a later decision of the same person replaces it.

    Args:
        store: where the study is.
        comparison_id: the item.
        by: id of whoever decides: the study's owner, where it has one.
        verdict: what is right.
        key: names this press of the button; the same key again is the same ballot.
        best_answer_id: the answer that is best, for `best`.
        comment: why; shown beside the raters' ballots.

    Raises:
        NotFoundError: the comparison is no item of a study.
        NotAllowedError: the study has another owner.
        StudyError: the answer is not part of the item.
    """
    item, study = store.study_item(comparison_id), store.study_of(comparison_id)
    assert study is not None, "an item's study is a foreign key"
    if study.owner_id not in (None, by):
        raise NotAllowedError(f"Only the owner of the study {study.name!r} decides where its raters disagree.")
    if (verdict == "best") != (best_answer_id is not None) or best_answer_id not in (None, *item.answer_ids):
        raise StudyError(
            f"The verdict {verdict!r} must name one of the item's {len(item.answer_ids)} answers if one is best."
        )
    ballot = Ballot(
        id="",
        idempotency_key=f"adjudicated:{comparison_id}:{by}:{key}",
        comparison_id=comparison_id,
        rater_id=by,
        verdict=verdict,
        ranking=() if best_answer_id is None else (best_answer_id,),
        shown_order=item.answer_ids,
        criterion=study.criteria[0],
        blind=study.blind,
        speed_visible=study.speed_visible,
        comment=comment,
        source=SOURCE,
    )
    return store.cast(ballot)


def adjudicated(ballots: Sequence[StudyBallot]) -> dict[str, Ballot]:
    """The newest decision on each item that has one, by comparison."""
    return {
        one.item.comparison_id: one.ballot for one in ballots if one.ballot.source == SOURCE and one.state == "counted"
    }
