"""Intervals of a share that hold for few threads."""

from __future__ import annotations

import numpy as np
import pytest

from compare.probes.thread_share import thread_share
from compare.ratings.shares import share


def test_five_threads_that_all_passed_give_wilsons_interval_of_five_answers() -> None:
    once = thread_share(np.ones(5), np.arange(5))
    five_times = thread_share(np.ones(25), np.repeat(np.arange(5), 5))
    # 5 / (5 + 1.96 ** 2)
    assert (once.ci_low, once.ci_high) == (pytest.approx(0.5655, abs=1e-4), 1.0)
    assert (five_times.ci_low, five_times.n, five_times.n_clusters) == (once.ci_low, 25, (5,))
    # Student's t with 4 degrees of freedom would say far less.
    assert (share(np.ones(5), [np.arange(5)]).ci_low or 0.0) < 0.4


def test_repeats_that_differ_within_threads_narrow_the_interval() -> None:
    torn = np.tile([1.0, 1.0, 1.0, 0.0, 0.0], 10)
    threads = np.repeat(np.arange(10), 5)
    assert thread_share(torn, threads) == share(torn, [threads])
    assert (thread_share(torn, threads).ci_low or 0.0) > (thread_share(torn[::5] * 0.6, np.arange(10)).ci_low or 0.0)


@pytest.mark.parametrize("n_answers", [0, 4])
def test_no_thread_or_one_has_no_interval(n_answers: int) -> None:
    found = thread_share(np.ones(n_answers), np.zeros(n_answers, dtype=np.int64))
    assert (found.ci_low, found.ci_high) == (None, None)


@pytest.mark.parametrize(("n_threads", "repeat", "within"), [(5, 1, 0.0), (5, 5, 0.5), (10, 5, 0.0), (10, 5, 0.9)])
def test_the_interval_holds_the_true_share_with_five_and_ten_threads(
    n_threads: int, repeat: int, within: float
) -> None:
    """Threads whose own shares lie around 80 %: `within` is the correlation of two answers on one thread."""
    rng = np.random.default_rng(7)
    true, thread = 0.8, np.repeat(np.arange(n_threads), repeat)
    spread = 1 / within - 1 if within else 0.0
    hits = 0
    for _ in range(400):
        own = rng.beta(true * spread, (1 - true) * spread, n_threads) if within else np.full(n_threads, true)
        found = thread_share((rng.random(len(thread)) < np.repeat(own, repeat)).astype(np.float64), thread)
        assert found.ci_low is not None
        assert found.ci_high is not None
        hits += found.ci_low <= true <= found.ci_high
    assert hits >= 0.93 * 400
