"""Chosen votes against random ones: how many each needs until the decision's interval is narrow enough.

    python -m benchmarks.ratings.next_vote [TRIALS]         40 trials a decision, about three minutes

Six candidates 0.35 logits apart, 20 raters and 60 threads with tastes of their own (sd 0.5 and 0.3). Both ways ask for
five votes at a time; after each five the clustered interval of the decision is measured in the same way for both: the
mean half width of its contrasts, by rater, from 60 votes on. Random choice draws pair, rater and thread evenly; the
chosen ones are the five best of 400 random options, without knowledge of the true strengths.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np

from compare.ratings import bradley_terry as bt
from compare.ratings import next_vote
from compare.ratings.bradley_terry import FloatArray, IntArray
from compare.ratings.intervals import sandwich

M, RATERS, THREADS = 6, 20, 60
BATCH, FIRST, MOST = 5, 60, 4000
Contrasts = Callable[[FloatArray], FloatArray]
DECISIONS: dict[str, tuple[Contrasts, Contrasts]] = {
    "is B better than C": (lambda theta: next_vote.lead(M, 1, 2), lambda theta: next_vote.lead(M, 1, 2)),
    "who is best": (next_vote.best, lambda theta: next_vote.best(theta)[:1]),
    "the whole order": (next_vote.neighbours, next_vote.neighbours),
}
"""Contrasts by estimated strengths: those to choose by, and those whose interval is measured."""
GOALS = (0.6, 0.5)
"""Half widths to be reached, in logits: 104 and 87 rating points."""


class World:
    """Raters and threads with tastes, and the votes so far."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        self.theta = 0.35 * (np.arange(M)[::-1] - (M - 1) / 2)
        self.of_rater = random.normal(0, 0.5, (RATERS, M))
        self.of_thread = random.normal(0, 0.3, (THREADS, M))
        self.votes: list[tuple[int, int, int, int, float]] = []
        self.by_rater = np.zeros((RATERS, M, M), dtype=np.int64)
        self.by_thread = np.zeros((THREADS, M, M), dtype=np.int64)

    def options(self, n: int) -> tuple[IntArray, IntArray, IntArray, IntArray]:
        first = self.random.integers(0, M, n)
        second = (first + self.random.integers(1, M, n)) % M
        return first, second, self.random.integers(0, RATERS, n), self.random.integers(0, THREADS, n)

    def ask(self, i: int, j: int, rater: int, thread: int) -> None:
        own = self.theta + self.of_rater[rater] + self.of_thread[thread]
        won = float(self.random.random() < 1 / (1 + np.exp(own[j] - own[i])))
        self.votes.append((i, j, rater, thread, won))
        for table, at in ((self.by_rater, rater), (self.by_thread, thread)):
            table[at, i, j] += 1
            table[at, j, i] += 1

    def arrays(self) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
        columns = list(zip(*self.votes, strict=True))
        i, j, rater, _ = (np.array(column, dtype=np.int64) for column in columns[:4])
        return i, j, rater, np.array(columns[4])

    def wins(self) -> FloatArray:
        if not self.votes:
            return np.zeros((M, M))
        i, j, _, won = self.arrays()
        return bt.count_wins(i, j, won, M)


def needed(chosen: bool, decision: str, seed: int) -> list[int]:
    """Votes until the interval is as narrow as each of the goals asks."""
    contrasts_of, measured = DECISIONS[decision]
    reached: list[int] = []
    world = World(np.random.default_rng(seed))
    while len(world.votes) < MOST:
        if chosen:
            first, second, rater, thread = world.options(400)
            wins = world.wins()
            contrasts = contrasts_of(bt.fit(wins, prior_precision=next_vote.PRIOR_PRECISION).theta)
            counts = next_vote.Options(
                first, second, world.by_rater[rater, first, second], world.by_thread[thread, first, second]
            )
            best = np.argsort(-next_vote.gains(wins, counts, contrasts))[:BATCH]
        else:
            first, second, rater, thread = world.options(BATCH)
            best = np.arange(BATCH)
        for k in best.tolist():
            world.ask(int(first[k]), int(second[k]), int(rater[k]), int(thread[k]))
        if len(world.votes) >= FIRST:
            width = _half_width(world, measured)
            reached += [len(world.votes) for goal in GOALS[len(reached) :] if width <= goal]
            if len(reached) == len(GOALS):
                break
    return reached + [len(world.votes)] * (len(GOALS) - len(reached))


def _half_width(world: World, contrasts_of: Contrasts) -> float:
    i, j, rater, won = world.arrays()
    wins = world.wins()
    inside = np.array(bt.largest_rateable(wins), dtype=np.int64)
    contrasts = contrasts_of(bt.fit(wins, prior_precision=next_vote.PRIOR_PRECISION).theta)
    if not len(inside) or np.delete(contrasts, inside, axis=1).any():
        return np.inf  # a candidate of the decision cannot be rated yet
    place = np.full(M, -1)
    place[inside] = np.arange(len(inside))
    used = (place[i] >= 0) & (place[j] >= 0)
    i, j, won = place[i[used]], place[j[used]], won[used]
    fit = bt.fit(wins[np.ix_(inside, inside)])
    clusters = np.unique(rater[used], return_inverse=True)[1]
    spread = sandwich(fit.theta, fit.hessian, i, j, won, [clusters])
    kept = contrasts[:, inside]
    variances = np.einsum("qi,ij,qj->q", kept, spread.covariance, kept)
    return float(spread.critical * np.sqrt(np.maximum(variances, 0.0)).mean())


def main() -> None:
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    print("| decision | half width, logits | random choice, votes | chosen, votes | ratio |")
    print("|---|---|---|---|---|")
    for decision in DECISIONS:
        both = [np.array([needed(way, decision, seed) for seed in range(trials)]) for way in (False, True)]
        for k, goal in enumerate(GOALS):
            random, chosen = both[0][:, k], both[1][:, k]
            print(
                f"| {decision} | {goal} | {random.mean():.0f} (sd {random.std():.0f}) "
                f"| {chosen.mean():.0f} (sd {chosen.std():.0f}) | {chosen.mean() / random.mean():.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
