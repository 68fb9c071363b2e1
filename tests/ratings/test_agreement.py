"""Agreement against Krippendorff's published example and against counting by hand."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.errors import ConfigError
from compare.ratings.agreement import agreement, agreement_between, krippendorff_alpha
from compare.ratings.votes import VoteRow, Votes

# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C: 4 observers, 12 units, missing data.
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]


@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_krippendorffs_own_example(level, alpha):
    judged = [(unit, value) for row in OBSERVERS for unit, value in enumerate(row) if value is not None]
    items, values = (np.array(column) for column in zip(*judged, strict=True))
    assert krippendorff_alpha(items, values, level=level) == pytest.approx(alpha, abs=5e-4)


def test_perfect_agreement_is_one_and_nothing_shared_is_unknown():
    items = np.array([0, 0, 1, 1])
    assert krippendorff_alpha(items, np.array([0, 0, 2, 2])) == 1.0
    assert krippendorff_alpha(items, np.array([1, 1, 1, 1])) == 1.0
    assert krippendorff_alpha(np.array([0, 1, 2]), np.array([0, 1, 2])) is None
    assert krippendorff_alpha(np.zeros(0, dtype=np.int64), np.zeros(0)) is None


def vote(a, b, winner, rater, thread="t1", turn=1):
    return VoteRow(a, b, winner, {"rater": rater, "thread_id": thread, "turn": turn})


def test_a_pair_is_the_same_item_whichever_side_it_was_shown_on():
    result = agreement([vote("x", "y", "model_a", "ann"), vote("y", "x", "model_b", "ben")])
    assert (result.pairs_with_ties.agree, result.pairs_with_ties.total) == (1, 1)
    assert (result.n_items, result.n_items_multi, result.n_raters) == (1, 1, 2)


def test_ties_count_only_in_the_count_with_ties():
    rows = [vote("x", "y", w, r) for w, r in (("model_a", "ann"), ("tie", "ben"), ("tie", "cem"), ("model_b", "dan"))]
    result = agreement(rows)
    assert (result.pairs_with_ties.agree, result.pairs_with_ties.total) == (1, 6)
    assert (result.pairs_without_ties.agree, result.pairs_without_ties.total) == (0, 1)


def test_other_turns_and_threads_are_other_items():
    rows = [
        vote("x", "y", "model_a", "ann"),
        vote("x", "y", "model_a", "ben", turn=2),
        vote("x", "y", "model_a", "cem", thread="t2"),
    ]
    result = agreement(rows)
    assert (result.n_items, result.pairs_with_ties.total, result.alpha_nominal) == (3, 0, None)
    assert agreement(rows, item=["thread_id"]).pairs_with_ties.total == 1


def test_alpha_keeps_a_raters_first_vote_and_pairs_count_every_row():
    rows = [vote("x", "y", "model_a", "ann"), vote("x", "y", "model_b", "ann"), vote("x", "y", "model_a", "ben")]
    rows += [vote("x", "y", "model_b", "ann", "t2"), vote("x", "y", "model_b", "ben", "t2")]
    result = agreement(rows)
    assert result.n_repeats == 1
    assert result.alpha_nominal == 1.0
    assert (result.pairs_with_ties.agree, result.pairs_with_ties.total) == (2, 4)


def test_both_bad_is_a_verdict_of_its_own_and_a_tie_on_the_ordinal_scale():
    rows = [vote("x", "y", w, r, t) for t, w, r in (("1", "both_bad", "a"), ("1", "tie", "b"), ("2", "model_a", "a"), ("2", "model_a", "b"))]  # fmt: skip # noqa: E501
    result = agreement(rows)
    assert result.alpha_ordinal == 1.0
    assert result.alpha_nominal is not None
    assert result.alpha_nominal < 1.0
    assert result.pairs_with_ties.agree == 1


def test_a_missing_column_is_named():
    with pytest.raises(ConfigError, match="no column 'judge'"):
        agreement([vote("x", "y", "tie", "ann")], rater="judge")
    with pytest.raises(ConfigError, match="at least one item column"):
        agreement([vote("x", "y", "tie", "ann")], item=[])


def test_no_votes_give_no_figures():
    result = agreement([VoteRow("x", "x", "tie", {"rater": "a", "thread_id": "t", "turn": 1})])
    assert (result.n_votes, result.alpha_nominal, result.pairs_with_ties.share) == (0, None, None)


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.sampled_from("abc"),
            st.sampled_from(["model_a", "model_b", "tie", "both_bad"]),
            st.sampled_from(["r1", "r2", "r3"]),
            st.sampled_from(["t1", "t2"]),
        ),
        min_size=1,
        max_size=25,
    ),
    st.randoms(use_true_random=False),
)
def test_pair_counts_equal_a_plain_loop_and_ignore_the_order(raw, random):
    rows = [vote(*row) for row in raw]

    def verdict(row):
        flip = {"model_a": "model_b", "model_b": "model_a"}
        return row.winner if row.model_a < row.model_b else flip.get(row.winner, row.winner)

    pairs = [
        (verdict(x), verdict(y))
        for x, y in combinations([row for row in rows if row.model_a != row.model_b], 2)
        if {x.model_a, x.model_b} == {y.model_a, y.model_b} and x.columns["thread_id"] == y.columns["thread_id"]
    ]
    decisive = [pair for pair in pairs if set(pair) <= {"model_a", "model_b"}]
    random.shuffle(rows)
    result = agreement(rows)
    assert (result.pairs_with_ties.agree, result.pairs_with_ties.total) == (sum(x == y for x, y in pairs), len(pairs))
    assert result.pairs_without_ties.agree == sum(x == y for x, y in decisive)
    assert result.pairs_without_ties.total == len(decisive)


def judged(*verdicts, swapped=()):
    """One vote on each question; None is no vote, and a swapped one shows the candidates the other way round."""
    turned = {"model_a": "model_b", "model_b": "model_a"}
    rows = []
    for n, winner in enumerate(verdicts):
        if winner is not None:
            a, b, said = ("q", "p", turned.get(winner, winner)) if n in swapped else ("p", "q", winner)
            rows.append(VoteRow(a, b, said, {"question": n}))
    return rows


def test_two_groups_are_compared_vote_by_vote_whatever_the_side():
    people = Votes.from_rows(
        judged("model_a", "model_b", "tie", "both_bad", "model_a", swapped=(1,)) + judged("model_b", None, "tie")
    )
    model = Votes.from_rows(judged("model_a", "model_b", "tie", "both_bad", None, "model_a", swapped=(0, 1)))
    found = agreement_between(people, model, item=["question"])
    # Questions 0 (two people, one of whom agrees), 1, 2 (two people), 3; nobody but one side saw 4 and 5.
    assert (found.pairs_with_ties.agree, found.pairs_with_ties.total) == (5, 6)
    assert (found.pairs_without_ties.agree, found.pairs_without_ties.total) == (2, 3)
    assert found.n_items == 4
    other_way = agreement_between(model, people, item=["question"])
    assert other_way.to_json() == found.to_json()


def test_groups_that_share_nothing_have_no_pairs():
    first = Votes.from_rows(judged("model_a"))
    second = Votes.from_rows([VoteRow("p", "r", "model_a", {"question": 0})])
    found = agreement_between(first, second, item=["question"])
    assert (found.pairs_with_ties.total, found.pairs_with_ties.share, found.n_items) == (0, None, 0)
    with pytest.raises(ConfigError, match="at least one item column"):
        agreement_between(first, second, item=[])
