"""What a rater's browser gets of an item: texts, and nothing that tells who wrote them.

    shown(item, store) -> dict       thread, answers, question; see the keys below

No id of a comparison, an answer, a candidate or a message leaves here, no model's name while the study is blind, no
figure unless the study shows speed. Texts are those behind the leak filter (`side.shown`, `side.shown_path`).

    thread   [{n, role, html}]       the messages that all sides share; empty where the sides are set out in rows
    rows     [{turn, shared, asked, said}]   turn by turn, where each side has a thread of its own: `asked` is one list
             where all were asked the same, else one for each side; `said` one for each side (one if shared)
    sides    [{name, label, figures, n, blocks, text}]    left to right; `n` is the answer's number in its thread
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from compare.engine.run import LETTERS
from compare.records import Ballot, Message
from compare.render.blocks import render_all
from compare.render.characters import encodable
from compare.render.markdown import to_html
from compare.render.numbers import numbers_line
from compare.review.identity import Masked
from compare.review.marks import NEEDS_MESSAGE, WORDS
from compare.review.rating import Item, Side
from compare.store.store import Store

REASONS = (
    "keeps the facts",
    "follows the instructions",
    "uses the newest values",
    "stays on the topic",
    "more complete",
    "clearer",
)
"""Offered as chips; a study of fidelity first, then what else decides between two faithful answers."""

SURENESS = {1: "guessing", 2: "fairly sure", 3: "certain"}

KINDS: list[dict[str, Any]] = [
    {"kind": kind, "words": words, "needs": 2 if kind == "outdated_value" else int(kind in NEEDS_MESSAGE)}
    for kind, words in WORDS.items()
]
"""The kinds of marks and how many messages each needs."""


def shown(item: Item, store: Store) -> dict[str, Any]:
    """Everything of an item that is drawn."""
    study = item.study
    return {
        "study": {
            "name": study.name,
            "question": study.question,
            "instructions": study.instructions,
            "criteria": list(study.criteria),
            "whole": study.scope == "thread",
            "blind": study.blind,
        },
        "kinds": KINDS,
        "reasons": list(REASONS),
        "practice": item.item.kind == "training",
        "thread": [] if _apart(item) else [_message(n, m, t) for n, m, t in _path(item.sides[0])],
        "rows": _rows(item.sides) if _apart(item) else [],
        "sides": [_side(place, side, item, store) for place, side in enumerate(item.sides)],
    }


def sentence_of(ballot: Ballot, item: Item) -> str:
    """What a ballot says, in the letters that this rater sees: "A is best, certain"."""
    places = {side.answer.id: LETTERS[place] for place, side in enumerate(item.sides)}
    letters = [places[answer_id] for answer_id in ballot.ranking]
    said = {
        "best": f"{letters[0] if letters else ''} is best",
        "rank": " before ".join(letters),
        "tie": "a tie",
        "all_bad": "all bad",
        "skip": "skipped",
    }[ballot.verdict]
    sure = f", {SURENESS[ballot.confidence]}" if ballot.confidence else ""
    return f"{said}{sure}{f': {ballot.comment}' if ballot.comment else ''}"


def _apart(item: Item) -> bool:
    """True where the sides have threads of their own before the answers."""
    return len({side.answer.prompt_leaf_id for side in item.sides}) > 1


def _side(place: int, side: Side, item: Item, store: Store) -> dict[str, Any]:
    label = "" if item.study.blind else store.candidate(side.answer.candidate_id).name
    figures = numbers_line(side.answer) if item.study.speed_visible and not item.study.blind else ""
    n = len(side.path) + 1
    return {"name": LETTERS[place], "label": label, "figures": figures, **_text(n, "assistant", side.shown.text)}


def _path(side: Side) -> Iterator[tuple[int, Message, Masked]]:
    return ((n, m, t) for n, (m, t) in enumerate(zip(side.path, side.shown_path, strict=True), start=1))


def _message(n: int, message: Message, masked: Masked) -> dict[str, Any]:
    return {"n": n, "role": message.role, "html": _html(masked.text), "note": ""}


def _text(n: int, role: str, text: str) -> dict[str, Any]:
    """A text that spans can be marked in: with its blocks' places."""
    return {"n": n, "role": role, "blocks": _blocks(text), "text": encodable(text)}


# A thread comes again with each of its items, and with each rater of them.
@lru_cache(maxsize=4096)
def _html(text: str) -> str:
    return to_html(text)


@lru_cache(maxsize=4096)
def _blocks(text: str) -> tuple[tuple[int, str], ...]:
    return tuple(render_all(text))


# --- threads side by side ---------------------------------------------------------------------------------------------


def _rows(sides: Sequence[Side]) -> list[dict[str, Any]]:
    turns = [list(_turns(side)) for side in sides]
    return [
        _row(turn, [one[turn] if turn < len(one) else ([], []) for one in turns])
        for turn in range(max(len(one) for one in turns))
        if any(turn < len(one) and (one[turn][0] or one[turn][1]) for one in turns)
    ]


_Turn = tuple[list[tuple[int, str, str]], list[tuple[int, str, str]]]
"""What the user asked and what was said to it, each as (number, role, text)."""


def _turns(side: Side) -> Iterator[_Turn]:
    """Turn 0 is what stands before the first message of the user; the answer belongs to the last turn."""
    asked: list[tuple[int, str, str]] = []
    said: list[tuple[int, str, str]] = []
    for n, message, masked in _path(side):
        if message.role == "user" and (said or not asked or asked[-1][1] != "user"):
            yield asked, said
            asked, said = [], []
        (asked if message.role in ("user", "system") and not said else said).append((n, message.role, masked.text))
    said.append((len(side.path) + 1, "assistant", side.shown.text))
    yield asked, said


def _row(turn: int, cells: Sequence[_Turn]) -> dict[str, Any]:
    same_asked = all(asked == cells[0][0] for asked, _ in cells)
    shared = same_asked and all(said == cells[0][1] for _, said in cells)
    return {
        "turn": turn,
        "shared": shared,
        "asked": [_messages(asked) for asked, _ in (cells[:1] if same_asked else cells)],
        "said": [_messages(said) for _, said in (cells[:1] if shared else cells)],
    }


def _messages(texts: Sequence[tuple[int, str, str]]) -> list[dict[str, Any]]:
    return [_text(*one) for one in texts]
