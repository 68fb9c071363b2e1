"""What raters marked on answers, beside their votes: what was forgotten or made up, and how far back it lay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from compare.records import Message
from compare.review.marks import WORDS
from compare.store.study_values import Mark


def marks_of(
    marks: Sequence[Mark], letters: Mapping[str, str], answer_texts: Mapping[str, str], path: Sequence[Message],
    *, texts: bool,
) -> list[dict[str, Any]]:  # fmt: skip
    """The marks of one ballot.

    Args:
        marks: as they are stored.
        letters: of the comparison's answers, by id.
        answer_texts: what spans are taken from, by id.
        path: the thread's messages; a mark on a message that is not among them (of a side's own history) has no number.
        texts: whether words of answers and raters are in it.
    """
    place = {message.id: number for number, message in enumerate(path, 1)}
    return [
        {
            "letter": letters.get(mark.answer_id, "?"),
            "kind": mark.kind,
            "words": WORDS[mark.kind],
            "severity": mark.severity,
            "message": place.get(mark.message_id or ""),
            "newer_message": place.get(mark.other_message_id or ""),
            "distance_messages": mark.distance_messages,
            "distance_tokens": mark.distance_tokens,
            "tokenizer": mark.tokenizer,
            "span": None if mark.span is None else list(mark.span),
            "quote": _quote(mark, answer_texts) if texts else None,
            "note": mark.note if texts else None,
        }
        for mark in marks
    ]


def _quote(mark: Mark, answer_texts: Mapping[str, str]) -> str | None:
    """The marked words; None for a mark on the whole answer, or on another message of the side's thread."""
    if mark.span is None or mark.at_message_id is not None or mark.answer_id not in answer_texts:
        return None
    start, end = mark.span
    return answer_texts[mark.answer_id][start:end]


def mark_counts(threads: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How often each candidate's answers were marked, and by how many raters; the candidates with most marks first.

    Args:
        threads: as from `voted_threads`. Marks are set on the Vote page only, so `n_rated`, what a rater could have
            marked, counts answers in ballots that were cast there.
    """
    rated: dict[str, int] = {}
    counts: dict[tuple[str, str], dict[str, Any]] = {}
    raters: dict[tuple[str, str], set[str]] = {}
    for comparison in (each for thread in threads for each in thread["comparisons"]):
        named = {answer["letter"]: answer["candidate"] for answer in comparison["answers"]}
        for vote in comparison["votes"]:
            if not vote["in_study"]:
                continue
            for candidate in named.values():
                rated[candidate] = rated.get(candidate, 0) + 1
            for mark in vote["marks"]:
                if (candidate := named.get(mark["letter"])) is None:
                    continue
                key = candidate, mark["kind"]
                count = counts.setdefault(key, {"n": 0, "n_breaks": 0, "words": mark["words"]})
                count["n"] += 1
                count["n_breaks"] += mark["severity"] == "breaks"
                raters.setdefault(key, set()).add(vote["rater"])
    found = [
        {
            "candidate": candidate,
            "kind": kind,
            **count,
            "n_raters": len(raters[candidate, kind]),
            "n_rated": rated[candidate],
        }
        for (candidate, kind), count in counts.items()
    ]
    return sorted(found, key=lambda each: (-each["n"], each["candidate"], each["kind"]))
