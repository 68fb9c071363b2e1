"""A study's figures in words: small numbers are said to be small, poor figures say what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compare.review.quality import Agreed, Quality, Share
from compare.review.quality_words import explained_agreement, explained_conditions
from compare.store.study_values import Study

NONE = Share(0, 0)


def agreed(alpha: float | None, n_items: int = 50, pairs: Share = NONE) -> Agreed:
    return Agreed(alpha, alpha, pairs, pairs, n_items, "")


def figures(**changes: object) -> Quality:
    found = Quality(
        n_ballots=0, verdict=agreed(None), marks={}, rubric={}, swaps=NONE, gold=NONE, left=NONE, leaked=NONE,
        raters=(), disagreements=(), sentences=(),
    )  # fmt: skip
    return replace(found, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "judged", "words"),
    [
        (agreed(None), "few", "No item has the word of two raters yet"),
        (agreed(0.7, 19, Share(9, 10)), "few", "Only 19 items with two raters or more: too few to judge"),
        (agreed(0.7, 20, Share(9, 10)), "good", "same in 9 of 10 pairs (90 %, interval 60 to 98 %); alpha 0.70"),
        (agreed(0.1, 20, Share(12, 20)), "poor", "Aim for 0.45 or more. Read the disagreements"),
        (agreed(-0.1, 20, Share(16, 20)), "poor", "add items on which the answers differ in other ways"),
    ],
)
def test_agreement_is_judged_by_its_aim_and_only_with_enough_items(found, judged, words) -> None:
    (row,) = explained_agreement(Study("Refunds"), figures(verdict=found))
    assert (row.name, row.judged) == ("Verdict: fidelity", judged)
    assert words in row.sentence


def test_criteria_and_marks_have_rows_of_their_own_and_marks_a_higher_aim() -> None:
    found = figures(rubric={"tone": agreed(0.5)}, marks={"asked_again": agreed(0.5)})
    _, score, mark = explained_agreement(Study("Refunds"), found)
    assert (score.name, score.judged) == ("Score 1-4: tone", "good")
    assert (mark.name, mark.judged) == ("Mark: asked again", "poor")
    assert "Aim for 0.6 or more. Show an example of this mark" in mark.sentence


@pytest.mark.parametrize(
    ("changes", "place", "value", "judged", "words"),
    [
        ({}, 0, "\u2013", "few", "Nobody has seen an item twice"),
        ({"swaps": Share(5, 5)}, 0, "100 %", "few", "Only 5: too few to judge."),
        ({"swaps": Share(18, 20)}, 0, "90 %", "good", "85 % or more is good."),
        ({"swaps": Share(10, 20)}, 0, "50 %", "poor", "Less means guessing, or going by the side"),
        ({}, 1, "\u2013", "few", "No ballots on gold items."),
        ({"gold": Share(19, 20)}, 1, "95 %", "good", "80 % or more is good."),
        ({"gold": Share(3, 20)}, 1, "15 %", "poor", "its expected verdict may be wrong"),
        ({}, 2, "\u2013", "few", "No ballot chooses between two answers yet."),
        ({"left": Share(53, 100)}, 2, "53 %", "good", "no side is favoured"),
        ({"left": Share(80, 100)}, 2, "80 %", "poor", "raters favour a side"),
        ({}, 3, "\u2013", "few", "No ballots yet."),
        ({"leaked": Share(0, 10)}, 3, "0 %", "good", "0 of 10 ballots"),
        ({"leaked": Share(12, 40)}, 3, "30 %", "poor", "the ballot is flagged"),
    ],
)
def test_conditions_are_told_with_what_is_good_and_what_to_do(changes, place, value, judged, words) -> None:
    one = explained_conditions(figures(**changes))[place]
    assert (one.value, one.judged) == (value, judged)
    assert words in one.sentence
