"""Proposed weights and the routing.yaml that carries them, from stored votes of one kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import compare
from compare.catalog import Catalog
from compare.ratings.votes import Votes
from compare.routing.proposal_file import provenance, routing_yaml
from compare.routing.weights import Proposal, propose


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A proposal for every range of thread lengths and for all together, and the file for those that have weights."""

    proposals: tuple[Proposal, ...]
    """The last one is the default route's."""
    problems: tuple[str, ...]
    routing_yaml: str | None
    """None where no range has enough votes."""


def recommend(votes: Votes, catalog: Catalog) -> Recommendation:
    """Weights by the simple rule of routing/weights.py."""
    found = propose(votes)
    proposals = (*found.buckets, found.default)
    text = None
    if any(proposal.weights is not None for proposal in proposals):
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        text = routing_yaml(
            proposals,
            models=catalog.models,
            provenance=provenance(votes, generated_at=made_at, tool=f"weighbridge {compare.__version__}"),
        )
    return Recommendation(proposals, found.problems, text)
