"""What a study will take of its raters, told before it is made."""

from __future__ import annotations

import pytest

from compare.review.rating import Opinion
from compare.review.study_plan import DECIDING_S, WORDS_PER_MINUTE, hours_words, plan
from compare.store.study_values import Study


def test_items_ballots_repeats_and_hours_add_up(scene) -> None:
    items = [scene.item() for _ in range(10)]
    items += [scene.check("training"), scene.check("gold"), scene.check("gold")]
    found = plan(scene.store, Study("Refunds", overlap=3, swap_share=0.1), items)
    assert (found.n_rated, found.n_training, found.n_gold, found.n_ballots, found.n_repeats) == (10, 1, 2, 30, 3)
    # "Case 1." and the thread have 28 words, each answer 4.
    minutes = (28 + 2 * 4) / WORDS_PER_MINUTE + DECIDING_S / 60
    assert found.minutes_each == pytest.approx(minutes)
    assert found.hours == pytest.approx(33 * minutes / 60)
    assert found.sentence == (
        "10 items to rate, and 1 training item and 2 gold items beside them: 30 ballots and about 3 repeats, about "
        "16 minutes of rating in all (0.5 minutes each, reading 240 words a minute). With 3 raters, the fewest "
        "that it can have, about 5 minutes for each of them."
    )
    named = plan(scene.store, Study("Refunds", raters=("Ann", "Bob", "Cid", "Dan")), items)
    assert named.sentence.endswith("For each of its 4 raters about 4 minutes.")


def test_what_raters_really_took_is_believed_once_there_is_enough_of_it(scene) -> None:
    study = scene.study(20, overlap=1)
    for _ in range(20):
        scene.rate(study, "Ann", Opinion("tie", active_ms=90_000.0))
    found = plan(scene.store, Study("Next", overlap=2, swap_share=0.0), [scene.item()])
    assert (found.minutes_each, found.hours) == (1.5, pytest.approx(0.05))
    assert found.basis == "the median of 20 ballots of earlier studies"
    threads = plan(scene.store, Study("Whole", scope="thread"), [scene.item()])
    assert threads.basis == "reading 240 words a minute"


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0.0, "1 minute"), (0.5, "30 minutes"), (2.25, "2.2 hours"), (1234.0, "1,234 hours")],
)
def test_hours_are_told_in_words(hours, words) -> None:
    assert hours_words(hours) == words
