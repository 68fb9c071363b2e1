"""A study with at most so many items: which ones are drawn, and what is told of the others."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest

from compare.errors import StudyError
from compare.records import Answer, Candidate, Message, Thread
from compare.review.sampling import sample
from compare.store import Store
from compare.store.study_values import Expected, NewItem


@pytest.fixture
def items(store: Store) -> list[NewItem]:
    """11 threads, the last 4 of them long, with every pair of 3 candidates: 33 items."""
    candidates = [Candidate(name) for name in ("x", "y", "z")]
    for candidate in candidates:
        store.save_candidate(candidate)
    found = []
    for n in range(11):
        said = tuple(Message(("user", "assistant")[k % 2], f"{n}.{k}") for k in range(21 if n >= 7 else 3))
        thread = store.thread(store.save_thread(Thread(said, title=str(n))).id)
        for candidate in candidates:
            store.save_answer(
                Answer(
                    id=f"{n}-{candidate.model_id}", candidate_id=candidate.id, prompt_leaf_id=thread.messages[-1].id,
                    turn=1, n_messages=len(said), history="fixed", origin="imported", status="done", finish="stop",
                    text="Yes.",
                )
            )  # fmt: skip
        for one, two in combinations("xyz", 2):
            found.append(NewItem(thread.id, (f"{n}-{one}", f"{n}-{two}"), "fixed"))
    return found


def pairs(items: tuple[NewItem, ...]) -> Counter[str]:
    return Counter("".join(answer_id[-1] for answer_id in item.answer_ids) for item in items)


@pytest.mark.parametrize("seed", range(5))
def test_pairs_threads_and_lengths_are_drawn_evenly(store: Store, items: list[NewItem], seed: int) -> None:
    drawn = sample(store, items, 12, seed=seed)
    assert len(drawn.items) == 12
    assert len(drawn.left_out) == 21
    assert {*drawn.items, *drawn.left_out} == set(items)
    assert set(pairs(drawn.items).values()) == {4}
    threads = Counter(item.thread_id for item in drawn.items)
    assert sorted(threads.values()) == [1] * 10 + [2]
    # As many long ones as there are long threads, and one: of the two lengths they were taken less.
    long = tuple(item for item in drawn.items if item.answer_ids[0].split("-")[0] in ("7", "8", "9", "10"))
    assert len(long) == 5
    assert set(pairs(long).values()) == {1, 2}
    assert list(drawn.items) == [item for item in items if item in drawn.items]


def test_where_threads_are_many_both_lengths_come_alike_often(store: Store, items: list[NewItem]) -> None:
    drawn = sample(store, items, 6)
    assert sum(item.answer_ids[0].split("-")[0] in ("7", "8", "9", "10") for item in drawn.items) == 3


def test_the_same_seed_draws_the_same_and_another_one_others(store: Store, items: list[NewItem]) -> None:
    assert sample(store, items, 12, seed=1) == sample(store, items, 12, seed=1)
    assert len({sample(store, items, 12, seed=seed).items for seed in range(5)}) > 1


def test_what_was_drawn_is_told_with_its_figures(store: Store, items: list[NewItem]) -> None:
    assert sample(store, items, 22).sentence == (
        "22 of 33 items, drawn evenly (seed 0): each of 3 pairs of candidates 7 to 8 times; each of 11 threads "
        "1 to 3 times; 13 with 1-8 messages, 9 with 9+ messages. 11 are left out."
    )


def test_without_a_bound_that_binds_everything_is_in(store: Store, items: list[NewItem]) -> None:
    for at_most in (None, 33, 100):
        drawn = sample(store, items, at_most)
        assert (drawn.items, drawn.left_out, drawn.sentence) == (tuple(items), (), "")


def test_training_and_gold_items_are_kept_beside_them(store: Store, items: list[NewItem]) -> None:
    gold = NewItem(items[0].thread_id, ("0-x", "0-y"), "fixed", "gold", Expected("tie"))
    drawn = sample(store, [*items, gold], 3)
    assert drawn.items[-1] == gold
    assert set(pairs(drawn.items[:-1]).values()) == {1}


def test_no_items_at_all_cannot_be_asked_for(store: Store, items: list[NewItem]) -> None:
    with pytest.raises(StudyError, match="At most 0 items cannot be"):
        sample(store, items, 0)


def test_thousands_of_items_are_drawn_at_once(store: Store, items: list[NewItem]) -> None:
    drawn = sample(store, items * 300, 3300)
    assert set(pairs(drawn.items).values()) == {1100}
