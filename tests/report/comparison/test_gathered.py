"""What an export knows of a comparison."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from compare.errors import NotFoundError
from compare.records import Candidate, Message
from compare.report.comparison.gathered import Gathered
from tests.report.comparison.conftest import HOSTILE, Shelf


def test_every_version_of_every_answer_is_there_oldest_first(full: Callable[[], Gathered]) -> None:
    found = full()
    texts = [[v.answer.text if v.answer else None for v in place.versions] for place in found.places]
    assert texts == [[HOSTILE], ["", "Second, asked again."], ["Half of"], [None], ["On its way."]]
    assert [place.letter for place in found.places] == list("ABCDE")
    assert [v.number for v in found.places[1].versions] == [1, 2]


def test_only_counted_votes_are_told_and_the_others_are_counted(full: Callable[[], Gathered]) -> None:
    found = full()
    assert [(v.rater, v.best, v.of_earlier_version) for v in found.votes] == [("=Ann|", ("A First <i>",), False)]
    assert found.n_votes_not_counted == 1


def test_a_vote_about_an_earlier_version_says_so(shelf: Shelf) -> None:
    from compare.review.votes import Choice, cast

    comparison = shelf.compare(shelf.thread(), Candidate("first"), Candidate("second"))
    for slot in comparison.current:
        shelf.answer(slot)
    cast(shelf.store, comparison, shelf.store.rater("Ann"), Choice("best", 1), key="1")
    shelf.again(comparison, 1, "Better.")
    (vote,) = shelf.gathered().votes
    assert (vote.best, vote.of_earlier_version) == (("B second, version 1",), True)


def test_a_comparison_that_is_not_there(shelf: Shelf) -> None:
    with pytest.raises(NotFoundError, match="No comparison has the id 'run-9'"):
        shelf.gathered("run-9")


def follow_up(shelf: Shelf) -> None:
    """run-1, and run-2 in which each candidate goes on from its own answer."""
    thread = shelf.thread("Where is it?")
    before = shelf.compare(thread, Candidate("first", label="First"), Candidate("second", label="Second"))
    leaves = []
    for slot, text in zip(before.current, ("In Rome.", "In Paris."), strict=True):
        answer = shelf.answer(slot, text)
        said = [Message("assistant", text, answer_id=answer.id), Message("user", "Since when?")]
        leaves.append(shelf.store.append_messages(thread.id, slot.prompt_leaf_id, said))
    from compare.records import Comparison, Slot

    slots = tuple(
        Slot(s.slot, s.candidate, f"run-2-{s.slot}", leaf, label=s.label)
        for s, leaf in zip(before.current, leaves, strict=True)
    )
    shelf.store.save_comparison(Comparison("run-2", thread.id, None, slots, history="own", continues_id="run-1",
                                           step="next"))  # fmt: skip
    for slot in slots:
        shelf.answer(slot, "Since May.", turn=2, n_messages=3, history="own")


def test_a_follow_up_carries_each_branch_and_the_run_before(shelf: Shelf) -> None:
    follow_up(shelf)
    found = shelf.gathered("run-2")
    assert [(s.number, s.message.text) for s in found.shared] == [(1, "Where is it?")]
    own = [[(s.number, s.message.text, s.note) for s in place.own] for place in found.places]
    assert own == [
        [(2, "In Rome.", "its own answer"), (3, "Since when?", "")],
        [(2, "In Paris.", "its own answer"), (3, "Since when?", "")],
    ]
    assert found.history_in_words == "Each candidate sees its own answers"
    (before,) = found.earlier
    assert before.comparison.id == "run-1"
    assert before.question.message.text == "Where is it?"
    # Their texts stand in the branches and are not told twice.
    assert before.in_conversation == {"run-1-0", "run-1-1"}


def test_pictures_are_counted(shelf: Shelf) -> None:
    parts = '{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]}'
    from compare.records import Thread

    saved = shelf.store.save_thread(Thread((Message("user", "What is this?", parts),), title="Picture"))
    shelf.compare(shelf.store.thread(saved.id), Candidate("first"), Candidate("second"))
    assert [said.n_pictures for said in shelf.gathered().shared] == [1]
