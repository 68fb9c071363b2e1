"""One item in a rater's hands: what is shown of it, and casting, changing and taking back the ballot.

A study's ballots are ordinary ballots with a source of their own. Planned repeats, training and gold items check the
raters: no preferences are derived from them, so they never reach a rating.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Literal

from compare.catalog import load_catalog
from compare.errors import StudyError
from compare.records import Answer, Ballot, Message, Verdict
from compare.review.identity import IdentityWords, Masked, load_identity_words, mask
from compare.review.marks import measured
from compare.review.preferences import derive
from compare.store.store import Store
from compare.store.study_values import Assignment, Details, Expected, Mark, Study, StudyItem, Submission

RUBRIC_VERSION = "2"
"""Of the marks, reasons and scores that ballots of studies carry."""
MOST_CONFIDENT = 3
HIGHEST_SCORE = 4


@dataclass(frozen=True, slots=True)
class Side:
    """One answer as this rater sees it."""

    answer: Answer
    shown: Masked
    """Its text; nothing is hidden where the study is open."""
    path: tuple[Message, ...]
    """The messages before the answer; in a whole-thread study each side has its own."""
    shown_path: tuple[Masked, ...]
    """Their texts; masked from the message on from which each side has a thread of its own."""


@dataclass(frozen=True, slots=True)
class Item:
    """An assignment with all that a page needs to show it. `answer` of a side names its candidate: never send it."""

    assignment: Assignment
    study: Study
    item: StudyItem
    sides: tuple[Side, ...]
    """Left to right, in this rater's order."""
    ballot: Ballot | None
    """The rater's own, where they gave one."""

    @property
    def leaks(self) -> bool:
        """True where an answer names its model or its maker."""
        return any(side.shown.leaks or any(text.leaks for text in side.shown_path) for side in self.sides)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a rater says about an item. Places count from 0, left to right, as the rater saw the answers."""

    verdict: Verdict
    ranking: tuple[int, ...] = ()
    """Best first; one place for `best`, all of them for `rank`."""
    confidence: int | None = None
    """1 to 3."""
    reasons: tuple[str, ...] = ()
    comment: str = ""
    marks: tuple[Mark, ...] = ()
    """Their distances are measured here."""
    rubric: Mapping[tuple[int, str], int] = field(default_factory=dict)
    """(place, criterion) -> 1 to 4."""
    failed_turns: Mapping[int, int] = field(default_factory=dict)
    """Place -> first turn that failed; 0: none did."""
    active_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to tell the rater after a ballot."""

    ballot: Ballot
    kind: Literal["counted", "repeated", "late"]
    sentence: str
    as_expected: bool | None = None
    """Only after a training item; gold items tell nothing."""
    feedback: str = ""


def open_item(store: Store, assignment_id: str, rater_id: str, *, words: IdentityWords | None = None) -> Item:
    """What a rater has in hand.

    Args:
        store: where it is.
        assignment_id: as next_item gave it.
        rater_id: whose it is.
        words: what tells; by default the list of the files, with the names of this item's candidates.

    Raises:
        NotFoundError, StudyError: there is no such assignment, or it is another rater's.
    """
    assignment = store.assignment(assignment_id)
    if assignment.rater_id != rater_id:
        raise StudyError("This item is in another rater's hands. Open the study's link to get one of your own.")
    study = store.study(assignment.study_id)
    answers = store.answers(assignment.shown_order)
    if not study.blind:
        words = IdentityWords()
    elif words is None:
        words = words_for(store, answers)
    in_order = [answers[answer_id] for answer_id in assignment.shown_order]
    paths = [store.path(answer.prompt_leaf_id) for answer in in_order]
    n_alike = _n_alike(paths)
    sides = tuple(_side(answer, path, words, n_alike) for answer, path in zip(in_order, paths, strict=True))
    own = next((b for b, _ in store.ballots(assignment.comparison_id) if b.id == assignment.ballot_id), None)
    return Item(assignment, study, store.study_item(assignment.comparison_id), sides, own)


def submit(store: Store, item: Item, opinion: Opinion, *, key: str) -> Outcome:
    """Count a rater's ballot, or change the one that stands; when this returns, it is on the disk.

    Args:
        store: where it goes.
        item: what the rater has in hand, as open_item gave it.
        opinion: what was entered.
        key: names this press of the button; the same key again is the same ballot.

    Raises:
        StudyError: the opinion does not fit the item; nothing was written.
        StudyClosedError: the study takes no more ballots; what was entered belongs into a draft.
    """
    details = _details(item, opinion)
    assignment, study = item.assignment, item.study
    names_seen = store.has_seen_names_of(_answers_in(item), assignment.rater_id)
    ballot = Ballot(
        id="",
        idempotency_key=f"{assignment.id}:{key}",
        comparison_id=assignment.comparison_id,
        rater_id=assignment.rater_id,
        verdict=opinion.verdict,
        ranking=tuple(assignment.shown_order[place] for place in opinion.ranking),
        shown_order=assignment.shown_order,
        criterion=study.criteria[0],
        blind=study.blind and not names_seen,
        speed_visible=study.speed_visible,
        leaked=item.leaks,
        confidence=opinion.confidence,
        comment=opinion.comment,
        active_ms=opinion.active_ms,
        rubric_version=RUBRIC_VERSION,
        source=source_of(item.item, is_repeat=assignment.swap_of is not None),
    )
    thread = store.comparison(assignment.comparison_id)
    assert thread is not None, "an assignment's comparison is a foreign key"
    workload = store.thread(thread.thread_id).workload
    answers = {side.answer.id: side.answer for side in item.sides}
    rows = derive(ballot, answers, thread_id=thread.thread_id, workload=workload)
    return _told(item, store.submit(assignment.id, ballot, rows, details))


def undo(store: Store, item: Item) -> Assignment:
    """Take back the rater's ballot on this item; the one before it counts again, if there was one.

    Raises:
        StudyError: there is none to take back, or the study is closed.
    """
    return store.undo_submission(item.assignment.id, item.assignment.rater_id)


def others_ballots(store: Store, item: Item) -> list[Ballot]:
    """What the other raters said about this item; empty until this rater's own ballot is given."""
    if item.ballot is None:
        return []
    own_source = source_of(item.item, is_repeat=False)
    return [
        ballot
        for ballot, state in store.ballots(item.assignment.comparison_id)
        if state == "counted" and ballot.rater_id != item.assignment.rater_id and ballot.source == own_source
    ]


def source_of(item: StudyItem, *, is_repeat: bool) -> str:
    """The `source` of ballots on this item."""
    if is_repeat:
        return "study-repeat"
    return "study" if item.kind == "rated" else f"study-{item.kind}"


def is_as_expected(ballot: Ballot, expected: Expected) -> bool:
    """True where a ballot on a training or gold item says what it should."""
    if expected.verdict != "best":
        return ballot.verdict == expected.verdict
    return ballot.verdict in ("best", "rank") and ballot.ranking[:1] == (expected.answer_id,)


def _answers_in(item: Item) -> list[str]:
    """The answers that are compared, and those before them that stand on some sides only: they tell as well."""
    before = [{message.answer_id for message in side.path if message.answer_id} for side in item.sides]
    some, all_sides = frozenset[str]().union(*before), before[0].intersection(*before[1:])
    return [*item.assignment.shown_order, *sorted(some - all_sides)]


def _n_alike(paths: Sequence[Sequence[Message]]) -> int:
    """How many messages all sides begin with; whatever they name, they tell no side from another."""
    texts = ([(message.role, message.text) for message in path] for path in paths)
    return sum(1 for _ in takewhile(lambda same: len(set(same)) == 1, zip(*texts, strict=False)))


def _side(answer: Answer, path: tuple[Message, ...], words: IdentityWords, n_alike: int) -> Side:
    """A side; from where its thread is its own, a user or a system prompt may name the model just as an answer may."""
    texts = (mask(m.text, words if place >= n_alike else IdentityWords()) for place, m in enumerate(path))
    return Side(answer, mask(answer.text, words), path, tuple(texts))


def words_for(store: Store, answers: Mapping[str, Answer]) -> IdentityWords:
    """What tells who gave these answers: the list of the files, with the names of their candidates."""
    catalog = load_catalog()
    candidates = [store.candidate(answer.candidate_id) for answer in answers.values()]
    specs = [catalog.models[c.model_id] for c in candidates if c.model_id in catalog.models]
    return load_identity_words().naming(candidates, specs)


def _details(item: Item, opinion: Opinion) -> Details:
    n = len(item.sides)
    _check_ranking(opinion, n)
    if opinion.confidence is not None and not 1 <= opinion.confidence <= MOST_CONFIDENT:
        raise StudyError(f"The confidence is {opinion.confidence}; it must be 1, 2 or 3.")
    order = item.assignment.shown_order
    for place, criterion in opinion.rubric:
        score = opinion.rubric[place, criterion]
        if not 0 <= place < n or criterion not in item.study.criteria or not 1 <= score <= HIGHEST_SCORE:
            raise StudyError(
                f"The score {score} for {criterion!r} on answer {place + 1} cannot be stored: scores are 1 to "
                f"{HIGHEST_SCORE}, the study's criteria are {', '.join(item.study.criteria)}, and it shows {n} answers."
            )
    for place, turn in opinion.failed_turns.items():
        if not 0 <= place < n or not 0 <= turn <= item.sides[place].answer.turn:
            raise StudyError(f"Answer {place + 1} cannot fail first at turn {turn}; count turns from 1, or give 0.")
    sides = {side.answer.id: side for side in item.sides}
    for mark in opinion.marks:
        if mark.answer_id not in sides:
            raise StudyError("A mark is on an answer that is not part of this item. Set the mark again.")
    return Details(
        reasons=tuple(sorted({reason.strip() for reason in opinion.reasons if reason.strip()})),
        marks=tuple(measured(m, sides[m.answer_id].answer, sides[m.answer_id].path) for m in opinion.marks),
        rubric={(order[place], criterion): score for (place, criterion), score in opinion.rubric.items()},
        failed_turns={order[place]: turn for place, turn in opinion.failed_turns.items()},
    )


def _check_ranking(opinion: Opinion, n_sides: int) -> None:
    places = opinion.ranking
    needed = {"best": 1, "rank": n_sides}.get(opinion.verdict, 0)
    if len(places) != needed or len(set(places)) != needed or not all(0 <= place < n_sides for place in places):
        raise StudyError(
            f"The verdict {opinion.verdict!r} names {len(places)} of {n_sides} answers; it needs {needed}, each once."
        )


def _told(item: Item, submission: Submission) -> Outcome:
    sentence = {
        "counted": "Your vote is stored.",
        "repeated": "Your vote was stored already; it counts once.",
        "late": f"Your vote is stored but not counted: your time for this item had run out and its "
        f"{item.study.overlap} votes had come in. Go on with the next item.",
    }[submission.outcome]
    outcome = Outcome(submission.ballot, submission.outcome, sentence)
    expected = item.item.expected
    if item.item.kind != "training" or expected is None:
        return outcome
    return replace(outcome, as_expected=is_as_expected(submission.ballot, expected), feedback=item.item.feedback)
