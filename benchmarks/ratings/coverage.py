"""How often the 95 % interval holds the truth where raters (and threads) have tastes of their own.

    python -m benchmarks.ratings.coverage [RUNS]          4,000 runs a row, about two minutes

Each run draws four strengths N(0, 0.6), a taste N(0, sd) of every rater (and of every thread, in the last rows) for
every candidate, and votes. The truth is what endless raters would give: the Bradley-Terry fit to the expected wins.
The share is over all strengths of all runs; its Monte Carlo error is about 0.2 % at 4,000 runs.
"""

from __future__ import annotations

import sys

import numpy as np

from compare.errors import NotEnoughVotesError
from compare.ratings import bradley_terry as bt
from compare.ratings.bradley_terry import FloatArray, IntArray
from compare.ratings.intervals import sandwich

M = 4
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(41)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()

ROWS = [(raters, votes, 0, sd) for raters, votes in ((30, 40), (8, 60), (100, 12)) for sd in (0.0, 0.5, 1.0)] + [
    (30, 40, 40, 0.5),
    (12, 60, 30, 0.5),
]
"""Raters, votes of each, threads (0: no tastes of threads), sd of tastes."""


def truth(theta: FloatArray, sd: float) -> FloatArray:
    """The fit to expected wins; `sd` of the taste for the difference of two candidates is sqrt(2) times one's."""
    gap = (theta[:, None] - theta[None, :])[..., None] + np.sqrt(2.0) * sd * _NODES
    wins = (_WEIGHTS / (1.0 + np.exp(-gap))).sum(axis=-1)
    np.fill_diagonal(wins, 0.0)
    return bt.fit(wins).theta


def held(fit: bt.Fit, goal: FloatArray, votes: tuple[IntArray, IntArray, FloatArray], clusters: list[IntArray]) -> int:
    spread = sandwich(fit.theta, fit.hessian, *votes, clusters)
    return int((np.abs(fit.theta - goal) <= spread.critical * spread.standard_errors).sum())


def simulate(
    raters: int, each: int, threads: int, sd: float, runs: int, random: np.random.Generator
) -> tuple[dict[str, int], int]:
    """How many strengths each kind of interval held, and of how many."""
    found = {"independent": 0, "by rater": 0, **({"by both": 0} if threads else {})}
    rater = np.repeat(np.arange(raters), each)
    total = 0
    for _ in range(runs):
        theta = random.normal(0, 0.6, M)
        theta -= theta.mean()
        thread = random.integers(0, max(threads, 1), len(rater))
        lean = random.normal(0, 1, (raters, M))[rater] * sd
        if threads:
            lean = lean + random.normal(0, 1, (threads, M))[thread] * sd
        a = random.integers(0, M, len(rater))
        b = (a + random.integers(1, M, len(rater))) % M
        at = np.arange(len(rater))
        gap = theta[a] - theta[b] + lean[at, a] - lean[at, b]
        score = (random.random(len(rater)) < 1 / (1 + np.exp(-gap))).astype(float)
        try:
            fit = bt.fit(bt.count_wins(a, b, score, M))
        except NotEnoughVotesError:
            continue
        goal = truth(theta, sd * np.sqrt(2.0) if threads else sd)
        votes = (a, b, score)
        used = np.unique(thread, return_inverse=True)[1]
        found["independent"] += held(fit, goal, votes, [])
        found["by rater"] += held(fit, goal, votes, [rater])
        if threads:
            found["by both"] += held(fit, goal, votes, [rater, used])
        total += M
    return found, total


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    print("| raters | votes of each | threads with tastes | sd of tastes | independent | by rater | by both |")
    print("|---|---|---|---|---|---|---|")
    for number, (raters, each, threads, sd) in enumerate(ROWS):
        found, total = simulate(raters, each, threads, sd, runs, np.random.default_rng(number))
        shown = [f"{100 * found[kind] / total:.1f}" if kind in found else "-" for kind in ("independent", "by rater", "by both")]  # fmt: skip # noqa: E501
        print(f"| {raters} | {each} | {threads or '-'} | {sd} | {' | '.join(shown)} |", flush=True)


if __name__ == "__main__":
    main()
