"""The leaderboard as pages and `rate --json` show it: figures, groups, and the named cases of thin data."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.errors import ConfigError
from compare.ratings import bradley_terry as bt
from compare.ratings.leaderboard import rate
from compare.ratings.votes import VoteRow, Votes


def rows(a, b, *counts, **columns):
    """Votes for a, for b, ties, both bad."""
    words = ("model_a", "model_b", "tie", "both_bad")
    return [VoteRow(a, b, word, columns) for word, n in zip(words, counts, strict=False) for _ in range(n)]


def by_name(board):
    return {row.model: row for row in board.models}


def test_two_candidates_by_hand():
    board = rate(rows("opus", "flash", 30, 10))
    opus, flash = board.models
    assert opus.rating == pytest.approx(1000 + 200 * math.log10(3), abs=1e-6)
    # Log odds of 30 : 10 have variance 1/30 + 1/10; each centred strength is half of the difference.
    assert opus.se == pytest.approx(400 / math.log(10) * math.sqrt(1 / 30 + 1 / 10) / 2, rel=1e-3)
    assert opus.ci_low == pytest.approx(opus.rating - 1.959964 * opus.se)
    assert (opus.n_votes, opus.wins, opus.losses, opus.rank, flash.rank) == (40, 30, 10, 1, 2)
    assert board.problems == ()


def test_both_bad_is_left_out_of_the_fit_and_reported_apart():
    plain, marked = rate(rows("a", "b", 12, 8)), rate(rows("a", "b", 12, 8, 0, 20))
    assert by_name(marked)["a"].rating == by_name(plain)["a"].rating
    assert (by_name(marked)["a"].both_bad, by_name(marked)["a"].both_bad_share) == (20, 0.5)
    assert (marked.method["n_votes"], marked.method["n_both_bad"]) == (20, 20)


def test_the_json_document_has_the_keys_others_rely_on():
    document = json.loads(json.dumps(rate(rows("a", "b", 12, 8, turn=1), by="turn").to_json()))
    assert set(document) == {"models", "method", "groups", "problems"}
    assert {"model", "rating", "se", "ci_low", "ci_high", "n_votes", "rank", "both_bad_share"} <= set(document["models"][0])  # fmt: skip # noqa: E501
    assert document["groups"]["1"]["models"][0]["rating"] == document["models"][0]["rating"]


def test_groups_are_rated_on_their_own_votes_and_in_natural_order():
    votes = rows("a", "b", 20, 10, turn="2") + rows("a", "b", 10, 20, turn="10") + rows("a", "b", 1, 1)
    board = rate(votes, by="turn")
    assert list(board.groups) == ["2", "10"]
    assert board.groups["2"].models[0].model == "a"
    assert board.groups["10"].models[0].model == "b"
    assert "2 votes without a turn, in no group." in board.problems


def test_thread_lengths_can_be_grouped_into_buckets():
    votes = rows("a", "b", 20, 10, n_messages=8) + rows("a", "b", 10, 20, n_messages="9")
    assert list(rate(votes, by="bucket").groups) == ["1-8", "9+"]


def test_one_vote_is_a_named_case():
    board = rate(rows("a", "b", 1))
    assert [row.rating for row in board.models] == [None, None]
    assert any("a: not enough votes: unbeaten in 1 vote," in problem for problem in board.problems)


def test_no_votes_are_a_named_case():
    board = rate([], models=["x"])
    assert board.models[0].rating is None
    assert board.problems == ("not enough votes: there are none to rate by.", "x: not enough votes: it has none.")


def test_all_ties_rate_equal_and_claim_no_interval():
    board = rate(rows("a", "b", 0, 0, 20))
    assert [row.rating for row in board.models] == [1000, 1000]
    assert [(row.ci_low, row.rank) for row in board.models] == [(None, None)] * 2
    assert any("every vote is a tie" in problem for problem in board.problems)


def test_all_both_bad_is_a_named_case():
    board = rate(rows("a", "b", 0, 0, 0, 5))
    assert [row.rating for row in board.models] == [None, None]
    assert "a: not enough votes: 5 votes, both answers bad each time." in board.problems


def test_an_unbeaten_newcomer_is_listed_without_touching_the_others():
    old = rows("a", "b", 30, 20) + rows("b", "c", 25, 25)
    board = rate(old + rows("new", "a", 3))
    assert by_name(board)["new"].rating is None
    assert "unbeaten in 3 votes" in by_name(board)["new"].problem
    assert by_name(board)["b"].rating == pytest.approx(by_name(rate(old))["b"].rating)
    assert board.models[-1].model == "new"


def test_a_prior_rates_the_unbeaten_and_says_so():
    board = rate(rows("a", "b", 12), prior=0.5)
    a, b = board.models
    assert a.rating - b.rating == pytest.approx((a.rating - 1000) * 2)
    assert a.ci_low is not None
    assert "only the prior keeps it finite" in a.problem
    assert board.method["prior"] == 0.5
    # The interval comes from the posterior: the votes alone, all alike, would claim far too little.
    fit = bt.fit(np.array([[0.0, 12.0], [0.0, 0.0]]), prior_precision=0.5)
    assert a.se == pytest.approx(400 / math.log(10) * math.sqrt(np.linalg.inv(fit.hessian)[0] @ [0.5, -0.5]), rel=1e-6)


def test_two_islands_are_named_and_the_larger_is_rated():
    board = rate(rows("a", "b", 20, 10) + rows("b", "c", 20, 10) + rows("x", "y", 10, 10))
    assert [row.model for row in board.models if row.rating is not None] == ["a", "b", "c"]
    assert "none of its 20 votes compares it" in by_name(board)["x"].problem


def test_votes_of_one_cluster_give_ratings_without_intervals():
    board = rate(rows("a", "b", 20, 10, rater="ann"), cluster=["rater"])
    assert board.models[0].rating is not None
    assert board.models[0].ci_low is None
    assert any("all votes lie in one cluster" in problem for problem in board.problems)


def test_votes_without_a_rater_are_clusters_of_their_own_and_counted():
    votes = rows("a", "b", 20, 10, rater="") + rows("a", "b", 5, 5, rater="ann")
    board = rate(votes, cluster=["rater"])
    assert board.method["n_clusters"] == [31]
    assert "30 votes without a rater; each counts as a cluster of its own." in board.problems


def test_raters_of_one_mind_widen_the_interval():
    votes = [row for k in range(40) for row in rows("a", "b", *((10, 0) if k % 3 else (0, 10)), rater=f"r{k}")]
    independent, clustered = rate(votes), rate(votes, cluster=["rater"])
    # Ten equal votes of a rater are worth one: the interval is about sqrt(10) times as wide.
    assert clustered.models[0].se / independent.models[0].se == pytest.approx(math.sqrt(10), rel=0.03)


def test_a_candidate_against_itself_is_left_out_and_counted():
    board = rate(rows("a", "b", 12, 8) + rows("a", "a", 3))
    assert by_name(board)["a"].n_votes == 20
    assert "3 votes on a candidate against itself, left out." in board.problems


def test_few_votes_are_marked():
    assert "not enough votes to trust its interval: 9" in rate(rows("a", "b", 5, 4)).models[0].problem


def test_a_missing_column_is_named():
    with pytest.raises(ConfigError, match=r"no column 'judge'\. Columns: rater"):
        rate(rows("a", "b", 5, 4, rater="x"), cluster=["judge"])


def test_a_hundred_candidates():
    random = np.random.default_rng(0)
    a = random.integers(0, 100, 20_000)
    b = (a + random.integers(1, 100, 20_000)) % 100
    names = [f"m{i:03}" for i in range(100)]
    winner = random.choice(["model_a", "model_b", "tie"], 20_000).tolist()
    raters = random.integers(0, 50, 20_000).tolist()
    board = rate(Votes([names[i] for i in a], [names[i] for i in b], winner, {"rater": raters}), cluster=["rater"])
    assert len(board.models) == 100
    assert np.mean([row.rating for row in board.models]) == pytest.approx(1000)
    assert board.problems == ()


votes_of_three = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["model_a", "model_b", "tie", "both_bad"]),
        st.sampled_from(["ann", "ben", "cem", ""]),
    ),
    max_size=40,
)


@given(votes_of_three, st.randoms(use_true_random=False), st.sampled_from([0.0, 0.5]))
def test_the_order_of_votes_and_the_side_shown_do_not_matter(raw, random, prior):
    votes = [VoteRow(a, b, winner, {"rater": rater}) for a, b, winner, rater in raw]
    flip = {"model_a": "model_b", "model_b": "model_a"}
    turned = [VoteRow(v.model_b, v.model_a, flip.get(v.winner, v.winner), v.columns) for v in votes]
    random.shuffle(turned)
    first, second = (rate(each, cluster=["rater"] if votes else [], prior=prior) for each in (votes, turned))
    assert len(first.models) == len(second.models)
    for one in first.models:
        other = by_name(second)[one.model]
        for field in ("rating", "se", "ci_low", "ci_high"):
            assert getattr(one, field) == pytest.approx(getattr(other, field), abs=1e-5)
        assert (one.wins, one.losses, one.ties, one.both_bad) == (other.wins, other.losses, other.ties, other.both_bad)


@given(votes_of_three)
def test_every_vote_is_counted_on_both_sides(raw):
    votes = [VoteRow(a, b, winner) for a, b, winner, _ in raw if a != b]
    board = rate(votes)
    assert sum(row.n_votes + row.both_bad for row in board.models) == 2 * len(votes)
    assert sum(row.wins for row in board.models) == sum(row.losses for row in board.models)
    assert sum(row.ties for row in board.models) % 2 == 0


def test_candidates_whose_difference_holds_zero_are_tied():
    board = by_name(rate(rows("a", "b", 22, 20) + rows("a", "c", 40, 10) + rows("b", "c", 40, 10)))
    assert (board["a"].tied_with, board["b"].tied_with, board["c"].tied_with) == (("b",), ("a",), ())
    assert (board["a"].rank, board["b"].rank) == (1, 1)


def test_good_enough_is_said_only_where_both_bad_could_be_said():
    assert rate(rows("a", "b", 30, 10)).models[0].good_enough is None
    board = by_name(rate(rows("a", "b", 30, 10, 0, 10) + rows("a", "c", 20, 20)))
    assert board["b"].good_enough == pytest.approx(0.8)
    assert board["b"].good_enough_low < 0.8 < board["b"].good_enough_high
    assert (board["c"].good_enough, board["a"].good_enough) == (1.0, pytest.approx(80 / 90))


def test_a_tie_parameter_widens_the_scale_and_is_told():
    votes = rows("a", "b", 20, 10, 30)
    half, davidson = rate(votes), rate(votes, ties="davidson")
    assert davidson.models[0].rating - davidson.models[1].rating == pytest.approx(400 * math.log10(2))
    assert half.models[0].rating < davidson.models[0].rating
    assert davidson.method["nu"] == pytest.approx(30 / math.sqrt(200))
    assert half.method["nu"] is None


def test_a_tie_parameter_that_would_be_infinite_is_a_named_problem():
    board = rate(rows("a", "b", 5, 0, 8), ties="davidson")
    assert board.models[0].rating is None
    assert any("all point one way" in problem for problem in board.problems)
    with pytest.raises(ConfigError, match="leave out one"):
        rate(rows("a", "b", 5, 5, 8), ties="davidson", prior=0.5)


def test_thin_groups_are_drawn_towards_all_votes_together():
    votes = rows("a", "b", 120, 60, turn="1") + rows("a", "b", 3, 6, turn="2") + rows("a", "b", 4, 0, turn="3")
    alone, drawn = rate(votes, by="turn"), rate(votes, by="turn", shrink=0.3)
    assert alone.groups["2"].models[0].model == "b"
    gap = {turn: by_name(drawn.groups[turn])["a"].rating - 1000 for turn in "123"}
    whole = by_name(drawn)["a"].rating - 1000
    # Nine votes against 180 change little; the prior's own equation is checked in test_bradley_terry.
    assert by_name(alone.groups["2"])["a"].rating - 1000 < 0 < gap["2"] < whole < gap["3"]
    assert gap["1"] == pytest.approx(by_name(alone.groups["1"])["a"].rating - 1000, abs=5)
    assert "only the prior keeps it finite" in by_name(drawn.groups["3"])["a"].problem
    assert drawn.groups["2"].method["prior_mean"] == "the fit of all groups together"
    assert drawn.method["prior"] == 0.0


def test_drawing_together_needs_groups():
    with pytest.raises(ConfigError, match="where they are named"):
        rate(rows("a", "b", 5, 5), shrink=0.3)
