"""Proposed weights and the routing.yaml that carries them, from stored votes of one kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import compare
from compare.catalog import Catalog
from compare.ratings.buckets import Bucket
from compare.ratings.votes import Votes
from compare.records import PRODUCTION_NAME
from compare.report.votes import Tally, tally
from compare.report.words import counted
from compare.routing.aim import Aim
from compare.routing.config import RoutingConfig, load
from compare.routing.measured import Measured, measure
from compare.routing.proposal_file import provenance, routing_yaml
from compare.routing.weights import Proposal, Proposals, Weighed, decide_all, labelled, weigh
from compare.store.store import Store
from compare.store.votes import vote_name

EXPERIMENTAL = "experimental"
"""The pool of the catalogue whose models get the floor at most."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A proposal for every range of thread lengths and for all together, and the file for those that have weights."""

    tally: Tally
    """Of all the votes."""

    proposals: tuple[Proposal, ...]
    """The last one is the default route's."""
    problems: tuple[str, ...]
    routing_yaml: str | None
    """None where no range has weights."""

    @property
    def ranges(self) -> tuple[Proposal, ...]:
        """The proposals for ranges of thread lengths."""
        return self.proposals[:-1]

    @property
    def default(self) -> Proposal | None:
        """The default route's proposal, where some length has no weights of its own; else nothing comes to it."""
        return self.proposals[-1] if any(proposal.weights is None for proposal in self.ranges) else None


@dataclass(frozen=True, slots=True)
class Weighing:
    """Votes that were weighed once, for any limits: what a page keeps while its sliders move."""

    votes: Votes
    tally: Tally
    weighed: Weighed
    catalog: Catalog
    provenance: Mapping[str, Any]
    """Which votes these are."""
    current_text: str = ""
    """The routing.yaml that runs now; empty where nobody said."""
    n_against_production: int = 0
    """Votes that only compare answers with production's: nobody can be routed there, so they do not count here."""

    @property
    def left_out_sentence(self) -> str:
        """How many votes count here, where others do not; else empty."""
        n, used = self.n_against_production, self.tally.n_votes
        do = "does" if n == 1 else "do"
        return f"{used:,} of {counted(used + n, 'vote')}; {n:,} against Production {do} not count here." if n else ""

    def proposals(self, aim: Aim, names: Mapping[str, str] | None = None) -> Proposals:
        """Within these limits, by the votes' names; `names` says what reasons call the candidates."""
        return decide_all(self.weighed, aim, names)

    def file(self, aim: Aim, found: Proposals | None = None) -> str | None:
        """The routing.yaml; None where no range has weights.

        Args:
            aim: the limits.
            found: the proposals by the votes' names, where they are at hand.
        """
        found = found or self.proposals(aim)
        proposals = (*found.buckets, found.default)
        if not any(proposal.weights is not None for proposal in proposals):
            return None
        if all(proposal.is_kept for proposal in proposals) and self.current_text:
            return self.current_text
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        return routing_yaml(
            _needed(proposals),
            models=self.catalog.models,
            provenance={**self.provenance, "generated_at": made_at},
            about=[aim.sentence],
        )


def _needed(proposals: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """Without the default route where every length has one of its own."""
    *ranges, default = proposals
    return (*ranges, default) if any(each.weights is None for each in ranges) else tuple(ranges)


def weighing(
    votes: Votes,
    catalog: Catalog,
    *,
    aim: Aim | None = None,
    candidates: Sequence[str] = (),
    ranges: Sequence[Bucket] = (),
    measured: Measured | None = None,
    current_text: str = "",
) -> Weighing:
    """Weigh stored votes.

    Args:
        votes: of one kind. Those with answers that production gave are left out: nobody can be routed there.
        catalog: says where each candidate is served, and which are experimental.
        aim: for its guard.
        candidates: those that must all be weighted; without it, all that have enough votes.
        ranges: of thread lengths.
        measured: as from `measured_of`, by the same ranges.
        current_text: the routing.yaml that runs now.

    Raises:
        ConfigError: something is wrong with the current file.
    """
    current: RoutingConfig | None = load(current_text) if current_text else None
    routable = _routable(votes)
    experimental = frozenset(name for name, spec in catalog.models.items() if EXPERIMENTAL in spec.pools)
    named = {*routable.model_a, *routable.model_b}
    found = weigh(
        routable,
        aim=aim or Aim(),
        candidates=candidates,
        ranges=ranges,
        measured=measured,
        current=current,
        experimental=frozenset(name for name in named if name.partition("@")[0] in experimental),
    )
    told = tally(routable)
    parent = sha256(current_text.encode()).hexdigest() if current_text else ""
    made = provenance(routable, generated_at="", tool=f"weighbridge {compare.__version__}", parent_sha256=parent)
    # A vote is a ballot everywhere; the hash is over the pairs that follow from them.
    made["vote_count"] = told.n_votes
    n_beside = 0 if routable is votes else tally(votes).n_votes - told.n_votes
    return Weighing(routable, told, found, catalog, made, current_text, n_beside)


def _routable(votes: Votes) -> Votes:
    pairs = zip(votes.model_a, votes.model_b, strict=True)
    inside = [i for i, pair in enumerate(pairs) if PRODUCTION_NAME not in pair]
    return votes if len(inside) == len(votes) else votes.take(inside)


def measured_of(store: Store, ranges: Sequence[Bucket]) -> Measured:
    """Times, costs and errors of everything that was asked here; reads every answer once, without its text."""
    names = {candidate_id: vote_name(candidate) for candidate_id, candidate in store.candidates().items()}
    return measure(store.measurements(), names, ranges)


def recommend(
    votes: Votes,
    catalog: Catalog,
    names: Mapping[str, str] | None = None,
    *,
    aim: Aim | None = None,
    ranges: Sequence[Bucket] = (),
    measured: Measured | None = None,
    current_text: str = "",
) -> Recommendation:
    """Weights by the rule of routing/recommend.py.

    Args:
        votes: of one kind.
        catalog: says where each candidate of the file is served.
        names: what the proposals call the candidates; the file calls them by the names that the votes use.
        aim: limits and guard.
        ranges: of thread lengths.
        measured: what the candidates cost and how long they take, by the same ranges.
        current_text: the routing.yaml that runs now; empty where nobody said.

    Raises:
        ConfigError: something is wrong with the current file.
    """
    aim = aim or Aim()
    weighed = weighing(votes, catalog, aim=aim, ranges=ranges, measured=measured, current_text=current_text)
    found = weighed.proposals(aim, names)
    text = weighed.file(aim, found)
    found = labelled(found, names or {})
    return Recommendation(weighed.tally, (*found.buckets, found.default), found.problems, text)
