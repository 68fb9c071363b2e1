"""Stored votes to weights: a proposal for every range of thread lengths, or a refusal in figures.

The rule is recommend.py's: the best win share that the limits allow, and nothing on thin votes. Here votes are sorted
by thread length, and what runs now is read from the current routing.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from compare.ratings.bradley_terry import counted
from compare.ratings.buckets import Bucket, bucket_of, buckets
from compare.ratings.votes import Votes
from compare.routing.aim import Aim
from compare.routing.beliefs import Belief, believe
from compare.routing.config import RoutingConfig
from compare.routing.evidence import POOLED_PRECISION, Evidence
from compare.routing.measured import Measured
from compare.routing.recommend import Recommendation, decide
from compare.routing.stored_votes import EVERYTHING, Gathered, gather, with_columns

RULE = (
    "The weights with the best expected win share that the limits allow. They change only where the gain is surely "
    "(95 %) above 0, on enough votes by enough raters on enough threads, and by at most 0.2 of the requests at a time."
)
METHOD = "bradley-terry shrunk to the pooled fit; linear programme within the limits; guard P(gain) >= 0.95"

PRIOR_PRECISION = POOLED_PRECISION

Verdict = Literal["separated", "tie", "insufficient"]


@dataclass(frozen=True, slots=True)
class CandidateEvidence:
    """What one bucket's votes say about one candidate. The limits are of a 95 % interval."""

    candidate: str
    n_votes: int
    both_bad: int
    win_share: float
    win_share_low: float
    win_share_high: float


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """Weights for one bucket, or why there are none.

    Attributes:
        weights: by candidate, sum exactly 1: those proposed, or those that run now where they are to be kept. None
            where they are to be kept and nobody said what runs now.
        why: one or two sentences with the figures, without a full stop.
        verdict: separated where the votes carry a change; insufficient where they do not.
        n_votes: votes (ballots, where they are known) in the bucket between the candidates, without both-bad ones.
        votes_needed: about so many further votes until a change may pass; 0 where that is not known or not needed.
        left_out: candidates with votes too few, or on too few threads, to be weighted, with how many votes they have.
        evidence: by candidate, best first.
        found: the recommendation itself.
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
    found: Recommendation | None = None

    @property
    def match(self) -> str:
        """The route's rule; empty for the default route, which takes what no other takes."""
        return "" if self.bucket == EVERYTHING else match_of(self.bucket)

    @property
    def is_kept(self) -> bool:
        """True where what runs now stays."""
        return self.found is None or self.found.verdict == "keep"


@dataclass(frozen=True, slots=True)
class Proposals:
    """One proposal a bucket, one for all lengths together, and what to know about the votes behind them."""

    buckets: tuple[Proposal, ...]
    default: Proposal
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """Votes that were weighed and wait for limits; `decide_all` is quick, so that sliders can move."""

    ranges: tuple[tuple[Bucket, Gathered, Belief | None], ...]
    """The buckets, and last the default; no belief where there are not two candidates."""
    measured: Measured
    problems: tuple[str, ...] = ()


def match_of(bucket: Bucket) -> str:
    """The rule that sends threads of this bucket's lengths to its route."""
    if bucket.high is None:
        return f"thread_length > {bucket.low - 1}"
    if bucket.low <= 1:
        return f"thread_length <= {bucket.high}"
    return f"{bucket.low} <= thread_length <= {bucket.high}"


def propose(
    votes: Votes,
    *,
    candidates: Sequence[str] = (),
    ranges: Sequence[Bucket] = (),
    rater: str = "rater",
    aim: Aim | None = None,
    measured: Measured | None = None,
    current: RoutingConfig | None = None,
    experimental: frozenset[str] = frozenset(),
) -> Proposals:
    """Propose weights for every bucket of thread lengths.

    Args:
        votes: with a column n_messages; ballot_id, thread_id and the rater's column are used where they are there.
        candidates: those that must all be weighted; without it, all that have enough votes in the bucket.
        ranges: the buckets; short (1-8 messages) and long (more) where none are given.
        rater: the column that says who voted.
        aim: limits and guard.
        measured: what the candidates cost and how long they take, by the same buckets.
        current: what runs now.
        experimental: candidates that get the floor at most.

    Raises:
        ConfigError: the votes have no n_messages.
    """
    aim = aim or Aim()
    found = weigh(
        votes,
        candidates=candidates,
        ranges=ranges,
        rater=rater,
        aim=aim,
        measured=measured,
        current=current,
        experimental=experimental,
    )
    return decide_all(found, aim)


def weigh(
    votes: Votes,
    *,
    aim: Aim,
    candidates: Sequence[str] = (),
    ranges: Sequence[Bucket] = (),
    rater: str = "rater",
    measured: Measured | None = None,
    current: RoutingConfig | None = None,
    experimental: frozenset[str] = frozenset(),
) -> Weighed:
    """Everything that does not hang on the limits; arguments as `propose`."""
    ranges = tuple(ranges or buckets())
    found = [bucket_of(value, ranges) for value in votes.column("n_messages")] if len(votes) else []
    lost = found.count(None)
    problems = [f"{counted(lost)} without a readable n_messages, in no bucket."] if lost else []
    gathered = []
    for bucket in (*ranges, EVERYTHING):
        inside = votes if bucket == EVERYTHING else votes.take([i for i, each in enumerate(found) if each == bucket])
        match = "" if bucket == EVERYTHING else match_of(bucket)
        now, problem = (None, "") if current is None else running(current, bucket)
        problems += [problem] if problem else []
        gathered.append(
            gather(
                inside,
                bucket,
                match=match,
                aim=aim,
                candidates=candidates or (_everybody(votes, now) if not len(inside) else ()),
                measured=measured,
                current=now,
                experimental=experimental,
                rater=rater,
            )
        )
    *inner, whole = gathered
    beliefs = [*_believe(inner, aim), *_believe([whole], aim)]
    return Weighed(
        tuple(zip((*ranges, EVERYTHING), gathered, beliefs, strict=True)), measured or Measured(), tuple(problems)
    )


def _everybody(votes: Votes, now: Mapping[str, float] | None) -> tuple[str, ...]:
    return tuple(sorted({*votes.model_a, *votes.model_b, *(now or {})}))


def _believe(gathered: Sequence[Gathered], aim: Aim) -> list[Belief | None]:
    """Of buckets that shrink to what they have in common; None without two candidates."""
    several = [each.evidence for each in gathered if len(each.evidence.models) > 1]
    found = iter(believe(Evidence(tuple(several), guard=aim.guard)) if several else ())
    return [next(found) if len(each.evidence.models) > 1 else None for each in gathered]


def running(config: RoutingConfig, bucket: Bucket) -> tuple[dict[str, float] | None, str]:
    """What a routing.yaml gives threads of these lengths, by the votes' names, and what is odd about it."""
    lengths = sorted({bucket.low, bucket.high or bucket.low + 1000})
    if bucket == EVERYTHING:
        routes = [route for route in config.routes if route.match is None]
    else:
        routes = [route for n in lengths if (route := config.choose({"thread_length": n})) is not None]
    if not routes:
        return None, ""
    names = {alias: ref.candidate for alias, ref in config.models.items() if ref.candidate}
    now: dict[str, float] = {}
    for alias, weight in routes[0].weights.items():
        now[names.get(alias, alias)] = now.get(names.get(alias, alias), 0.0) + weight
    problem = ""
    if any(route is not routes[0] for route in routes):
        problem = (
            f"The current file gives threads of {bucket.label} messages more than one route; the weights of "
            f"{routes[0].name!r} are taken for what runs now."
        )
    return now, problem


def decide_all(weighed: Weighed, aim: Aim, names: Mapping[str, str] | None = None) -> Proposals:
    """Proposals within these limits; `names` says what reasons call the candidates, and `labelled` the rest."""
    *inner, default = (
        _proposal(bucket, gathered, belief, weighed.measured, aim, names or {})
        for bucket, gathered, belief in weighed.ranges
    )
    return Proposals(tuple(inner), default, weighed.problems)


def _proposal(
    bucket: Bucket, gathered: Gathered, belief: Belief | None, measured: Measured, aim: Aim, names: Mapping[str, str]
) -> Proposal:
    if belief is None:
        why = "keep: there are no votes between two candidates yet"
        return Proposal(bucket, None, why, "insufficient", 0, 0, gathered.n_both_bad)
    evidence = with_columns(gathered.evidence, measured, bucket, aim.slow_ms)
    labels = [names.get(name, name) for name in evidence.models]
    found = decide(evidence, belief, aim.guard, aim.limits, forced=aim.forced, labels=labels)
    order = sorted(range(len(evidence.models)), key=lambda i: (-belief.utility[i], evidence.models[i]))
    weights = {evidence.models[i]: float(found.proposed[i]) for i in order}
    return Proposal(
        bucket=bucket,
        weights=None if found.verdict == "keep" and evidence.current is None else weights,
        why=found.why.rstrip("."),
        verdict="separated" if found.verdict == "change" else "insufficient",
        n_votes=int(evidence.n_votes or 0),
        votes_needed=found.votes_needed or 0,
        n_both_bad=gathered.n_both_bad,
        n_raters=evidence.raters or 0,
        n_threads=evidence.threads or 0,
        left_out=gathered.left_out,
        evidence=tuple(
            CandidateEvidence(
                candidate=evidence.models[i],
                n_votes=gathered.votes_each.get(evidence.models[i], 0),
                both_bad=gathered.both_bad_each.get(evidence.models[i], 0),
                win_share=float(belief.utility[i]),
                win_share_low=float(belief.limits[0, i]),
                win_share_high=float(belief.limits[1, i]),
            )
            for i in order
        ),
        found=found,
    )


def labelled(found: Proposals, names: Mapping[str, str]) -> Proposals:
    """The same with other names for the candidates."""
    return Proposals(
        tuple(_labelled(each, names) for each in found.buckets), _labelled(found.default, names), found.problems
    )


def _labelled(proposal: Proposal, names: Mapping[str, str]) -> Proposal:
    found = proposal.found
    if found is not None:
        models = tuple(names.get(name, name) for name in found.bucket.models)
        found = replace(found, bucket=replace(found.bucket, models=models))
    weights = proposal.weights
    return replace(
        proposal,
        weights=None if weights is None else {names.get(name, name): weight for name, weight in weights.items()},
        left_out={names.get(name, name): n for name, n in proposal.left_out.items()},
        evidence=tuple(replace(row, candidate=names.get(row.candidate, row.candidate)) for row in proposal.evidence),
        found=found,
    )
