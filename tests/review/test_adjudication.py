"""Where raters disagree, the owner decides: beside their ballots, not in their place."""

from __future__ import annotations

import pytest

from compare.errors import NotAllowedError, NotFoundError, StudyError
from compare.review.adjudication import adjudicate, adjudicated
from compare.review.quality import quality
from compare.review.rebuild import rebuild


def test_a_decision_stands_beside_the_raters_ballots_and_changes_no_figure(scene) -> None:
    owner = scene.store.rater("Owner")
    study = scene.study(1, overlap=2, owner_id=owner)
    scene.rate_all(study, "Ann", best="-0")
    scene.rate_all(study, "Bob", best="-1")
    before, rows = quality(scene.store.study_ballots(study.id)), scene.store.preferences()
    (item_id,) = before.disagreements
    item = scene.store.study_item(item_id)
    scene.store.close_study(study.id)
    adjudicate(scene.store, item_id, owner, "tie", key="1")
    last = adjudicate(scene.store, item_id, owner, "best", best_answer_id=item.answer_ids[1], key="2", comment="date")
    assert adjudicate(scene.store, item_id, owner, "tie", key="2") == last  # pressed twice
    ballots = scene.store.study_ballots(study.id)
    assert adjudicated(ballots) == {item_id: last}
    assert [one.state for one in ballots] == ["counted", "counted", "undone", "counted"]
    assert quality(ballots) == before
    rebuild(scene.store)
    assert scene.store.preferences() == rows


def test_only_the_owner_decides_and_only_about_the_item_s_answers(scene) -> None:
    owner, ann = scene.store.rater("Owner"), scene.store.rater("Ann")
    study = scene.study(1, owner_id=owner)
    (item,) = scene.store.study_items(study.id)
    with pytest.raises(NotAllowedError, match="Only the owner of the study 'Refunds' decides"):
        adjudicate(scene.store, item.comparison_id, ann, "tie", key="1")
    for verdict, answer_id in (("best", None), ("best", "elsewhere"), ("tie", item.answer_ids[0])):
        with pytest.raises(StudyError, match="must name one of the item's 2 answers"):
            adjudicate(scene.store, item.comparison_id, owner, verdict, key="1", best_answer_id=answer_id)
    with pytest.raises(NotFoundError, match="no item of a study"):
        adjudicate(scene.store, "gone", owner, "tie", key="1")
