"""Votes from elsewhere into the database, as ballots without a comparison. The same file again adds nothing.

Rows were read and mapped by compare.ratings.votes_file. What a row says of its rater, thread, history, length, side
and blindness is kept; a word that cannot be kept is told with line and reason.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast, get_args

from compare.ratings.votes import SCORES, VoteRow, is_missing
from compare.ratings.votes_file import Reject, VotesFile
from compare.records import Ballot, Candidate, History, Preference, Verdict
from compare.store.store import Store
from compare.store.votes import vote_name

_AT_ONCE = 1000
_YES, _NO = ("1", "true", "yes", "1.0"), ("0", "false", "no", "0.0")
_VERDICTS: Mapping[str, Verdict] = {"tie": "tie", "both_bad": "all_bad"}
SOURCE = "imported"


@dataclass(frozen=True, slots=True)
class ImportedVotes:
    """What became of a file's rows: n_new + n_known + rejects are all of them."""

    n_new: int
    n_known: int
    """Rows that an earlier import stored."""
    rejects: tuple[Reject, ...]


def import_votes(store: Store, votes: VotesFile, *, blind: bool = False, rater: str = "Imported") -> ImportedVotes:
    """Keep the votes of a file.

    Args:
        store: where they go; a candidate is found by the name that exports give it, or is new.
        votes: as read_votes gave them.
        blind: what rows are that do not say it in a column `blind`.
        rater: who voted in rows without a column `rater`.
    """
    rejects = list(votes.rejects)
    known = {ballot.idempotency_key for ballot, _ in store.iter_ballots() if ballot.source == SOURCE}
    seen: Counter[str] = Counter()
    raters: dict[str, str] = {}
    candidates = {vote_name(candidate): candidate.id for candidate in store.candidates().values()}
    batch: list[tuple[Ballot, list[Preference]]] = []
    n_new = n_known = 0
    for line, row in zip(votes.lines, votes.votes.rows(), strict=True):
        reason = _why_not(row)
        if reason:
            rejects.append(Reject(line, reason))
            continue
        text = json.dumps([row.model_a, row.model_b, row.winner, row.columns], sort_keys=True, default=str)
        seen[text] += 1  # two equal rows of one file are two votes
        key = f"import:{hashlib.sha256(f'{seen[text]} {text}'.encode()).hexdigest()}"
        if key in known:
            n_known += 1
            continue
        name = str(_value(row, "rater") or rater)
        if name not in raters:
            raters[name] = store.rater(name)
        for model in (row.model_a, row.model_b):
            if model not in candidates:
                candidates[model] = store.save_candidate(Candidate(model_id=model))
        batch.append(_ballot(row, key, raters[name], candidates, blind=blind))
        n_new += 1
        if len(batch) == _AT_ONCE:
            store.cast_all(batch)
            batch = []
    store.cast_all(batch)
    return ImportedVotes(n_new, n_known, tuple(sorted(rejects, key=lambda reject: reject.line)))


def _value(row: VoteRow, name: str) -> Any:
    value = row.columns.get(name)
    return None if is_missing(value) else value


def _why_not(row: VoteRow) -> str:
    history, blind, length = (_value(row, name) for name in ("history", "blind", "n_messages"))
    if history is not None and history not in get_args(History):
        return f"history is {history!r}; known are {', '.join(get_args(History))}"
    if blind is not None and str(blind).strip().lower() not in (*_YES, *_NO):
        return f"blind is {blind!r}; write true or false"
    if length is not None and not (str(length).strip().isdigit() or (isinstance(length, float) and length >= 0)):
        return f"n_messages is {length!r}; it must be a whole number"
    return ""


def _ballot(
    row: VoteRow, key: str, rater_id: str, candidates: Mapping[str, str], *, blind: bool
) -> tuple[Ballot, list[Preference]]:
    said = _value(row, "blind")
    is_blind = blind if said is None else str(said).strip().lower() in _YES
    place = {"left": (0, 1), "right": (1, 0)}.get(str(_value(row, "position_a")), (0, 0))
    ballot = Ballot(
        id="",
        idempotency_key=key,
        comparison_id=None,
        rater_id=rater_id,
        verdict=_VERDICTS.get(row.winner, "best"),
        criterion=str(_value(row, "criterion") or "fidelity"),
        blind=is_blind,
        speed_visible=not is_blind,
        comment=str(_value(row, "comment") or ""),
        source=SOURCE,
        created_at=str(_value(row, "created_at") or ""),
    )
    preference = Preference(
        ballot_id="",
        candidate_a=candidates[row.model_a],
        candidate_b=candidates[row.model_b],
        score=SCORES[row.winner],
        verdict=ballot.verdict,
        pos_a=place[0],
        pos_b=place[1],
        n_messages=int(float(_value(row, "n_messages") or 0)),
        workload=str(_value(row, "workload") or "interactive"),
        history=cast(History, _value(row, "history") or "fixed"),
        blind=is_blind,
        rater_id=rater_id,
        thread_id=str(_value(row, "thread_id") or ""),
    )
    return ballot, [preference]
