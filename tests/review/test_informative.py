"""A study that was made so gives out the item that tells most about who is best."""

from __future__ import annotations

from dataclasses import replace

from compare.review import studies
from compare.review.assignment import next_item
from compare.review.identity import IdentityWords
from compare.review.informative import choose_by_information
from compare.review.rating import Opinion, open_item, submit
from compare.store import Store
from compare.store.study_values import Assignment, Study
from tests.review.study_scene import StudyScene


def study_of_pairs(store: Store, pairs: list[tuple[int, int]]) -> Study:
    """One item for each pair of the candidates p, q and r, each on a thread of its own."""
    scene = StudyScene(store, "p", "q", "r")
    items = []
    for pair in pairs:
        item = scene.item()
        items.append(replace(item, answer_ids=tuple(item.answer_ids[place] for place in pair)))
    return studies.create(store, Study("Who is best", swap_share=0.0, overlap=9), items)


def rate(store: Store, found: Assignment | None, best: str) -> None:
    """The rater prefers this model wherever it stands, else the answer on the left."""
    assert found is not None
    item = open_item(store, found.id, found.rater_id, words=IdentityWords())
    models = [store.candidate(side.answer.candidate_id).model_id for side in item.sides]
    submit(store, item, Opinion("best", (models.index(best) if best in models else 0,)), key="press")


def candidates_of(store: Store, found: Assignment | None) -> set[str]:
    assert found is not None
    return {store.candidate(answer.candidate_id).model_id for answer in store.answers(found.shown_order).values()}


def test_the_pair_about_which_least_is_known_comes_first(store: Store) -> None:
    study = study_of_pairs(store, [(0, 2)] * 6 + [(0, 1)])
    for n in range(6):
        rater = store.rater(f"rater {n}")
        rate(store, next_item(store, study.id, rater, rank=lambda _, items: [min(items, key=lambda i: i.place)]), "p")
    # All that is known is that p beats r: a first vote on q tells more than a further one of the same.
    choose_by_information(store, study.id)
    assert candidates_of(store, next_item(store, study.id, store.rater("new"))) == {"p", "q"}


def test_items_that_tell_alike_go_by_the_fewest_ballots(store: Store) -> None:
    study = study_of_pairs(store, [(0, 1)] * 3)
    choose_by_information(store, study.id)
    given = []
    for n in range(3):
        found = next_item(store, study.id, store.rater(f"rater {n}"))
        assert found is not None
        given.append(found.comparison_id)
    assert len(set(given)) == 3


def test_a_study_where_nothing_was_chosen_goes_by_the_fewest_ballots(store: Store) -> None:
    study = study_of_pairs(store, [(0, 1)])
    assert not store.items_by_information(study.id)
    choose_by_information(store, study.id)
    assert store.items_by_information(study.id)


def test_a_study_is_finished_whatever_the_order(store: Store) -> None:
    study = study_of_pairs(store, [(0, 1), (1, 2), (0, 2)])
    choose_by_information(store, study.id)
    rater = store.rater("Ann")
    for _ in range(3):
        rate(store, next_item(store, study.id, rater), "p")
    assert next_item(store, study.id, rater) is None
