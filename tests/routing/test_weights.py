"""Stored votes to proposals: who takes part, what counts as a vote, what runs now, and the refusals in figures."""

import itertools
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.errors import ConfigError
from compare.ratings.buckets import buckets
from compare.ratings.votes import VoteRow, Votes
from compare.routing.aim import Aim
from compare.routing.config import load
from compare.routing.evidence import Guard, Limits
from compare.routing.measured import Measured, Samples
from compare.routing.rules import parse
from compare.routing.weights import decide_all, match_of, propose, weigh

NOW = load("routes:\n  - name: all\n    weights: {flash: 0.6, opus: 0.4}\n")


def rows(a, b, *counts, n_messages=12, raters=12, **columns):
    """Votes for a, for b, ties, both bad; raters take turns."""
    words = ("model_a", "model_b", "tie", "both_bad")
    said = [word for word, n in zip(words, counts, strict=False) for _ in range(n)]
    turns = itertools.cycle(f"r{k}" for k in range(raters))
    # Every rater says a bit of everything, so that nobody leans.
    spread = [word for k in range(raters) for word in said[k::raters]]
    return [VoteRow(a, b, word, {"n_messages": n_messages, "rater": next(turns), **columns}) for word in spread]


EVEN = "routes:\n  - name: all\n    weights: {a: 0.5, b: 0.5}\n"


def long(votes, **options):
    return propose(Votes.from_rows(votes), **options).buckets[1]


def test_a_clear_leader_gains_a_fifth_of_the_traffic():
    proposal = long(rows("opus", "flash", 60, 12))
    assert proposal.weights == {"flash": 0.3, "opus": 0.7}
    assert (proposal.verdict, proposal.n_votes, proposal.n_raters) == ("separated", 72, 12)
    assert [row.candidate for row in proposal.evidence] == ["opus", "flash"]
    assert proposal.evidence[0].win_share_low > proposal.evidence[1].win_share_high


def test_forced_weights_go_all_the_way():
    assert long(rows("opus", "flash", 60, 12), aim=Aim(forced=True)).weights == {"flash": 0.02, "opus": 0.98}


def test_thin_votes_keep_what_runs_and_say_how_many_are_missing():
    votes = rows("opus", "flash", 14, 10)
    proposal = long(votes, current=NOW)
    assert proposal.weights == {"flash": 0.6, "opus": 0.4}
    assert proposal.why.startswith(
        f"keep: 24 votes, about {proposal.votes_needed} more needed; not enough votes in all"
    )
    assert 60 < proposal.votes_needed < 400
    unknown = long(votes)
    assert unknown.weights is None
    assert unknown.verdict == "insufficient"


def test_nothing_is_changed_by_one_or_two_raters():
    proposal = long(rows("opus", "flash", 60, 12, raters=2), current=NOW)
    assert proposal.why == "keep: not enough raters: 2, at least 3 needed"
    nobody = [VoteRow(r.model_a, r.model_b, r.winner, {"n_messages": 12}) for r in rows("opus", "flash", 60, 12)]
    assert long(nobody).verdict == "separated"


def on_threads(votes, n):
    """The same votes, taking turns on n threads."""
    return [replace(row, columns={**row.columns, "thread_id": f"t{i % n}"}) for i, row in enumerate(votes)]


def test_nothing_is_changed_by_many_raters_on_two_threads():
    votes = rows("opus", "flash", 60, 12)
    proposal = long(on_threads(votes, 2), current=NOW)
    assert proposal.why == "keep: 72 votes, about 6 more needed; not enough threads: 2, at least 8 needed"
    assert proposal.weights == {"flash": 0.6, "opus": 0.4}
    assert long(on_threads(votes, 8), current=NOW).verdict == "separated"


def test_a_candidate_voted_on_in_two_threads_only_is_left_out_or_named():
    votes = on_threads(rows("a", "b", 60, 12), 12) + on_threads(rows("c", "a", 12, 2), 2)
    assert long(votes).left_out == {"c": 14}
    assert "not enough threads with votes: c has 2; at least 8 needed for each" in long(votes, candidates="abc").why


def test_threads_with_nothing_but_bad_answers_do_not_count():
    votes = on_threads(rows("opus", "flash", 60, 12), 2)
    bad = [
        replace(row, columns={**row.columns, "thread_id": f"b{i}"})
        for i, row in enumerate(rows("opus", "flash", 0, 0, 0, 9))
    ]
    proposal = long(votes + bad, current=NOW)
    assert (proposal.n_threads, proposal.verdict) == (11, "insufficient")
    assert "not enough threads with votes: flash has 2, opus has 2" in proposal.why


def test_votes_of_other_lengths_do_not_count_but_inform():
    short = rows("a", "b", 60, 12, n_messages=8)
    proposals = propose(Votes.from_rows(short + rows("a", "b", 3, 2, n_messages=9)))
    assert [(each.bucket.name, each.n_votes) for each in proposals.buckets] == [("short", 72), ("long", 5)]
    assert proposals.default.n_votes == 77
    alone = long(rows("a", "b", 3, 2)).found.theta
    shrunk = proposals.buckets[1].found.theta
    assert shrunk[0] - shrunk[1] > alone[0] - alone[1]
    assert "not enough votes in this bucket: a has 5, b has 5" in proposals.buckets[1].why


def test_the_votes_said_to_be_needed_are_enough_for_every_guard():
    """Ten of each candidate are enough in this bucket, but thirty are needed in all."""
    proposal = long(rows("opus", "flash", 5, 1), current=NOW, aim=Aim(guard=Guard(p_gain=0.5)))
    assert "not enough votes in all buckets: flash has 6, opus has 6; at least 30 needed for each" in proposal.why
    assert proposal.why.startswith("keep: 6 votes, about 24 more needed; ")


def test_without_a_vote_in_a_bucket_nothing_is_said_of_a_gain():
    """What other lengths say of it would be borrowed."""
    proposals = propose(Votes.from_rows(rows("a", "b", 3, 2, n_messages=9)), current=load(EVEN))
    short, found = proposals.buckets
    assert (short.found.gain, short.found.p_gain) == (None, None)
    assert "P(gain)" not in short.why
    assert "P(gain)" in found.why
    lenient = propose(
        Votes.from_rows(rows("a", "b", 40, 30, n_messages=9)),
        current=load(EVEN),
        aim=Aim(guard=Guard(min_battles=0, min_raters=0, p_gain=0.999999)),
    )
    assert "there are no votes in this bucket" in lenient.buckets[0].why


def test_both_bad_votes_are_counted_apart_and_hold_candidates_together():
    apart, held = long(rows("a", "b", 48, 12)), long(rows("a", "b", 48, 12, 0, 60))
    assert (held.n_votes, held.n_both_bad) == (60, 60)
    assert [row.both_bad for row in held.evidence] == [60, 60]
    assert held.evidence[0].win_share < apart.evidence[0].win_share
    assert long(rows("a", "b", 0, 0, 0, 40)).n_votes == 0


def test_a_candidate_seen_in_passing_does_not_block_the_others():
    proposal = long(rows("a", "b", 60, 12) + rows("c", "a", 1, 2))
    assert proposal.weights == {"a": 0.7, "b": 0.3}
    assert proposal.left_out == {"c": 3}


def test_a_candidate_that_was_asked_for_or_runs_now_must_have_enough():
    votes = rows("a", "b", 60, 12) + rows("c", "a", 1, 2)
    asked = long(votes, candidates=["a", "b", "c"])
    running = long(votes, current=load("routes:\n  - name: all\n    weights: {a: 0.5, c: 0.5}\n"))
    for proposal in (asked, running):
        assert "not enough votes in this bucket: c has 3; at least 10 needed for each" in proposal.why
    # 7 in the bucket, but 27 in all buckets together.
    assert asked.votes_needed == 27
    assert running.weights == {"a": 0.5, "b": 0.0, "c": 0.5}


def test_rows_of_one_ballot_are_one_vote():
    votes = [
        row
        for k in range(20)
        for row in rows("a", "b", 1, ballot_id=f"x{k}") + rows("a", "c", 1, ballot_id=f"x{k}")
    ]  # fmt: skip
    assert long(votes).n_votes == 20


def test_rows_without_a_ballot_or_a_rater_stand_for_themselves():
    votes = rows("a", "b", 25, 10, ballot_id=None) + rows("a", "b", 5, raters=1, ballot_id="x")
    assert (long(votes).n_votes, long(votes).n_raters) == (36, 12)


def test_many_raters_of_split_minds_are_taken_for_what_they_are():
    votes = [
        VoteRow("a", "b", word, {"n_messages": 12, "rater": f"r{k}"})
        for k in range(12)
        for word in (["model_a"] * 9 + ["model_b"] if k % 3 else ["model_a"] + ["model_b"] * 9)
    ]
    alone = [VoteRow(row.model_a, row.model_b, row.winner, {"n_messages": 12}) for row in votes]
    assert long(alone).verdict == "separated"
    split = long(votes)
    assert (split.verdict, split.n_raters) == ("insufficient", 12)
    assert split.found.belief.clusters == ("rater",)


def test_no_votes_and_unreadable_lengths():
    nothing = propose(Votes.from_rows([]))
    assert [each.why for each in nothing.buckets] == ["keep: there are no votes between two candidates yet"] * 2
    lost = propose(Votes.from_rows(rows("a", "b", 1, n_messages="many")))
    assert lost.problems == ("1 vote without a readable n_messages, in no bucket.",)
    with pytest.raises(ConfigError, match="no column 'n_messages'"):
        propose(Votes(["a"], ["b"], ["tie"]))


def test_a_hundred_candidates_get_weights_that_sum_to_one():
    names = [f"m{i:02}" for i in range(100)]
    votes = [row for i, name in enumerate(names) for row in rows(name, names[(i + 1) % 100], 14, 5)]
    refused = long(votes)
    assert refused.why.startswith("keep: no weights keep the floors: alone they sum to 2, more than 1")
    found = long(votes, aim=Aim(Limits(floor=0.0))).found
    assert found.proposed.sum() == pytest.approx(1)


def test_sliders_use_what_was_measured_of_each_bucket():
    quick, slow = Samples(np.array([800.0, 900.0]), 0.001, 2, 2), Samples(np.array([900.0, 5000.0]), 0.01, 2, 2)
    measured = Measured({(name, "long", ""): found for name, found in (("opus", slow), ("flash", quick))})
    weighed = weigh(Votes.from_rows(rows("opus", "flash", 60, 12)), aim=Aim(), measured=measured)

    def weights(**limits):
        slow_ms = limits.pop("slow_ms", 4000.0)
        aim = Aim(Limits(floor=0.0, **limits), slow_ms=slow_ms, forced=True)
        return decide_all(weighed, aim).buckets[1].weights

    assert weights() == {"flash": 0.0, "opus": 1.0}
    assert weights(slow_share=0.2) == {"flash": 0.6, "opus": 0.4}
    assert weights(slow_share=0.2, slow_ms=6000.0) == {"flash": 0.0, "opus": 1.0}
    assert weights(cost_usd=float(Decimal("0.0037"))) == {"flash": 0.7, "opus": 0.3}


@pytest.mark.parametrize("edges", [(8,), (8, 20), (4, 8, 16, 30)])
def test_every_length_matches_the_rule_of_its_own_bucket_only(edges):
    rules = [(bucket, parse(match_of(bucket))) for bucket in buckets(edges)]
    for n in range(1, 50):
        for bucket, rule in rules:
            assert rule.matches({"thread_length": n}) is bucket.holds(n)


def test_a_current_file_with_other_edges_is_told():
    current = load(
        "models: {cheap: {candidate: flash}, opus: {}}\n"
        "routes:\n  - {name: some, match: thread_length <= 20, weights: {cheap: 1.0}}\n"
        "  - {name: rest, weights: {opus: 1.0}}\n"
    )
    found = propose(Votes.from_rows(rows("opus", "flash", 14, 10)), current=current)
    assert found.buckets[1].weights == {"flash": 1.0, "opus": 0.0}
    (problem,) = found.problems
    assert problem.startswith(
        "The current file gives threads of 9+ messages more than one route; the weights of 'some'"
    )


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), st.sampled_from(["model_a", "model_b", "tie"])),
        max_size=90,
    ),
    st.randoms(use_true_random=False),
)
def test_weights_sum_to_one_or_are_refused_whatever_the_order(raw, random):
    votes = [VoteRow(a, b, winner, {"n_messages": 9}) for a, b, winner in raw if a != b]
    first = long(votes)
    random.shuffle(votes)
    second = long(votes)
    assert (first.weights is None) == (first.verdict == "insufficient")
    assert (first.n_votes, first.votes_needed, first.why) == (second.n_votes, second.votes_needed, second.why)
    if first.weights is not None:
        assert sum(first.weights.values()) == pytest.approx(1, abs=1e-12)
        assert first.weights == second.weights
