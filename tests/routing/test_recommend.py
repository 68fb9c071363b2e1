"""Weights under caps: the optimum against brute force, the guard, the step, and caps that are never broken."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.errors import ConfigError
from compare.ratings import bradley_terry as bt
from compare.routing.beliefs import believe
from compare.routing.evidence import ClusteredVotes, Limits, read_evidence
from compare.routing.recommend import decide, recommend

# Four candidates, 40 votes a pair: the cheap ones lose, the dear one is slow.
WINS = [[0, 14, 6, 4], [26, 0, 15, 12], [34, 25, 0, 17.5], [36, 28, 22.5, 0]]


def bucket(**changes):
    values = {
        "name": "long",
        "match": "thread_length > 8",
        "models": ["lite", "flash", "sonnet", "opus"],
        "wins": WINS,
        "cost_usd": [0.0004, 0.0015, 0.012, 0.060],
        "slow_share": [0.001, 0.004, 0.030, 0.22],
        "current": [0.02, 0.60, 0.36, 0.02],
    }
    return {**values, **changes}


def run(*buckets, limits=None, **more):
    limits = {"cost_usd": 0.010, "slow_share": 0.05, "floor": 0.02} if limits is None else limits
    document = {"buckets": list(buckets), "limits": limits, **more}
    return recommend(read_evidence(json.loads(json.dumps(document)))).buckets


def test_the_optimum_by_hand():
    """Only the cost binds: lite and opus at the floor, 0.96 between flash and sonnet so that the cost is 0.010."""
    (result,) = run(bucket())
    left = 0.010 - 0.02 * 0.0004 - 0.02 * 0.060
    sonnet = (left - 0.96 * 0.0015) / (0.012 - 0.0015)
    np.testing.assert_allclose(result.optimal, [0.02, 0.96 - sonnet, sonnet, 0.02], atol=1e-9)
    assert (result.verdict, result.votes_needed) == ("change", None)
    assert result.p_gain > 0.99


def test_the_worked_example_comes_out_as_computed_elsewhere():
    """Strengths by scipy's BFGS, the optimum by HiGHS, the rest by 200,000 draws of another program."""
    (result,) = run(bucket())
    np.testing.assert_allclose(result.theta, [-1.053821, -0.181613, 0.471690, 0.763744], atol=1e-5)
    np.testing.assert_allclose(result.optimal, [0.02, 0.259810, 0.700190, 0.02], atol=1e-6)
    np.testing.assert_allclose(result.averaged, [0.0203, 0.2669, 0.6912, 0.0216], atol=0.005)
    assert result.p_gain == pytest.approx(0.9966, abs=0.01)
    (thin,) = run(bucket(wins=(np.array(WINS) / 10).tolist()))
    assert thin.p_gain == pytest.approx(0.7887, abs=0.01)
    np.testing.assert_allclose(thin.averaged, [0.0817, 0.3595, 0.5125, 0.0463], atol=0.005)


def test_one_change_moves_a_fifth_of_the_traffic_and_keeps_two_decimals():
    (result,) = run(bucket())
    assert result.proposed.tolist() == [0.02, 0.4, 0.56, 0.02]
    assert np.abs(result.proposed - [0.02, 0.60, 0.36, 0.02]).sum() / 2 == pytest.approx(0.2)


def test_a_tenth_of_the_votes_keeps_the_weights_and_says_how_many_are_missing():
    (result,) = run(bucket(wins=(np.array(WINS) / 10).tolist()))
    assert result.verdict == "keep"
    assert result.proposed.tolist() == [0.02, 0.60, 0.36, 0.02]
    assert "P(gain) is 0.7" in result.why
    assert result.why.startswith(f"keep: 24 votes, about {result.votes_needed} more needed; ")
    assert 30 < result.votes_needed < 200


def test_strengths_are_the_map_estimate_with_the_prior_named():
    (result,) = run(bucket(), prior={"lambda": 0.5, "mean": None})
    np.testing.assert_allclose(result.theta, bt.fit(np.array(WINS, dtype=float), prior_precision=0.5).theta)
    (own,) = run(bucket(prior={"lambda": 3, "mean": [1, 0, 0, -1]}))
    np.testing.assert_allclose(
        own.theta, bt.fit(np.array(WINS, dtype=float), prior_precision=3, prior_mean=np.array([1.0, 0, 0, -1])).theta
    )


def test_several_buckets_shrink_to_what_they_have_in_common():
    thin, other = (np.array(WINS) / 10).tolist(), [[0, 40, 38, 30], [60, 0, 55, 48], [62, 45, 0, 52.5], [70, 52, 47.5, 0]]  # fmt: skip # noqa: E501
    first, _ = run(bucket(wins=thin), bucket(name="short", wins=other))
    pooled = bt.fit(np.array(thin) + np.array(other), prior_precision=0.5).theta
    alone = bt.fit(np.array(thin), prior_precision=0.5).theta
    expected = bt.fit(np.array(thin), prior_precision=1 / (2 * 0.3**2), prior_mean=pooled).theta
    np.testing.assert_allclose(first.theta, expected, atol=1e-9)
    assert np.abs(first.theta - pooled).sum() < np.abs(alone - pooled).sum()


def test_buckets_may_hold_different_candidates():
    second = bucket(
        name="short", models=["flash", "mini"], wins=[[0, 30], [20, 0]], cost_usd=[0.0015, 0.001],
        slow_share=[0.004, 0.001], current=[0.5, 0.5],
    )  # fmt: skip
    results = run(bucket(), second)
    assert [len(result.theta) for result in results] == [4, 2]


def test_utility_is_the_mean_win_share_and_p_best_sums_to_one():
    (result,) = run(bucket())
    assert result.utility.mean() == pytest.approx(0.5)
    assert result.p_best.sum() == pytest.approx(1)
    assert result.utility.argmax() == result.p_best.argmax() == 3


def test_the_averaged_weights_keep_every_cap():
    (result,) = run(bucket(wins=(np.array(WINS) / 10).tolist()))
    assert result.averaged.sum() == pytest.approx(1)
    assert result.averaged @ [0.0004, 0.0015, 0.012, 0.060] <= 0.010 + 1e-12
    # Thin votes spread more than the optimum does.
    assert (result.averaged > 0.03).all()


def test_too_few_votes_or_raters_keep_the_weights():
    (few,) = run(bucket(wins=(np.array(WINS) / 50).tolist()))
    assert "lite has 2.4" in few.why
    assert "at least 10 needed for each" in few.why
    (alone,) = run(bucket(raters=2))
    assert alone.why == "keep: not enough raters: 2, at least 3 needed."
    (lenient,) = run(bucket(raters=2), guard={"min_raters": 1, "step": 1})
    assert lenient.verdict == "change"
    np.testing.assert_allclose(lenient.proposed, [0.02, 0.26, 0.70, 0.02])


def test_many_votes_on_two_threads_keep_the_weights():
    (result,) = run(bucket(raters=40, threads=2))
    assert (result.verdict, result.p_gain > 0.99) == ("keep", True)
    assert result.why == "keep: 240 votes, about 6 more needed; not enough threads: 2, at least 8 needed."
    (enough,) = run(bucket(raters=40, threads=8))
    assert enough.verdict == "change"
    (lenient,) = run(bucket(raters=40, threads=2), guard={"min_threads": 2})
    assert lenient.verdict == "change"


def test_weights_that_are_the_best_already_are_kept():
    (result,) = run(bucket(current=[0.02, 0.26, 0.70, 0.02]))
    assert result.verdict == "keep"
    assert "the best within the limits already" in result.why


def test_limits_that_cannot_be_kept_are_named_with_both_numbers():
    (result,) = run(bucket(), limits={"cost_usd": 0.001, "floor": 0.02})
    assert (result.verdict, result.optimal) == ("keep", None)
    assert result.why == "keep: no weights meet cost <= 0.001: the cheapest mix costs 0.001846."
    (floors,) = run(bucket(), limits={"floor": 0.3})
    assert floors.why == "keep: no weights keep the floors: alone they sum to 1.2, more than 1."
    (both,) = run(
        bucket(cost_usd=[0, 0, 0, 1], slow_share=[1, 1, 1, 0], current=[0.25] * 4),
        limits={"cost_usd": 0.4, "slow_share": 0.4, "floor": 0},
    )
    assert "at once" in both.why


def test_current_weights_that_break_a_cap_are_mended_by_the_least_change():
    (result,) = run(bucket(wins=(np.array(WINS) / 10).tolist(), current=[0.02, 0.40, 0.40, 0.18]))
    assert result.verdict == "change"
    assert "break a limit" in result.why
    assert "P(gain)" in result.why
    assert result.proposed @ [0.0004, 0.0015, 0.012, 0.060] <= 0.010 + 1e-9
    assert result.proposed[3] < 0.18
    assert result.proposed[2] <= 0.40


def test_without_current_weights_equal_ones_are_assumed_and_that_is_said():
    (result,) = run(bucket(current=None), limits={"floor": 0.0})
    assert "equal ones are assumed" in result.why


def test_the_document_has_the_keys_others_rely_on_and_is_reproducible():
    first, second = ([result.to_json() for result in run(bucket())] for _ in range(2))
    assert json.dumps(first) == json.dumps(second)
    keys = {"name", "optimal", "proposed", "theta", "utility", "p_gain", "verdict", "why"}
    assert keys <= set(first[0])
    assert first[0]["expected_cost_usd"] == pytest.approx(0.008528)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"models": ["a"]}, "at least two different candidates"),
        ({"models": ["a", "a", "b", "c"]}, "at least two different candidates"),
        ({"wins": [[0, 1], [1, 0]]}, r"buckets\[0\]\.wins must be 4 lists of 4 numbers"),
        ({"wins": [[1, 1, 1, 1]] * 4}, "over itself"),
        ({"wins": [[0, -1, 1, 1]] * 4}, r"wins\[0\]\[1\] is -1"),
        ({"cost_usd": [1, 2]}, "cost_usd must be a list of 4 numbers"),
        ({"slow_share": None}, "a limit on slow_share but no slow_share"),
        ({"slow_share": [0, 0, 0, 2]}, r"slow_share\[3\] is 2"),
        ({"current": [0.5, 0.5, 0.5, 0.5]}, "current sums to 2, not 1"),
        ({"raters": "many"}, "raters must be a number"),
        ({"threads": 7.9}, "threads is 7.9; it counts raters or threads and must be a whole number"),
        ({"threads": 10**400}, "threads must be a number of at most"),
        ({"prior": {"lambda": 1, "mean": [0, 0]}}, "prior.mean must be a list"),
        ({"curent": [1, 0, 0, 0]}, "did you mean 'current'"),
    ],
)
def test_mistakes_in_the_evidence_are_named(change, reason):
    with pytest.raises(ConfigError, match=reason):
        run(bucket(**change))


def test_mistakes_around_the_buckets_are_named():
    for document, reason in [
        ([], "the evidence must be an object"),
        ({}, "no buckets"),
        ({"buckets": []}, "no buckets"),
        ({"buckets": [bucket()], "limit": {}}, "did you mean 'limits'"),
        ({"buckets": [bucket()], "guard": {"p_gain": 2}}, "guard.p_gain is 2"),
        ({"buckets": [bucket()], "guard": {"min_threads": 0.9}}, "guard.min_threads is 0.9; it counts"),
        ({"buckets": [bucket()], "guard": {"min_threads": float("inf")}}, "guard.min_threads must be a number of"),
        ({"buckets": [bucket(), bucket()], "prior": {"lambda": 1, "mean": [0]}}, "several buckets"),
    ]:
        with pytest.raises(ConfigError, match=reason):
            read_evidence(document)
    kept = read_evidence({"buckets": [bucket()], "source": "made up"})
    assert kept.problems == ("the evidence has the key 'source', which is not known and was not used.",)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 40), min_size=12, max_size=12),
    st.lists(st.integers(1, 20), min_size=4, max_size=4),
    st.floats(0.002, 0.03),
    st.floats(0.02, 0.2),
    st.floats(0.0, 0.1),
    st.sampled_from([[], ["sonnet"], ["lite", "opus"]]),
)
def test_proposed_weights_sum_to_one_and_never_break_a_cap(counts, parts, cost, error, floor, experimental):
    wins = np.zeros((4, 4))
    wins[~np.eye(4, dtype=bool)] = counts
    current = [part / sum(parts) for part in parts]
    errors = [0.15, 0.02, 0.0, 0.05]
    document = {
        "buckets": [bucket(wins=wins.tolist(), current=current, error_share=errors, experimental=experimental)],
        "limits": {"cost_usd": cost, "slow_share": 0.08, "error_share": error, "floor": floor},
    }
    evidence = read_evidence(document)
    (belief,) = believe(evidence, n_draws=2000)
    result = decide(evidence.buckets[0], belief, evidence.guard)
    assert result.proposed.sum() == pytest.approx(1, abs=1e-9)
    if result.optimal is None:
        assert result.verdict == "keep"
        assert result.proposed.tolist() == pytest.approx(current)
        return
    for values, limit in (([0.0004, 0.0015, 0.012, 0.060], cost), ([0.001, 0.004, 0.030, 0.22], 0.08), (errors, error)):
        assert result.proposed @ values <= limit + 1e-8
        assert result.optimal @ values <= limit + 1e-6
        assert result.averaged @ values <= limit + 1e-6
    if result.verdict == "change" and "break a limit" not in result.why:
        assert result.p_gain >= 0.95
        assert np.abs(result.proposed - current).sum() / 2 <= evidence.guard.step + 0.01


@pytest.mark.parametrize(("column", "limit"), [("error_share", 0.05), ("cut_share", 0.05)])
def test_error_and_cut_rates_are_caps_like_the_others(column, limit):
    values = [0.0, 0.01, 0.2, 0.3]
    (result,) = run(bucket(**{column: values}), limits={column: limit, "floor": 0.02})
    assert result.optimal @ values == pytest.approx(limit)
    (open_,) = run(bucket(**{column: values}), limits={"floor": 0.02})
    assert open_.optimal @ values > limit


def test_a_limit_on_what_is_not_known_keeps_the_weights_and_names_the_candidate():
    (result,) = run(bucket(cost_usd=[0.0004, None, 0.012, 0.06]))
    assert result.verdict == "keep"
    assert result.why.startswith("keep: the cost of flash is not known in this bucket")
    assert result.to_json()["expected_cost_usd"] is None
    (without,) = run(bucket(cost_usd=[0.0004, None, 0.012, 0.06]), limits={"slow_share": 0.05})
    assert without.verdict == "change"


def test_an_experimental_candidate_gets_the_floor_at_most():
    (result,) = run(bucket(experimental=["sonnet"], current=[0.4, 0.2, 0.36, 0.04]), guard={"p_gain": 0})
    assert result.optimal[2] == pytest.approx(0.02)
    # It has more now: a step takes it down.
    assert 0.02 <= result.proposed[2] < 0.36
    with pytest.raises(ConfigError, match=r"experimental must be a list of names"):
        run(bucket(experimental=["nobody"]))


def test_sliders_decide_again_without_the_votes_being_weighed_again():
    evidence = read_evidence({"buckets": [bucket()], "limits": {"floor": 0.02}})
    (belief,) = believe(evidence)
    dear = decide(evidence.buckets[0], belief, evidence.guard, Limits(cost_usd=0.02), forced=True)
    cheap = decide(evidence.buckets[0], belief, evidence.guard, Limits(cost_usd=0.005), forced=True)
    assert dear.proposed @ [0.0004, 0.0015, 0.012, 0.060] <= 0.02
    assert cheap.proposed @ [0.0004, 0.0015, 0.012, 0.060] <= 0.005
    assert dear.proposed @ dear.utility > cheap.proposed @ cheap.utility


def clustered(votes_of_a_rater, n_raters=20):
    """Two candidates; every rater prefers one of the two throughout, 14 of 20 the second one."""
    index = np.zeros(votes_of_a_rater * n_raters, dtype=np.int64)
    rater = np.repeat(np.arange(n_raters), votes_of_a_rater)
    score = (rater >= 14).astype(float)
    rows = ClusteredVotes(index, index + 1, score, (rater,), ("rater",))
    wins = [[0, int(score.sum())], [len(score) - int(score.sum()), 0]]
    return rows, wins


def test_many_votes_of_few_raters_do_not_pass_for_many_raters():
    rows, wins = clustered(30)
    document = {"buckets": [{"name": "b", "models": ["p", "q"], "wins": wins, "current": [0.5, 0.5]}]}
    evidence = read_evidence(document)
    (alone,) = believe(evidence)
    together = replace(evidence, buckets=(replace(evidence.buckets[0], rows=rows),))
    (belief,) = believe(together)
    assert alone.clusters == ()
    assert belief.clusters == ("rater",)
    width = [np.diff(each.limits, axis=0)[0, 0] for each in (alone, belief)]
    # 30 votes of one rater that all say the same are worth about one: sqrt(30) is 5.5.
    assert width[1] / width[0] == pytest.approx(5.5, rel=0.25)
    assert decide(evidence.buckets[0], alone, evidence.guard).p_gain > 0.999
    assert decide(together.buckets[0], belief, evidence.guard).p_gain < 0.99
