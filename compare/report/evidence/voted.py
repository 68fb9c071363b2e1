"""Threads that were voted on, each with its answers and what raters said of them, raters by number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compare.records import Answer, Ballot, Comparison
from compare.report.votes import VoteKind
from compare.store.store import Store
from compare.store.votes import vote_name

_NO_TEXT: str | None = None


def voted_threads(
    store: Store, kind: VoteKind, raters: Mapping[str, str], names: Mapping[str, str], *, texts: bool
) -> list[dict[str, Any]]:
    """One entry a thread, in the order of first votes; without `texts` the words are null."""
    ballots: dict[str, list[Ballot]] = {}
    for ballot, state in store.iter_ballots():
        if state == "counted" and ballot.blind == kind.blind and ballot.comparison_id is not None:
            ballots.setdefault(ballot.comparison_id, []).append(ballot)
    threads: dict[str, dict[str, Any]] = {}
    for comparison_id, cast in ballots.items():
        comparison = store.comparison(comparison_id)
        if comparison is None or comparison.history != kind.history:
            continue
        entry = threads.get(comparison.thread_id)
        if entry is None:
            entry = threads[comparison.thread_id] = _thread(store, comparison.thread_id, texts)
        entry["comparisons"].append(_comparison(store, comparison, cast, raters, names, texts))
    return list(threads.values())


def _thread(store: Store, thread_id: str, texts: bool) -> dict[str, Any]:
    thread = store.thread(thread_id)
    return {
        "id": thread_id,
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
    texts: bool,
) -> dict[str, Any]:
    answers = store.answers(slot.answer_id for slot in comparison.slots)
    letters = {slot.answer_id: chr(ord("A") + slot.slot % 26) for slot in comparison.slots}
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
