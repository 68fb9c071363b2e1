"""Votes: counted preferences in the shape of a votes file, with names in place of ids."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from compare.records import Candidate
from compare.store.candidates import to_candidate
from compare.store.part import Part


class Votes(Part):
    """The store's part for exporting votes."""

    def iter_votes(self) -> Iterator[dict[str, Any]]:
        """One dict per counted pairwise row, oldest ballot first, as of the moment of the first one.

        Keys: model_a, model_b, winner (model_a | model_b | tie | both_bad), rater, thread_id, turn (None where the vote
        was imported), n_messages, history, position_a (left | right, None where unknown), criterion, comment,
        created_at, ballot_id, blind. A model is named by its id; with settings of its own, by its id and the first
        eight characters of the candidate's id ("gpt-x@0123abcd"), so that no two candidates share a name.
        """
        with self._database.snapshot() as connection:
            names = {row["id"]: vote_name(to_candidate(row)) for row in connection.execute("SELECT * FROM candidates")}
            for row in connection.execute(_VOTES):
                yield _to_vote(row, names)


def vote_name(candidate: Candidate) -> str:
    """What a votes file calls a candidate: the plain model id means the model's default candidate."""
    if candidate.id == Candidate(model_id=candidate.model_id).id:
        return candidate.model_id
    return f"{candidate.model_id}@{candidate.id[:8]}"


# CROSS JOIN keeps the order of the loops, so that rows come out by ballot without sorting them all.
_VOTES = """
SELECT p.*, b.criterion, b.comment, b.created_at, r.name AS rater,
    (
        SELECT max(a.turn) FROM comparison_slots s JOIN answers a ON a.id = s.answer_id
        WHERE s.comparison_id = p.comparison_id
    ) AS turn
FROM ballots b
    CROSS JOIN preferences p ON p.ballot_id = b.id AND p.counted = 1
    CROSS JOIN raters r ON r.id = b.rater_id
ORDER BY b.rowid, p.pair
"""


def _to_vote(row: sqlite3.Row, names: dict[str, str]) -> dict[str, Any]:
    return {
        "model_a": names[row["candidate_a"]],
        "model_b": names[row["candidate_b"]],
        "winner": _winner(row["score"], row["verdict"]),
        "rater": row["rater"],
        "thread_id": row["thread_id"],
        "turn": row["turn"],
        "n_messages": row["n_messages"],
        "history": row["history"],
        "position_a": _position(row["pos_a"], row["pos_b"]),
        "criterion": row["criterion"],
        "comment": row["comment"],
        "created_at": row["created_at"],
        "ballot_id": row["ballot_id"],
        "blind": bool(row["blind"]),
    }


def _winner(score: float, verdict: str) -> str:
    if verdict == "all_bad":
        return "both_bad"
    return {1.0: "model_a", 0.0: "model_b"}.get(score, "tie")


def _position(pos_a: int, pos_b: int) -> str | None:
    if pos_a == pos_b:
        return None
    return "left" if pos_a < pos_b else "right"
