"""The plain rule: who gets what, and the refusal in figures where the votes are too few."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.errors import ConfigError
from compare.ratings.buckets import buckets
from compare.ratings.votes import VoteRow, Votes
from compare.routing.rules import parse
from compare.routing.weights import match_of, propose


def rows(a, b, *counts, n_messages=12, **columns):
    words = ("model_a", "model_b", "tie", "both_bad")
    more = {"n_messages": n_messages, **columns}
    return [VoteRow(a, b, word, more) for word, n in zip(words, counts, strict=False) for _ in range(n)]


def long(votes, **options):
    return propose(Votes.from_rows(votes), **options).buckets[1]


def test_a_clear_leader_gets_four_fifths():
    proposal = long(rows("opus", "flash", 30, 10))
    assert proposal.weights == {"opus": 0.8, "flash": 0.2}
    assert (proposal.verdict, proposal.n_votes, proposal.votes_needed) == ("separated", 40, 0)
    assert proposal.evidence[0].candidate == "opus"
    assert proposal.evidence[0].ci_low > proposal.evidence[1].ci_high


def test_two_that_overlap_get_the_same():
    proposal = long(rows("opus", "flash", 18, 17))
    assert proposal.weights == {"opus": 0.5, "flash": 0.5}
    assert proposal.verdict == "tie"


def test_leaders_share_equally_and_the_others_by_win_share():
    votes = rows("a", "b", 20, 20) + rows("a", "c", 38, 2) + rows("b", "c", 38, 2) + rows("c", "d", 30, 10)
    proposal = long(votes)
    assert proposal.weights["a"] == proposal.weights["b"] == 0.4
    assert proposal.weights["c"] > proposal.weights["d"] > 0
    assert sum(proposal.weights.values()) == pytest.approx(1.0, abs=1e-12)


def test_too_few_votes_give_no_weights_but_both_numbers():
    proposal = long(rows("a", "b", 16, 8))
    assert proposal.weights is None
    assert proposal.why == "not enough votes: 24 votes, at least 30 needed; 6 more"
    assert (proposal.verdict, proposal.n_votes, proposal.votes_needed) == ("insufficient", 24, 6)


def test_votes_of_other_lengths_do_not_count():
    proposals = propose(Votes.from_rows(rows("a", "b", 30, 10, n_messages=8) + rows("a", "b", 3, 2, n_messages=9)))
    assert [(each.bucket.name, each.n_votes) for each in proposals.buckets] == [("short", 40), ("long", 5)]


def test_both_bad_votes_do_not_make_up_the_number():
    proposal = long(rows("a", "b", 12, 8, 0, 40))
    assert proposal.weights is None
    assert "20 votes, not counting 40 where both answers were bad" in proposal.why
    assert long(rows("a", "b", 0, 0, 0, 40)).n_votes == 0


def test_both_bad_votes_hold_candidates_together():
    apart, held = long(rows("a", "b", 30, 12)), long(rows("a", "b", 30, 12, 0, 60))
    assert held.evidence[0].rating < apart.evidence[0].rating
    assert held.n_both_bad == 60
    assert [row.both_bad for row in held.evidence] == [60, 60]


def test_a_candidate_seen_in_passing_does_not_block_the_others():
    proposal = long(rows("a", "b", 30, 10) + rows("c", "a", 1, 2))
    assert proposal.weights == {"a": 0.8, "b": 0.2}
    assert proposal.left_out == {"c": 3}


def test_a_candidate_that_was_asked_for_must_have_enough():
    proposal = long(rows("a", "b", 30, 10) + rows("c", "a", 1, 2), candidates=["a", "b", "c"])
    assert proposal.weights is None
    assert "c has 3; at least 10 needed for each candidate" in proposal.why
    assert proposal.votes_needed == 7


def test_one_vote_lacking_for_two_candidates_is_one_vote():
    votes = rows("a", "b", 20, 20) + rows("c", "a", 3, 3) + rows("d", "a", 3, 3)
    assert long(votes, candidates="abcd").votes_needed == 4


def test_all_ties_are_an_even_split_and_an_unbeaten_candidate_stays_finite():
    assert long(rows("a", "b", 0, 0, 30)).weights == {"a": 0.5, "b": 0.5}
    unbeaten = long(rows("a", "b", 30))
    assert unbeaten.weights == {"a": 0.8, "b": 0.2}
    assert unbeaten.evidence[0].rating < 2000


def test_rows_of_one_ballot_are_one_vote():
    votes = [
        row
        for k in range(20)
        for row in rows("a", "b", 1, ballot_id=f"x{k}") + rows("a", "c", 1, ballot_id=f"x{k}")
    ]  # fmt: skip
    proposal = long(votes)
    assert (proposal.n_votes, proposal.votes_needed) == (20, 10)


def test_rows_without_a_ballot_or_a_rater_stand_for_themselves():
    votes = rows("a", "b", 25, 10, ballot_id=None, rater="") + rows("a", "b", 5, rater="ann", ballot_id="x")
    proposal = long(votes)
    assert (proposal.n_votes, proposal.n_raters) == (36, 1)


def test_many_raters_of_split_minds_widen_the_evidence():
    votes = [row for k in range(12) for row in rows("a", "b", *((9, 1) if k % 3 else (1, 9)), rater=f"r{k}")]
    alone = [VoteRow(row.model_a, row.model_b, row.winner, {"n_messages": 12}) for row in votes]
    assert long(alone).verdict == "separated"
    assert long(votes).verdict == "tie"
    assert long(votes).n_raters == 12


def test_no_votes_and_unreadable_lengths():
    nothing = propose(Votes.from_rows([]))
    assert [each.votes_needed for each in nothing.buckets] == [30, 30]
    lost = propose(Votes.from_rows(rows("a", "b", 1, n_messages="many")))
    assert lost.problems == ("1 vote without a readable n_messages, in no bucket.",)
    with pytest.raises(ConfigError, match="no column 'n_messages'"):
        propose(Votes(["a"], ["b"], ["tie"]))


def test_a_hundred_candidates_get_weights_that_sum_to_one():
    names = [f"m{i:02}" for i in range(100)]
    votes = [row for i, name in enumerate(names) for row in rows(name, names[(i + 1) % 100], 7, 5)]
    proposal = long(votes)
    assert len(proposal.weights) == 100
    assert round(sum(proposal.weights.values()), 9) == 1


@pytest.mark.parametrize("edges", [(8,), (8, 20), (4, 8, 16, 30)])
def test_every_length_matches_the_rule_of_its_own_bucket_only(edges):
    rules = [(bucket, parse(match_of(bucket))) for bucket in buckets(edges)]
    for n in range(1, 50):
        for bucket, rule in rules:
            assert rule.matches({"thread_length": n}) is bucket.holds(n)


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
    assert (first.weights is None) == (first.votes_needed > 0)
    assert (first.n_votes, first.votes_needed) == (second.n_votes, second.votes_needed)
    if first.weights is not None and second.weights is not None:
        assert sum(first.weights.values()) == pytest.approx(1, abs=1e-12)
        assert first.weights == second.weights
