"""From stored votes to the routing.yaml that carries them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

from compare.catalog import load_catalog
from compare.ratings.buckets import buckets
from compare.ratings.votes import Votes
from compare.records import Message, Thread
from compare.report.votes import VoteKind, votes_of
from compare.report.weights import measured_of, recommend
from compare.review.votes import Choice, cast
from compare.routing.aim import Aim
from compare.routing.config import read
from compare.routing.evidence import Limits
from tests.review.conftest import Table

OPEN = VoteKind(False, "fixed")


def vote(table: Table, n: int) -> None:
    """So many ballots by ten raters, six on a thread, three of four for sim-large."""
    for i in on_threads(table, n):
        comparison = table.compare("sim-lite", "sim-large")
        choice = Choice("best", 1 if i % 4 else 0)
        cast(table.store, comparison, table.store.rater(f"Rater {i % 10}"), choice, key=f"key-{i}")


def on_threads(table: Table, n: int, each: int = 6) -> Iterator[int]:
    """0 to n - 1, with the table at another thread after so many; at the end it is at its first one again."""
    first = table.thread
    for i in range(n):
        if i and i % each == 0:
            asked = Thread((Message("user", f"Where is order {i}?"),), title=f"Order {i}", workload=first.workload)
            table.thread = table.store.thread(table.store.save_thread(asked).id)
        yield i
    table.thread = first


def test_too_few_votes_give_no_file_and_say_how_many_are_missing(table: Table) -> None:
    vote(table, 3)
    found = recommend(votes_of(table.store, OPEN), load_catalog())
    assert found.routing_yaml is None
    assert all(proposal.weights is None for proposal in found.proposals)
    assert all("not enough votes" in proposal.why for proposal in found.proposals)


def test_proposals_go_by_labels_and_the_file_by_the_names_that_votes_use(table: Table) -> None:
    vote(table, 60)
    votes = votes_of(table.store, OPEN)
    plain = recommend(votes, load_catalog())
    found = recommend(votes, load_catalog(), {"sim-large": "Sim Large", "sim-lite": "Sim Lite"})
    assert found.proposals[-1].why.startswith("The votes carry the change; one step may move 0.2 of the 0.480")
    # Equal weights are assumed to run now; one step moves a fifth of the requests.
    assert plain.proposals[-1].weights == {"sim-large": 0.7, "sim-lite": 0.3}
    assert found.proposals[-1].weights == {"Sim Large": 0.7, "Sim Lite": 0.3}
    assert found.routing_yaml is not None
    config, _ = read(found.routing_yaml)
    assert config is not None
    assert dict(config.routes[-1].weights) == plain.proposals[-1].weights


def test_the_file_counts_votes_as_the_pages_do(table: Table) -> None:
    for i in on_threads(table, 40, each=4):
        comparison = table.compare("sim-lite", "sim-flash", "sim-large")
        choice = Choice("all_bad") if i == 0 else Choice("best", 2 if i % 7 else i % 3)
        cast(table.store, comparison, table.store.rater(f"Rater {i % 10}"), choice, key=f"key-{i}")
    found = recommend(votes_of(table.store, OPEN), load_catalog())
    assert found.routing_yaml is not None
    config, _ = read(found.routing_yaml)
    assert config is not None
    assert config.provenance["vote_count"] == found.tally.n_votes == 40
    assert found.proposals[-1].n_votes == found.tally.n_votes - found.tally.n_all_bad == 39


def test_the_default_route_is_proposed_only_where_something_comes_to_it(table: Table) -> None:
    vote(table, 60)
    votes = votes_of(table.store, OPEN)
    found = recommend(votes, load_catalog())
    # All of these threads are short: longer ones have no weights of their own.
    assert [proposal.weights is None for proposal in found.ranges] == [False, True]
    assert found.default is not None
    long = Votes(votes.model_a, votes.model_b, votes.winner, {"n_messages": [20] * len(votes)})
    both = Votes(
        [*votes.model_a, *long.model_a], [*votes.model_b, *long.model_b], [*votes.winner, *long.winner],
        {"n_messages": [*votes.column("n_messages"), *long.column("n_messages")]},
    )  # fmt: skip
    assert recommend(both, load_catalog()).default is None


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


def test_what_runs_now_is_the_start_and_the_parent_of_the_new_file(table: Table) -> None:
    vote(table, 60)
    votes = votes_of(table.store, OPEN)
    first = recommend(votes, load_catalog()).routing_yaml
    assert first is not None
    found = recommend(votes, load_catalog(), current_text=first)
    (short, long), default = found.ranges, found.proposals[-1]
    assert short.found is not None
    assert short.found.current.tolist() == [0.7, 0.3]
    assert short.weights == {"sim-large": 0.9, "sim-lite": 0.1}
    # Nothing is known of long threads: what the default route gives them stays.
    assert long.weights == {"sim-large": 0.7, "sim-lite": 0.3}
    assert long.is_kept
    assert default.weights == {"sim-large": 0.9, "sim-lite": 0.1}
    assert found.default is None
    assert found.routing_yaml is not None
    config, _ = read(found.routing_yaml)
    assert config is not None
    assert config.provenance["parent_sha256"] == sha256(first.encode()).hexdigest()
    assert "verdict" not in config.routes[1].evidence
    assert config.routes[1].evidence["why"].startswith("keep: ")


def test_limits_hold_with_what_was_measured_and_refuse_what_was_not(table: Table) -> None:
    vote(table, 60)
    votes = votes_of(table.store, OPEN)
    aim = Aim(Limits(cost_usd=0.001))
    without = recommend(votes, load_catalog(), aim=aim, measured=measured_of(table.store, buckets()))
    assert without.routing_yaml is None
    assert "the cost of sim-large, sim-lite is not known in this bucket" in without.ranges[0].why
    for model, cost in (("sim-large", "0.004"), ("sim-lite", "0.0002")):
        slot = table.compare(model).slots[0]
        table.answer(replace(slot, answer_id=f"dear-{model}"), cost_usd=Decimal(cost), wall_ms=900.0)
    found = recommend(votes, load_catalog(), aim=aim, measured=measured_of(table.store, buckets()))
    weights = found.ranges[0].weights
    assert weights is not None
    assert weights["sim-large"] * 0.004 + weights["sim-lite"] * 0.0002 <= 0.001
    assert found.routing_yaml is not None
    assert "# Limits: each candidate at least 0.02; cost <= 0.001 USD a request." in found.routing_yaml


def test_nobody_is_routed_to_what_production_said(table: Table) -> None:
    vote(table, 60)
    votes = votes_of(table.store, OPEN)
    more = replace(
        votes,
        model_a=[*votes.model_a[:30], *["production"] * 30],
        model_b=[*votes.model_b],
    )
    found = recommend(more, load_catalog())
    assert found.tally.n_votes == 30
    assert all("production" not in (each.weights or {}) for each in found.proposals)
