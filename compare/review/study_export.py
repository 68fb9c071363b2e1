"""Taking a study along: ballots and marks as tables, votes as battles, and pairs for preference training (DPO).

`vote_rows` gives the last two for every counted vote of the database.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import orjson

from compare.errors import NotEnoughVotesError
from compare.records import Ballot
from compare.render.spreadsheet import guarded
from compare.review.preferences import CHECKS, scored_pairs
from compare.store.store import Store
from compare.store.study_values import StudyBallot
from compare.store.votes import vote_name

What = Literal["ballots", "marks", "battles", "dpo"]
FOR_READERS: frozenset[What] = frozenset({"ballots", "marks"})
"""Tables for people; the others are read by programs."""
FileFormat = Literal["csv", "jsonl", "parquet"]

Row = dict[str, Any]


def rows(store: Store, study_id: str, what: What) -> list[Row]:
    """The rows of one export, oldest ballot first.

    `ballots` and `marks` hold every ballot with its state; `battles` and `dpo` only what counts.

    Raises:
        NotFoundError: there is no such study.
        NotEnoughVotesError: there is nothing to write.
    """
    ballots = store.study_ballots(study_id)
    names = _Names(store)
    counted = [(one.ballot, one.rater) for one in ballots if one.is_counted_verdict]
    match what:
        case "ballots":
            made = _ballot_rows(ballots, names)
        case "marks":
            made = _mark_rows(ballots, names)
        case "battles":
            made = _battle_rows(counted, names)
        case "dpo":
            made = _dpo_rows(store, counted, names)
    if not made:
        raise NotEnoughVotesError(f"The study has {len(ballots)} ballots and nothing of them to write as {what}.")
    return made


def encode(table: Sequence[Mapping[str, Any]], file_format: FileFormat, *, to_be_read_back: bool = True) -> bytes:
    """A table as the bytes of a file. Lists and objects become JSON text in CSV and Parquet.

    Args:
        table: one dict per row, all with the same keys.
        file_format: what to make of it.
        to_be_read_back: as it stands, for votes that `rate` and `votes import` read; else a text in CSV that a
            spreadsheet would run as a formula has an apostrophe before it: comments and names are other people's.
    """
    if file_format == "jsonl":
        return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in table)
    flat = [{name: _flat(value) for name, value in row.items()} for row in table]
    if file_format == "csv":
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, fieldnames=list(flat[0]))
        writer.writeheader()
        writer.writerows(flat if to_be_read_back else [_guarded(row) for row in flat])
        return text.getvalue().encode()
    # pyarrow comes with streamlit, and takes a moment to load.
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(flat), sink)
    return sink.getvalue()


def _guarded(row: Row) -> Row:
    return {name: guarded(value) if isinstance(value, str) else value for name, value in row.items()}


def _flat(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


class _Names:
    """What votes files call the candidate of an answer."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._candidates = store.candidates()
        self._known: dict[str, str] = {}

    def of(self, answer_ids: Sequence[str]) -> list[str]:
        missing = [answer_id for answer_id in answer_ids if answer_id not in self._known]
        for answer in self._store.answers(missing).values():
            self._known[answer.id] = vote_name(self._candidates[answer.candidate_id])
        return [self._known[answer_id] for answer_id in answer_ids]


def _ballot_rows(ballots: Sequence[StudyBallot], names: _Names) -> list[Row]:
    return [
        {
            "ballot_id": one.ballot.id,
            "item": one.item.place + 1,
            "kind": one.item.kind,
            "repeat": one.is_repeat,
            "rater": one.rater,
            "criterion": one.ballot.criterion,
            "verdict": one.ballot.verdict,
            "ranking": names.of(one.ballot.ranking),
            "shown": names.of(one.ballot.shown_order),
            "confidence": one.ballot.confidence,
            "reasons": list(one.details.reasons),
            "comment": one.ballot.comment,
            "rubric": {
                f"{names.of([answer_id])[0]}: {criterion}": score
                for (answer_id, criterion), score in one.details.rubric.items()
            },
            "failed_turns": {names.of([answer_id])[0]: turn for answer_id, turn in one.details.failed_turns.items()},
            "n_marks": len(one.details.marks),
            "blind": one.ballot.blind,
            "speed_visible": one.ballot.speed_visible,
            "leaked": one.ballot.leaked,
            "active_ms": one.ballot.active_ms,
            "state": one.state,
            "state_reason": one.state_reason,
            "supersedes_id": one.ballot.supersedes_id,
            "rubric_version": one.ballot.rubric_version,
            "created_at": one.ballot.created_at,
        }
        for one in ballots
    ]


def _mark_rows(ballots: Sequence[StudyBallot], names: _Names) -> list[Row]:
    return [
        {
            "ballot_id": one.ballot.id,
            "item": one.item.place + 1,
            "rater": one.rater,
            "state": one.state,
            "model": names.of([mark.answer_id])[0],
            "answer_id": mark.answer_id,
            "at_message_id": mark.at_message_id,
            "kind": mark.kind,
            "severity": mark.severity,
            "message_id": mark.message_id,
            "other_message_id": mark.other_message_id,
            "span_start": mark.span[0] if mark.span else None,
            "span_end": mark.span[1] if mark.span else None,
            "note": mark.note,
            "distance_messages": mark.distance_messages,
            "distance_tokens": mark.distance_tokens,
            "tokenizer": mark.tokenizer,
        }
        for one in ballots
        for mark in one.details.marks
    ]


def vote_rows(store: Store, what: Literal["battles", "dpo"]) -> list[Row]:
    """As rows, for every vote of the database that counts; imported votes have no texts, so they make no DPO pairs.

    Raises:
        NotEnoughVotesError: there is nothing to write.
    """
    if what == "battles":
        made = [_battle_of_vote(vote) for vote in store.iter_votes()]
    else:
        raters = store.rater_names()
        counted = [
            (ballot, raters[ballot.rater_id])
            for ballot, state in store.iter_ballots()
            if state == "counted" and ballot.comparison_id is not None and ballot.source not in CHECKS
        ]
        made = _dpo_rows(store, counted, _Names(store))
    if not made:
        raise NotEnoughVotesError(f"There is no vote yet that could be written as {what}. Vote in the app first.")
    return made


def _battle_of_vote(vote: Row) -> Row:
    """Left answer first, where it is known which that was."""
    turned = vote["position_a"] == "right"
    word = str(vote["winner"])
    if turned:
        word = {"model_a": "model_b", "model_b": "model_a"}.get(word, word)
    question_id = vote["thread_id"] if vote["turn"] is None else f"{vote['thread_id']}/{vote['turn']}"
    return {
        "question_id": question_id,
        "model_a": vote["model_b" if turned else "model_a"],
        "model_b": vote["model_a" if turned else "model_b"],
        "winner": "tie (bothbad)" if word == "both_bad" else word,
        "judge": vote["rater"],
        "anony": vote["blind"],
        "created_at": vote["created_at"],
    }


def _battle_rows(ballots: Sequence[tuple[Ballot, str]], names: _Names) -> list[Row]:
    """The shape of LMSYS's battle files; `rate --votes` reads it as well."""
    found = []
    for ballot, rater in ballots:
        for a, b, score in scored_pairs(ballot):
            order = ballot.shown_order
            # As it was shown: model_a stood left of model_b.
            left, right, left_score = (a, b, score) if order.index(a) < order.index(b) else (b, a, 1.0 - score)
            word = {1.0: "model_a", 0.0: "model_b"}.get(left_score, "tie")
            model_a, model_b = names.of([left, right])
            found.append(
                {
                    "question_id": ballot.comparison_id,
                    "model_a": model_a,
                    "model_b": model_b,
                    "winner": "tie (bothbad)" if ballot.verdict == "all_bad" else word,
                    "judge": rater,
                    "anony": ballot.blind,
                    "created_at": ballot.created_at,
                }
            )
    return found


def _dpo_rows(store: Store, ballots: Sequence[tuple[Ballot, str]], names: _Names) -> list[Row]:
    """Prompt, chosen and rejected as lists of messages; pairs with threads of their own share no prompt: left out."""
    found = []
    for ballot, rater in ballots:
        answers = store.answers(ballot.shown_order)
        for chosen, rejected, score in scored_pairs(ballot):
            better, worse = answers[chosen], answers[rejected]
            if score != 1.0 or better.prompt_leaf_id != worse.prompt_leaf_id or better.text == worse.text:
                continue
            path = store.path(better.prompt_leaf_id)
            found.append(
                {
                    "prompt": [{"role": message.role, "content": message.text} for message in path],
                    "chosen": [{"role": "assistant", "content": better.text}],
                    "rejected": [{"role": "assistant", "content": worse.text}],
                    "chosen_model": names.of([chosen])[0],
                    "rejected_model": names.of([rejected])[0],
                    "rater": rater,
                    "ballot_id": ballot.id,
                }
            )
    return found
