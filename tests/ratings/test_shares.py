"""Shares with clustered intervals: by hand, against the plain Wilson interval, and their coverage."""

import numpy as np
import pytest

from compare.ratings.percentiles import wilson
from compare.ratings.shares import design_effect, share, shares_by_group


def test_independent_votes_give_wilsons_interval():
    found = share(np.repeat([1.0, 0.0], [30, 10]))
    assert (found.value, found.n, found.design_effect) == (0.75, 40, 1.0)
    assert (found.ci_low, found.ci_high) == pytest.approx(wilson(30, 40))


def test_ten_equal_votes_of_a_rater_count_as_one():
    values = np.repeat(np.arange(40) % 2, 10).astype(float)
    rater = np.repeat(np.arange(40), 10)
    found = share(values, [rater])
    assert found.design_effect == pytest.approx(10 * 40 / 39)
    assert (found.ci_low, found.ci_high) == pytest.approx(wilson(20, 40), abs=0.003)
    assert found.n_clusters == (40,)


def test_clusters_never_narrow_an_interval():
    # Every rater says yes once and no once: between raters there is no variance at all.
    values, rater = np.tile([1.0, 0.0], 20), np.repeat(np.arange(20), 2)
    assert design_effect(values, [rater]) == 1.0


def test_two_columns_count_at_least_as_much_as_each():
    random = np.random.default_rng(4)
    rater, thread = random.integers(0, 12, 300), random.integers(0, 15, 300)
    lean = random.normal(0, 1.5, 12)[rater] + random.normal(0, 1.5, 15)[thread]
    values = (random.random(300) < 1 / (1 + np.exp(-lean))).astype(float)
    both = share(values, [rater, thread]).design_effect
    assert both >= max(share(values, [rater]).design_effect, share(values, [thread]).design_effect) > 1.5


def test_votes_all_alike_count_clusters_for_votes():
    found = share(np.ones(50), [np.repeat(np.arange(10), 5)])
    assert (found.value, found.ci_high, found.design_effect) == (1.0, 1.0, None)
    # Wilson of 10 of 10 with Student's t of 9 degrees: 1 / (1 + t * t / 10).
    assert found.ci_low == pytest.approx(1 / (1 + 2.262157**2 / 10), abs=1e-6)


def test_one_cluster_or_no_votes_claim_no_interval():
    one = share(np.array([1.0, 0.0, 1.0]), [np.zeros(3, dtype=np.int64)])
    assert (one.value, one.ci_low, one.ci_high) == (pytest.approx(2 / 3), None, None)
    assert share(np.zeros(0)).value is None


def test_groups_get_a_share_each():
    found = shares_by_group(np.array([1.0, 0.0, 1.0, 1.0]), np.array([7, 7, 2, 2]))
    assert {k: (v.value, v.n) for k, v in found.items()} == {7: (0.5, 2), 2: (1.0, 2)}


@pytest.mark.parametrize("raters", [8, 30])
def test_clustered_shares_cover_the_truth(raters):
    random = np.random.default_rng(raters)
    lean = random.normal(0, 1, 200_000)
    truth = (1 / (1 + np.exp(-0.8 - lean))).mean()
    rater = np.repeat(np.arange(raters), 25)
    hits = []
    for _ in range(600):
        p = 1 / (1 + np.exp(-0.8 - random.normal(0, 1, raters)))
        found = share((random.random(len(rater)) < p[rater]).astype(float), [rater])
        hits.append(found.ci_low <= truth <= found.ci_high)
    assert 0.92 <= np.mean(hits) <= 0.985
