"""From stored votes to the routing.yaml that carries them."""

from __future__ import annotations

from compare.catalog import load_catalog
from compare.report.votes import VoteKind, votes_of
from compare.report.weights import recommend
from compare.review.votes import Choice, cast
from compare.routing.config import read
from tests.review.conftest import Table

OPEN = VoteKind(False, "fixed")


def vote(table: Table, n: int) -> None:
    """So many ballots, three of four for sim-large."""
    for i in range(n):
        comparison = table.compare("sim-lite", "sim-large")
        choice = Choice("best", 1 if i % 4 else 0)
        cast(table.store, comparison, table.store.rater(f"Rater {i % 10}"), choice, key=f"key-{i}")


def test_too_few_votes_give_no_file_and_say_how_many_are_missing(table: Table) -> None:
    vote(table, 3)
    found = recommend(votes_of(table.store, OPEN), load_catalog())
    assert found.routing_yaml is None
    assert all(proposal.weights is None for proposal in found.proposals)
    assert all("not enough votes" in proposal.why for proposal in found.proposals)


def test_enough_votes_give_a_file_that_is_valid_and_names_its_evidence(table: Table) -> None:
    vote(table, 60)
    found = recommend(votes_of(table.store, OPEN), load_catalog())
    assert found.routing_yaml is not None
    config, problems = read(found.routing_yaml)
    assert not problems
    assert config is not None
    weighted = [proposal for proposal in found.proposals if proposal.weights is not None]
    assert weighted
    for proposal in weighted:
        assert proposal.weights is not None
        assert round(sum(proposal.weights.values()), 10) == 1
        assert proposal.weights["sim-large"] > proposal.weights["sim-lite"]
    assert "weighbridge" in found.routing_yaml
