"""Proposed weights and the routing.yaml that carries them, from stored votes of one kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import compare
from compare.catalog import Catalog
from compare.ratings.votes import Votes
from compare.report.votes import Tally, tally
from compare.routing.proposal_file import provenance, routing_yaml
from compare.routing.weights import Proposal, propose


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A proposal for every range of thread lengths and for all together, and the file for those that have weights."""

    tally: Tally
    """Of all the votes."""

    proposals: tuple[Proposal, ...]
    """The last one is the default route's."""
    problems: tuple[str, ...]
    routing_yaml: str | None
    """None where no range has enough votes."""

    @property
    def ranges(self) -> tuple[Proposal, ...]:
        """The proposals for ranges of thread lengths."""
        return self.proposals[:-1]

    @property
    def default(self) -> Proposal | None:
        """The default route's proposal, where some length has no weights of its own; else nothing comes to it."""
        return self.proposals[-1] if any(proposal.weights is None for proposal in self.ranges) else None


def recommend(votes: Votes, catalog: Catalog, names: Mapping[str, str] | None = None) -> Recommendation:
    """Weights by the simple rule of routing/weights.py.

    Args:
        votes: of one kind.
        catalog: says where each candidate of the file is served.
        names: what the proposals call the candidates; the file calls them by the names that the votes use.
    """
    found = propose(votes)
    proposals = (*found.buckets, found.default)
    text = None
    if any(proposal.weights is not None for proposal in proposals):
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        evidence = provenance(votes, generated_at=made_at, tool=f"weighbridge {compare.__version__}")
        # A vote is a ballot everywhere; the hash is over the pairs that follow from them.
        evidence["vote_count"] = tally(votes).n_votes
        text = routing_yaml(proposals, models=catalog.models, provenance=evidence)
    if names:
        found = propose(_called(votes, names))
        proposals = (*found.buckets, found.default)
    return Recommendation(tally(votes), proposals, found.problems, text)


def _called(votes: Votes, names: Mapping[str, str]) -> Votes:
    a, b = ([names.get(name, name) for name in side] for side in (votes.model_a, votes.model_b))
    return replace(votes, model_a=a, model_b=b)
