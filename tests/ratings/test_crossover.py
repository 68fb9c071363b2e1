"""The crossover: what was simulated is found, its interval covers it, and open ends are said."""

import numpy as np
import pytest

from compare.errors import ConfigError, NotEnoughVotesError
from compare.ratings.crossover import crossover, find_crossover
from compare.ratings.votes import Votes


def simulated(random, threads=120, each=6, cross_at=12.0, slope=-0.8, taste=0.3, longest=40):
    """Shares fall through 0.45 at `cross_at` messages."""
    length = random.integers(2, longest + 1, threads)
    thread = np.repeat(np.arange(threads), each)
    eta = np.log(0.45 / 0.55) + slope * np.log2(length / cross_at) + random.normal(0, taste, threads)
    score = (random.random(len(thread)) < 1 / (1 + np.exp(-eta[thread]))).astype(float)
    return length[thread], score, thread


def test_a_simulated_crossover_is_found():
    messages, score, thread = simulated(np.random.default_rng(1), threads=400)
    found = find_crossover(messages, score, [thread])
    assert found.verdict == "crosses"
    assert found.ci_low <= found.at <= found.ci_high
    assert found.at == pytest.approx(12, abs=4)
    assert found.line.slope < 0
    assert (found.shortest, found.longest) == (2, 40)


def test_the_interval_covers_the_truth():
    random = np.random.default_rng(2)
    hits = []
    for _ in range(300):
        messages, score, thread = simulated(random, taste=0.0)
        found = find_crossover(messages, score, [thread])
        # The true line lies at the floor at exactly 12 messages.
        hits.append((found.ci_low or 99) <= 12 <= (found.ci_high or 99))
    assert np.mean(hits) >= 0.93


def test_a_candidate_that_is_always_good_enough_has_no_crossover():
    messages, score, thread = simulated(np.random.default_rng(3), threads=400, cross_at=4000.0)
    found = find_crossover(messages, score, [thread])
    assert (found.verdict, found.at, found.ci_low, found.ci_high) == ("good_enough", None, None, None)


def test_a_candidate_that_never_is_says_so():
    messages, score, thread = simulated(np.random.default_rng(4), threads=400, cross_at=0.02)
    found = find_crossover(messages, score, [thread])
    assert (found.verdict, found.at) == ("not_good_enough", 2)


def test_few_votes_leave_an_end_open():
    messages, score, thread = simulated(np.random.default_rng(5), threads=9, each=2)
    found = find_crossover(messages, score, [thread])
    assert found.verdict == "unclear"
    assert (found.ci_low, found.ci_high) == (found.shortest, None)


def test_threads_of_one_mind_widen_the_interval():
    messages, score, thread = simulated(np.random.default_rng(6), threads=60, each=20, taste=1.5)
    alone, clustered = find_crossover(messages, score), find_crossover(messages, score, [thread])
    assert clustered.line.slope_error > 1.5 * alone.line.slope_error


def table(messages, score, thread, sides):
    cheap, dear = np.where(sides, "cheap", "dear"), np.where(sides, "dear", "cheap")
    winner = np.where((score == 1) == sides, "model_a", "model_b")
    return Votes(
        cheap.tolist(), dear.tolist(), winner.tolist(), {"n_messages": messages.tolist(), "thread_id": thread.tolist()}
    )


def test_a_table_of_votes_gives_the_same_whatever_side_the_candidate_stood_on():
    random = np.random.default_rng(7)
    messages, score, thread = simulated(random, threads=300)
    votes = table(messages, score, thread, random.random(len(score)) < 0.5)
    found = crossover(votes, "cheap", "dear", cluster=["thread_id"])
    direct = find_crossover(messages, score, [thread])
    assert (found.at, found.ci_low, found.ci_high) == (direct.at, direct.ci_low, direct.ci_high)
    assert list(found.shares) == ["1-8", "9-20", "21+"]
    assert found.shares["1-8"].value > found.shares["21+"].value
    assert sum(each.n for each in found.shares.values()) == found.n_votes == len(score)
    document = found.to_json()
    assert (document["line"][0]["messages"], document["n_clusters"]) == (2, [300])


def test_what_cannot_be_said_is_named():
    ones, lengths = np.ones(20), np.arange(2, 22)
    with pytest.raises(NotEnoughVotesError, match="all between the two went one way"):
        find_crossover(lengths, ones)
    with pytest.raises(NotEnoughVotesError, match="at least two lengths"):
        find_crossover(np.full(20, 5), ones)
    with pytest.raises(NotEnoughVotesError, match="infinitely steep"):
        find_crossover(lengths, (lengths < 10).astype(float))
    with pytest.raises(ConfigError, match="between 0 and 1, not 45"):
        find_crossover(lengths, ones, floor=45)
    votes = Votes(["a"], ["b"], ["model_a"], {"n_messages": ["?"]})
    with pytest.raises(ConfigError, match="'c' cannot be compared; the votes are between a, b"):
        crossover(votes, "c", "b")
    with pytest.raises(NotEnoughVotesError, match="none between a and b with a thread length"):
        crossover(votes, "a", "b")
