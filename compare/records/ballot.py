"""What a reviewer said, and the pairwise rows derived from it."""

from __future__ import annotations

from dataclasses import dataclass

from compare.records.words import History, Verdict


@dataclass(frozen=True, slots=True)
class Ballot:
    """What one rater said about one comparison at one time."""

    id: str
    idempotency_key: str
    comparison_id: str | None
    rater_id: str
    verdict: Verdict
    ranking: tuple[str, ...] = ()
    """Answer ids, best first; one id for `best`."""
    shown_order: tuple[str, ...] = ()
    """Answer ids in the order in which they were shown, left to right."""
    criterion: str = "fidelity"
    blind: bool = False
    speed_visible: bool = True
    leaked: bool = False
    confidence: int | None = None
    comment: str = ""
    active_ms: float | None = None
    rubric_version: str = "1"
    supersedes_id: str | None = None
    source: str = "playground"
    created_at: str = ""


@dataclass(frozen=True, slots=True)
class Preference:
    """One pairwise row derived from a ballot; rows of one ballot are one cluster."""

    ballot_id: str
    candidate_a: str
    candidate_b: str
    score: float
    """1: a was better, 0: b was, 0.5: tie."""
    verdict: Verdict
    """`all_bad` rows carry 0.5 and are left out of ratings."""
    pos_a: int
    pos_b: int
    n_messages: int
    workload: str
    history: History
    blind: bool
    rater_id: str
    thread_id: str
