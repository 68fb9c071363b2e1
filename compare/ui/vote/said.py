"""What a rater's browser says about an item, as an opinion; and a stored ballot as the browser would say it.

The browser knows places (0 is the left answer), message numbers (1 is the first of the side's own thread, the answer
has the number after the last) and characters of the shown text. Ids stay on the server.

    {"verdict": "best" | "rank" | "tie" | "all_bad", "ranking": [1, 0], "confidence": 1..3, "reasons": ["..."],
     "comment": "...", "rubric": {"0": {"fidelity": 3}}, "failed": {"0": 2, "1": 0},
     "marks": [{"side": 0, "kind": "forgot", "severity": "minor" | "breaks", "message": 3, "other": 5, "at": 7,
                "span": [10, 24], "note": "..."}]}

Everything but the verdict may be missing or null. A mark that was begun and not added is `begun`, in the same shape: it
is kept with the draft and is no part of the vote.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args

from compare.errors import StudyError
from compare.records import Ballot, Verdict
from compare.review.identity import Masked
from compare.review.rating import Item, Opinion, Side
from compare.store.study_values import Details, Mark, MarkKind, Severity

LONGEST_TEXT = 10_000
"""Characters of a comment, a reason or a note; longer ones are refused with a sentence, not cut."""
MOST_MARKS = 100
MOST_REASONS = 50


def opinion_of(item: Item, said: Mapping[str, Any], active_ms: float | None = None) -> Opinion:
    """What the browser said, in the words of compare.review.rating.

    Args:
        item: what it is about.
        said: as in the module's docstring.
        active_ms: active time on this item so far.

    Raises:
        StudyError: it cannot be read, or names a side, message or character that is not there.
    """
    verdict = said.get("verdict")
    if verdict not in ("best", "rank", "tie", "all_bad"):
        raise StudyError("No answer was chosen yet. Choose the best one, a tie or all bad, then submit.")
    marks = _items(said, "marks")
    if len(marks) > MOST_MARKS:
        raise StudyError(f"{len(marks)} marks were set; at most {MOST_MARKS} can be stored with one vote.")
    reasons = _items(said, "reasons")
    if len(reasons) > MOST_REASONS:
        raise StudyError(f"{len(reasons):,} reasons were given; at most {MOST_REASONS} can be stored with one vote.")
    confidence = said.get("confidence")
    return Opinion(
        cast(Verdict, verdict),
        tuple(_number(place) for place in _items(said, "ranking")),
        confidence=None if confidence is None else _number(confidence),
        reasons=tuple(_text(reason) for reason in reasons),
        comment=_text(said.get("comment")).strip(),
        marks=tuple(_mark(item, mark) for mark in marks),
        rubric={
            (_number(place), str(criterion)): _number(score)
            for place, scores in _pairs(said, "rubric")
            for criterion, score in _mapping(scores).items()
            if score is not None
        },
        failed_turns={_number(place): _number(turn) for place, turn in _pairs(said, "failed") if turn is not None},
        active_ms=active_ms,
    )


def said_of(item: Item, ballot: Ballot, details: Details) -> dict[str, Any]:
    """A stored ballot as the browser would say it, to be shown and changed."""
    places = {side.answer.id: place for place, side in enumerate(item.sides)}
    rubric: dict[str, dict[str, int]] = {}
    for (answer_id, criterion), score in details.rubric.items():
        rubric.setdefault(str(places[answer_id]), {})[criterion] = score
    return {
        "verdict": None if ballot.verdict == "skip" else ballot.verdict,
        "ranking": [places[answer_id] for answer_id in ballot.ranking],
        "confidence": ballot.confidence,
        "reasons": list(details.reasons),
        "comment": ballot.comment,
        "marks": [_said_mark(item, places[mark.answer_id], mark) for mark in details.marks],
        "rubric": rubric,
        "failed": {str(places[answer_id]): turn for answer_id, turn in details.failed_turns.items()},
    }


def _mark(item: Item, said: object) -> Mark:
    mark = _mapping(said)
    place, kind, severity = _number(mark.get("side")), mark.get("kind"), mark.get("severity") or "minor"
    if not 0 <= place < len(item.sides):
        raise StudyError("A mark is on an answer that is not part of this item. Set the mark again.")
    if kind not in get_args(MarkKind) or severity not in get_args(Severity):
        raise StudyError(f"A mark of the kind {kind!r} and the severity {severity!r} is not known. Set the mark again.")
    side = item.sides[place]
    at = mark.get("at")
    here = len(side.path) + 1 if at is None else _number(at)
    is_answer = here == len(side.path) + 1
    span = _items(mark, "span")
    if span and len(span) != 2:
        raise StudyError("A mark's span needs a beginning and an end. Set the mark again.")
    return Mark(
        side.answer.id,
        cast(MarkKind, kind),
        cast(Severity, severity),
        message_id=_message_id(side, mark.get("message")),
        other_message_id=_message_id(side, mark.get("other")),
        at_message_id=None if is_answer else _message_id(side, here),
        span=_shown_at(side, here).to_stored(_number(span[0]), _number(span[1])) if span else None,
        note=_text(mark.get("note")).strip(),
    )


def _said_mark(item: Item, place: int, mark: Mark) -> dict[str, Any]:
    side = item.sides[place]
    numbers = {message.id: n for n, message in enumerate(side.path, start=1)}
    here = numbers[mark.at_message_id] if mark.at_message_id else len(side.path) + 1
    return {
        "side": place,
        "kind": mark.kind,
        "severity": mark.severity,
        "message": numbers[mark.message_id] if mark.message_id else None,
        "other": numbers[mark.other_message_id] if mark.other_message_id else None,
        "at": here,
        "span": list(_shown_at(side, here).to_shown(*mark.span)) if mark.span else None,
        "note": mark.note,
    }


def _shown_at(side: Side, n: int) -> Masked:
    """The text of message `n` of a side, as it is shown."""
    return side.shown if n == len(side.path) + 1 else side.shown_path[n - 1]


def _message_id(side: Side, n: object) -> str | None:
    if n is None:
        return None
    number = _number(n)
    if not 1 <= number <= len(side.path):
        raise StudyError(
            f"A mark names message {number}, but there are {len(side.path)} messages before the answer. Choose one of "
            "them."
        )
    return side.path[number - 1].id


# --- reading JSON that anybody may have sent --------------------------------------------------------------------------

UNREADABLE = "What the page sent cannot be read as a vote. Reload the page; what you had entered is kept."


def _number(value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 10**9:
        raise StudyError(UNREADABLE)
    return value


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise StudyError(UNREADABLE)
    if len(value) > LONGEST_TEXT:
        raise StudyError(f"A text has {len(value):,} characters; at most {LONGEST_TEXT:,} can be stored. Shorten it.")
    return value


def _items(said: Mapping[str, Any], name: str) -> list[Any]:
    value = said.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise StudyError(UNREADABLE)
    return value


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise StudyError(UNREADABLE)
    return value


def _pairs(said: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
    return list(_mapping(said.get(name) or {}).items())
