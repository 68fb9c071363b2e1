"""What a ballot says beside its verdict: reasons, marks, rubric scores, first failed turns. Written with the ballot."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from compare.store.part import storable
from compare.store.study_values import Details, Mark

_MARK = (
    "answer_id", "at_message_id", "kind", "severity", "message_id", "other_message_id", "note", "distance_messages",
    "distance_tokens", "tokenizer",
)  # fmt: skip
_INSERT = (
    f"INSERT INTO marks (ballot_id, mark, span_start, span_end, {', '.join(_MARK)}) "
    f"VALUES (?, ?, ?, ?, {', '.join('?' * len(_MARK))})"
)


def insert_details(connection: sqlite3.Connection, ballot_id: str, details: Details) -> None:
    """Keep what belongs to a new ballot, within the caller's transaction."""
    for place, mark in enumerate(details.marks):
        values = [getattr(replace(mark, note=storable(mark.note)), name) for name in _MARK]
        connection.execute(_INSERT, (ballot_id, place, *(mark.span or (None, None)), *values))
    connection.executemany(
        "INSERT INTO ballot_reasons (ballot_id, reason) VALUES (?, ?)",
        [(ballot_id, storable(reason)) for reason in details.reasons],
    )
    connection.executemany(
        "INSERT INTO rubric_scores (ballot_id, answer_id, criterion, score) VALUES (?, ?, ?, ?)",
        [(ballot_id, answer_id, criterion, score) for (answer_id, criterion), score in details.rubric.items()],
    )
    connection.executemany(
        "INSERT INTO failed_turns (ballot_id, answer_id, turn) VALUES (?, ?, ?)",
        [(ballot_id, answer_id, turn) for answer_id, turn in details.failed_turns.items()],
    )


def select_details(connection: sqlite3.Connection, ballot_id: str) -> Details:
    """What was said with one ballot; reasons come sorted."""
    one = (ballot_id,)
    marks = connection.execute("SELECT * FROM marks WHERE ballot_id = ? ORDER BY mark", one).fetchall()
    reasons = connection.execute(
        "SELECT reason FROM ballot_reasons WHERE ballot_id = ? ORDER BY reason", one
    ).fetchall()
    scores = connection.execute("SELECT * FROM rubric_scores WHERE ballot_id = ?", one).fetchall()
    turns = connection.execute("SELECT * FROM failed_turns WHERE ballot_id = ?", one).fetchall()
    return Details(
        reasons=tuple(row["reason"] for row in reasons),
        marks=tuple(map(_to_mark, marks)),
        rubric={(row["answer_id"], row["criterion"]): row["score"] for row in scores},
        failed_turns={row["answer_id"]: row["turn"] for row in turns},
    )


def _to_mark(row: sqlite3.Row) -> Mark:
    span = (row["span_start"], row["span_end"]) if row["span_start"] is not None else None
    return Mark(**{name: row[name] for name in _MARK}, span=span)
