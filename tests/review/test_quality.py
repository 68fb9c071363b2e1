"""How far a study's ballots can be trusted, checked against counts made by hand."""

from __future__ import annotations

import pytest

from compare.review.quality import quality
from compare.review.rating import Opinion, submit
from compare.store.study_values import Mark


def say(scene, study, rater: str, verdicts: dict[int, str], **opinion) -> None:
    """Rate every item that the rater gets; `verdicts` says for an item's place "0", "1" or a verdict."""
    while (item := scene.take(study, rater)) is not None:
        word = verdicts.get(item.item.place, "0")
        if word in ("0", "1"):
            wanted = item.item.answer_ids[int(word)]
            said = Opinion("best", (item.assignment.shown_order.index(wanted),), **opinion)
        else:
            said = Opinion(word, **opinion)
        submit(scene.store, item, said, key="press")


def figures(scene, study):
    return quality(scene.store.study_ballots(study.id))


def test_agreement_is_that_of_the_verdicts_whatever_stood_where(scene) -> None:
    study = scene.study(4, overlap=2)
    say(scene, study, "Ann", {0: "0", 1: "0", 2: "1", 3: "tie"})
    say(scene, study, "Bob", {0: "0", 1: "1", 2: "1", 3: "all_bad"})
    found = figures(scene, study)
    assert (found.verdict.pairs.k, found.verdict.pairs.n) == (2, 4)
    assert (found.verdict.pairs_decisive.k, found.verdict.pairs_decisive.n) == (2, 3)
    # By hand: 8 values, first 3, second 3, tie 1, neither 1; observed 4/8 apart, expected 36/56 = 1 - (6+6)/56 ...
    observed, expected = 4 / 8, 1 - (3 * 2 + 3 * 2) / (8 * 7)
    assert found.verdict.alpha_nominal == pytest.approx(1 - observed / expected)
    assert found.verdict.n_items == 4
    assert "Verdicts: raters say the same in 2 of 4 pairs (50 %, interval 15 to 85 %)" in found.verdict.sentence
    divided = {scene.store.study_items(study.id)[place].comparison_id for place in (1, 3)}
    assert set(found.disagreements) == divided


def test_nothing_can_be_told_of_one_rater(scene) -> None:
    study = scene.study(2, overlap=1)
    say(scene, study, "Ann", {})
    found = figures(scene, study)
    assert found.verdict.alpha_nominal is None
    assert found.verdict.sentence.endswith("so agreement cannot be told.")
    assert (found.n_ballots, found.swaps.value, found.gold.value, found.disagreements) == (2, None, None, ())
    assert figures(scene, scene.study(1)).n_ballots == 0


def test_marks_agree_or_not_per_answer_and_kind(scene) -> None:
    study = scene.study(2, overlap=2)
    for rater, marked in (("Ann", (True, True)), ("Bob", (True, False))):
        for _ in range(2):
            item = scene.take(study, rater)
            side = next(one for one in item.sides if one.answer.id == item.item.answer_ids[0])
            mark = Mark(side.answer.id, "forgot", message_id=side.path[1].id)
            submit(scene.store, item, Opinion("tie", marks=(mark,) * marked[item.item.place]), key="press")
    agreed = figures(scene, study).marks["forgot"]
    assert (agreed.pairs.k, agreed.pairs.n, agreed.n_items) == (3, 4, 4)
    # 8 values, 3 of them "marked"; one of four pairs differs.
    assert agreed.alpha_nominal == pytest.approx(1 - (2 / 8) / (2 * 3 * 5 / (8 * 7)))


def test_scores_agree_per_criterion(scene) -> None:
    study = scene.study(3, overlap=2, criteria=("fidelity", "tone"))
    for rater in ("Ann", "Bob"):
        scores = {(place, criterion): 3 for place in (0, 1) for criterion in ("fidelity", "tone")}
        say(scene, study, rater, {}, rubric={**scores, (0, "tone"): 1, (1, "tone"): 1 if rater == "Ann" else 2})
    rubric = figures(scene, study).rubric
    assert set(rubric) == {"fidelity", "tone"}
    assert (rubric["fidelity"].pairs.k, rubric["fidelity"].pairs.n, rubric["fidelity"].alpha_ordinal) == (6, 6, 1.0)
    assert (rubric["tone"].pairs.k, rubric["tone"].pairs.n) == (3, 6)


def test_repeats_count_as_consistent_where_they_name_the_same_answer(scene) -> None:
    study = scene.study(20, overlap=1, swap_share=0.2)
    say(scene, study, "Ann", {place: "1" for place in range(10)})
    found = figures(scene, study)
    assert (found.swaps.k, found.swaps.n) == (4, 4)
    left_only = scene.study(20, overlap=1, swap_share=0.2)
    scene.rate_all(left_only, "Ann")  # always the left one, so that each repeat contradicts
    found = figures(scene, left_only)
    assert (found.swaps.k, found.swaps.n) == (0, 4)
    assert (found.left.k, found.left.n) == (20, 20)
    assert "raters favour one side" in found.sentences[3]
    assert "0 of 4 (0 %, interval 0 to 49 %); aim for 85 %" in found.sentences[1]


def test_gold_items_tell_careful_raters_from_others(scene) -> None:
    study = scene.study(4, scene.check("gold"), scene.check("gold"), overlap=2, gold_every=2)
    say(scene, study, "Ann", {})
    say(scene, study, "Bob", {4: "1", 5: "tie"})
    found = figures(scene, study)
    assert (found.gold.k, found.gold.n) == (2, 4)
    assert {one.rater: (one.gold.k, one.gold.n) for one in found.raters} == {"Ann": (2, 2), "Bob": (0, 2)}
    assert found.n_ballots == 8


def test_a_rater_far_quicker_than_the_others_is_a_speeder(scene) -> None:
    study = scene.study(6, overlap=3)
    for rater, seconds in (("Ann", 30), ("Bob", 40), ("Cid", 2)):
        say(scene, study, rater, {}, active_ms=seconds * 1000.0)
    raters = {one.rater: one for one in figures(scene, study).raters}
    assert {name: one.is_speeder for name, one in raters.items()} == {"Ann": False, "Bob": False, "Cid": True}
    assert raters["Cid"].sentence.endswith("; takes 2 s where raters usually take 30 s.")


def test_what_is_set_aside_counts_nowhere_and_is_told(scene) -> None:
    study = scene.study(3, overlap=2)
    say(scene, study, "Ann", {})
    say(scene, study, "Bob", {0: "1", 1: "1", 2: "1"})
    assert figures(scene, study).verdict.pairs.value == 0.0
    scene.store.set_aside_rater(study.id, scene.store.rater("Bob"), scene.store.rater("Owner"), "careless")
    found = figures(scene, study)
    assert (found.n_ballots, found.verdict.alpha_nominal) == (3, None)
    assert {one.rater: one.n_set_aside for one in found.raters} == {"Ann": 0, "Bob": 3}


def test_a_rater_who_differs_where_the_others_agree_is_an_outlier(scene) -> None:
    study = scene.study(12, overlap=3)
    for rater, verdict in (("Ann", "0"), ("Bob", "0"), ("Cid", "1")):
        say(scene, study, rater, dict.fromkeys(range(12), verdict))
    raters = {one.rater: one for one in figures(scene, study).raters}
    assert {name: one.is_outlier for name, one in raters.items()} == {"Ann": False, "Bob": False, "Cid": True}
    told = "the others agree among themselves in 12 of 12 pairs (100 %, interval 76 to 100 %)."
    assert raters["Cid"].sentence.endswith(told)


def test_few_pairs_make_no_outlier(scene) -> None:
    study = scene.study(4, overlap=3)
    for rater, verdict in (("Ann", "0"), ("Bob", "0"), ("Cid", "1")):
        say(scene, study, rater, dict.fromkeys(range(4), verdict))
    assert not any(one.is_outlier for one in figures(scene, study).raters)
