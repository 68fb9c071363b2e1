"""Threads that were voted on, each with its answers and what raters said of them, raters by number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from compare.records import Answer, Ballot, Comparison, Message, Thread
from compare.report.evidence.marks import marks_of
from compare.report.votes import VoteKind
from compare.review.preferences import CHECKS
from compare.store.store import Store
from compare.store.study_values import Details
from compare.store.votes import vote_name

_NO_TEXT: str | None = None


def voted_threads(
    store: Store, kind: VoteKind, raters: Mapping[str, str], names: Mapping[str, str], *, texts: bool
) -> list[dict[str, Any]]:
    """One entry a thread, in the order of first votes; without `texts` the words are null."""
    ballots: dict[str, list[Ballot]] = {}
    for ballot, state in store.iter_ballots():
        if state != "counted" or ballot.comparison_id is None or ballot.source in CHECKS:
            continue
        if ballot.blind == kind.blind:
            ballots.setdefault(ballot.comparison_id, []).append(ballot)
    threads: dict[str, dict[str, Any]] = {}
    stored: dict[str, Thread] = {}
    for comparison_id, cast in ballots.items():
        comparison = store.comparison(comparison_id)
        if comparison is None or comparison.history != kind.history:
            continue
        if comparison.thread_id not in threads:
            thread = stored[comparison.thread_id] = store.thread(comparison.thread_id)
            threads[thread.id] = _thread(thread, texts)
        entry = threads[comparison.thread_id]
        path = stored[comparison.thread_id].messages
        entry["comparisons"].append(_comparison(store, comparison, cast, raters, names, path, texts))
    return list(threads.values())


def _thread(thread: Thread, texts: bool) -> dict[str, Any]:
    return {
        "id": thread.id,
        "title": thread.title,
        "workload": thread.workload,
        "n_messages": len(thread.messages),
        "messages": [
            {"role": message.role, "text": message.text if texts else _NO_TEXT} for message in thread.messages
        ],
        "comparisons": [],
    }


def _comparison(
    store: Store,
    comparison: Comparison,
    ballots: list[Ballot],
    raters: Mapping[str, str],
    names: Mapping[str, str],
    path: Sequence[Message],
    texts: bool,
) -> dict[str, Any]:
    answers = store.answers(slot.answer_id for slot in comparison.slots)
    letters = {slot.answer_id: chr(ord("A") + slot.slot % 26) for slot in comparison.slots}
    words = {answer_id: answer.text for answer_id, answer in answers.items()}

    def said(ballot: Ballot) -> dict[str, Any]:
        in_study = ballot.source == "study" and ballot.verdict != "skip"
        details = store.ballot_details(ballot.id) if in_study else Details()
        marks = marks_of(details.marks, letters, words, path, texts=texts)
        return {"in_study": in_study, "reasons": list(details.reasons) if texts else None, "marks": marks}

    return {
        "id": comparison.id,
        "created_at": comparison.created_at,
        "answers": [
            {
                "letter": letters[slot.answer_id],
                "candidate": names.get(vote_name(slot.candidate), slot.candidate.name),
                **_answer(answers.get(slot.answer_id), texts),
            }
            for slot in comparison.current
        ],
        "votes": [
            {
                "rater": raters.get(ballot.rater_id, "Rater without a counted pair"),
                "verdict": ballot.verdict,
                "ranking": [letters.get(answer_id, "?") for answer_id in ballot.ranking],
                "criterion": ballot.criterion,
                "confidence": ballot.confidence,
                "comment": ballot.comment if texts else _NO_TEXT,
                "created_at": ballot.created_at,
                **said(ballot),
            }
            for ballot in ballots
        ],
    }


def _answer(answer: Answer | None, texts: bool) -> dict[str, Any]:
    if answer is None:
        return {"status": "not_stored", "text": None, "total_ms": None, "cost_usd": None, "out_tokens": None}
    return {
        "status": answer.status,
        "text": answer.text if texts else _NO_TEXT,
        "total_ms": answer.total_ms,
        "cost_usd": None if answer.cost_usd is None else str(answer.cost_usd),
        "out_tokens": answer.out_counted if answer.out_reported is None else answer.out_reported,
    }
