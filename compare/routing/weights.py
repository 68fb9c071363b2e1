"""Votes to weights by one plain rule, and a refusal in figures where the votes are too few.

The rule takes no account of cost or latency; recommend.py does. Strengths are fitted with a named prior, so that a
candidate that won every vote so far does not run away with the traffic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from compare.ratings import bradley_terry as bt
from compare.ratings.bradley_terry import ELO_MEAN, ELO_PER_LOGIT, IntArray
from compare.ratings.buckets import Bucket, bucket_of, buckets
from compare.ratings.intervals import Spread, posterior, sandwich
from compare.ratings.ranks import ranks
from compare.ratings.votes import Votes, cluster_numbers, encode, is_missing, vote_arrays
from compare.ratings.win_share import win_share, win_share_errors
from compare.routing.rounding import round_weights

RULE = (
    "The candidates that no other is surely better than (95 % intervals) share 0.80 equally, the others share 0.20 in "
    "proportion to their win share; where none is surely better than another, all get the same."
)
METHOD = "bradley-terry, prior 0.5; leaders share 0.80, the others 0.20 by win share"

LEADERS_SHARE = 0.8
PRIOR_PRECISION = 0.5
EVERYTHING = Bucket("default", 1)
"""Threads that no other route takes: weighted by the votes of all lengths together."""
MIN_VOTES = 30
"""In the bucket, without both-bad votes."""
MIN_VOTES_EACH = 10
"""Of every candidate in the bucket."""
MIN_RATERS_TO_CLUSTER = 8
"""With fewer raters a rater-clustered interval is itself too uncertain; the posterior is used alone."""

Verdict = Literal["separated", "tie", "insufficient"]


@dataclass(frozen=True, slots=True)
class CandidateEvidence:
    """What one bucket's votes say about one candidate. The limits are of 95 % intervals."""

    candidate: str
    n_votes: int
    both_bad: int
    win_share: float
    win_share_low: float
    win_share_high: float
    rating: float
    ci_low: float
    ci_high: float
    rank: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """Weights for one bucket, or why there are none.

    Attributes:
        weights: by candidate, sum exactly 1 at two decimals; None where the votes are too few.
        why: one sentence with the figures.
        n_votes: votes (ballots, where they are known) in the bucket between the candidates, without both-bad ones.
        votes_needed: further votes without which there are no weights; 0 where there are.
        left_out: candidates with too few votes to be weighted, with how many they have.
        evidence: by candidate, best first; empty where there are no weights.
    """

    bucket: Bucket
    weights: Mapping[str, float] | None
    why: str
    verdict: Verdict
    n_votes: int
    votes_needed: int
    n_both_bad: int = 0
    n_raters: int = 0
    n_threads: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    evidence: tuple[CandidateEvidence, ...] = ()
    method: str = METHOD

    @property
    def match(self) -> str:
        """The route's rule; empty for the default route, which takes what no other takes."""
        return "" if self.bucket == EVERYTHING else match_of(self.bucket)


@dataclass(frozen=True, slots=True)
class Proposals:
    """One proposal a bucket, one for all lengths together, and what to know about the votes behind them."""

    buckets: tuple[Proposal, ...]
    default: Proposal
    problems: tuple[str, ...] = ()


def match_of(bucket: Bucket) -> str:
    """The rule that sends threads of this bucket's lengths to its route."""
    if bucket.high is None:
        return f"thread_length > {bucket.low - 1}"
    if bucket.low <= 1:
        return f"thread_length <= {bucket.high}"
    return f"{bucket.low} <= thread_length <= {bucket.high}"


def propose(
    votes: Votes, *, candidates: Sequence[str] = (), ranges: Sequence[Bucket] = (), rater: str = "rater"
) -> Proposals:
    """Propose weights for every bucket of thread lengths.

    Args:
        votes: with a column n_messages; ballot_id, thread_id and the rater's column are used where they are there.
        candidates: those that must all be weighted; without it, all that have enough votes in the bucket.
        ranges: the buckets; short (1-8 messages) and long (more) where none are given.
        rater: the column that says who voted.

    Raises:
        ConfigError: the votes have no n_messages.
    """
    ranges = ranges or buckets()
    found = [bucket_of(value, ranges) for value in votes.column("n_messages")] if len(votes) else []
    proposals = []
    for bucket in ranges:
        inside = votes.take([i for i, each in enumerate(found) if each == bucket])
        proposals.append(_propose(inside, bucket, candidates, rater))
    lost = found.count(None)
    problems = (f"{bt.counted(lost)} without a readable n_messages, in no bucket.",) if lost else ()
    return Proposals(tuple(proposals), _propose(votes, EVERYTHING, candidates, rater), problems)


def _propose(votes: Votes, bucket: Bucket, candidates: Sequence[str], rater: str) -> Proposal:
    names = sorted(set(candidates) or {*votes.model_a, *votes.model_b})
    enough = names if candidates else _with_enough_votes(votes, names)
    weighted = enough if len(enough) > 1 else names
    seen = _count_ballots(votes)
    votes = _between(votes, weighted)
    counted = _count_ballots(votes)
    counts = {name: counted.get(name, 0) for name in weighted}
    n_votes = _distinct_ballots(_without_both_bad(votes))
    n_both_bad = _distinct_ballots(votes) - n_votes
    needed = _votes_needed(n_votes, list(counts.values()))
    proposal = Proposal(
        bucket,
        weights=None,
        why=_too_few(n_votes, n_both_bad, needed, counts),
        verdict="insufficient",
        n_votes=n_votes,
        votes_needed=needed,
        n_both_bad=n_both_bad,
        n_raters=_distinct(votes, rater),
        n_threads=_distinct(votes, "thread_id"),
        left_out={name: seen.get(name, 0) for name in names if name not in counts},
    )
    if needed:
        return proposal
    evidence = _evidence(votes, weighted, counts, rater)
    weights, why, verdict = _share_out(evidence)
    return replace(proposal, weights=weights, why=why, verdict=verdict, evidence=evidence)


def _too_few(n_votes: int, n_both_bad: int, needed: int, counts: Mapping[str, int]) -> str:
    thin = [f"{name} has {n}" for name, n in counts.items() if n < MIN_VOTES_EACH]
    bad = f", not counting {n_both_bad} where both answers were bad" if n_both_bad else ""
    each = f" ({', '.join(thin[:5])}; at least {MIN_VOTES_EACH} needed for each candidate)" if thin else ""
    return f"not enough votes: {bt.counted(n_votes)}{bad}, at least {MIN_VOTES} needed; {needed} more{each}"


def _votes_needed(n_votes: int, counts: Sequence[int]) -> int:
    """The least number of further votes; one vote counts for two candidates."""
    lacking = [max(0, MIN_VOTES_EACH - n) for n in counts]
    return max(MIN_VOTES - n_votes, max(lacking, default=0), -(-sum(lacking) // 2), 0)


def _with_enough_votes(votes: Votes, names: Sequence[str]) -> list[str]:
    """Drop candidates with too few votes until all that remain have enough among themselves."""
    kept = list(names)
    while True:
        counts = _count_ballots(_between(votes, kept))
        enough = [name for name in kept if counts.get(name, 0) >= MIN_VOTES_EACH]
        if len(enough) == len(kept):
            return kept
        kept = enough


def _between(votes: Votes, names: Sequence[str]) -> Votes:
    """The votes that compare two different ones of these candidates."""
    known = set(names)
    pairs = zip(votes.model_a, votes.model_b, strict=True)
    return votes.take([i for i, (a, b) in enumerate(pairs) if a != b and a in known and b in known])


def _without_both_bad(votes: Votes) -> Votes:
    return votes.take([i for i, winner in enumerate(votes.winner) if winner != "both_bad"])


def _ballots(votes: Votes) -> Sequence[object]:
    """What makes one vote: a ballot, whose several pairwise rows count once, or the row where no ballot is known."""
    if not votes.has_column("ballot_id"):
        return range(len(votes))
    return [f"row {i}" if is_missing(ballot) else ballot for i, ballot in enumerate(votes.column("ballot_id"))]


def _distinct_ballots(votes: Votes) -> int:
    return len(set(_ballots(votes)))


def _count_ballots(votes: Votes) -> dict[str, int]:
    """Votes of each candidate, without both-bad ones."""
    votes = _without_both_bad(votes)
    ballots: dict[str, set[object]] = {}
    for a, b, ballot in zip(votes.model_a, votes.model_b, _ballots(votes), strict=True):
        ballots.setdefault(a, set()).add(ballot)
        ballots.setdefault(b, set()).add(ballot)
    return {name: len(each) for name, each in ballots.items()}


def _distinct(votes: Votes, column: str) -> int:
    if not votes.has_column(column):
        return 0
    return sum(not is_missing(value) for value in encode(votes.column(column))[1])


def _evidence(
    votes: Votes, names: Sequence[str], counts: Mapping[str, int], rater: str
) -> tuple[CandidateEvidence, ...]:
    """Fit with both-bad as half a win each: a bucket where both fail often holds its candidates together."""
    arrays = vote_arrays(votes, names)
    wins = bt.count_wins(arrays.index_a, arrays.index_b, arrays.score, len(arrays.names))
    fit = bt.fit(wins, prior_precision=PRIOR_PRECISION)
    columns = _clusters(votes, rater)
    spread = posterior(fit.hessian)
    if columns:
        clustered = sandwich(fit.theta, fit.hessian, arrays.index_a, arrays.index_b, arrays.score, columns)
        spread = _wider(spread, clustered)
    share = win_share(fit.theta)
    share_half = spread.critical * win_share_errors(fit.theta, spread.covariance)
    half = spread.critical * spread.standard_errors * ELO_PER_LOGIT
    rating = ELO_MEAN + ELO_PER_LOGIT * (fit.theta - fit.theta.mean())
    rank = ranks(rating - half, rating + half)
    both_bad = np.bincount(
        np.concatenate([arrays.index_a[arrays.both_bad], arrays.index_b[arrays.both_bad]]), minlength=len(names)
    )
    rows = [
        CandidateEvidence(
            candidate=name,
            n_votes=counts.get(name, 0),
            both_bad=int(both_bad[i]),
            win_share=float(share[i]),
            win_share_low=max(0.0, float(share[i] - share_half[i])),
            win_share_high=min(1.0, float(share[i] + share_half[i])),
            rating=float(rating[i]),
            ci_low=float(rating[i] - half[i]),
            ci_high=float(rating[i] + half[i]),
            rank=int(rank[i]),
        )
        for i, name in enumerate(arrays.names)
    ]
    return tuple(sorted(rows, key=lambda row: (-row.win_share, row.candidate)))


def _clusters(votes: Votes, rater: str) -> list[IntArray]:
    """Votes of one rater lean the same way; where raters are too few for that, ballots are the clusters or none."""
    if _distinct(votes, rater) >= MIN_RATERS_TO_CLUSTER:
        return [cluster_numbers(votes.column(rater))[0]]
    if votes.has_column("ballot_id") and _distinct_ballots(votes) < len(votes):
        return [cluster_numbers(votes.column("ballot_id"))[0]]
    return []


def _wider(one: Spread, other: Spread) -> Spread:
    """The one that claims less: the posterior where the votes agree by chance, the sandwich where raters differ."""

    def width(spread: Spread) -> float:
        return spread.critical * float(np.sqrt(np.trace(spread.covariance)))

    return max(one, other, key=width)


def _share_out(evidence: Sequence[CandidateEvidence]) -> tuple[dict[str, float], str, Verdict]:
    """Weights by RULE, why, and whether the leaders are separated from anyone."""
    leaders = [row for row in evidence if row.rank == 1]
    others = [row for row in evidence if row.rank > 1]
    if not others:
        raw = [1.0 / len(evidence)] * len(evidence)
        why = "no candidate is surely better than another, so all get the same weight"
        verdict: Verdict = "tie"
    else:
        total = sum(row.win_share for row in others)
        raw = [
            LEADERS_SHARE / len(leaders) if row.rank == 1 else (1 - LEADERS_SHARE) * row.win_share / total
            for row in evidence
        ]
        if len(leaders) == 1:
            why = f"{leaders[0].candidate} leads and gets 0.80; the others share 0.20 by win share"
        else:
            names = ", ".join(row.candidate for row in leaders)
            why = f"{names} lead, none of them surely best, and share 0.80; the others share 0.20 by win share"
        verdict = "separated"
    rounded = round_weights(raw)
    return {row.candidate: weight for row, weight in zip(evidence, rounded, strict=True)}, why, verdict
