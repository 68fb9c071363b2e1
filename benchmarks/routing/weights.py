"""How much win rate a proposal gives away, by the number of votes: proposals against the truth of made-up candidates.

Four candidates with known strengths are voted on in two buckets; the thin one has n votes, the other 5 n. Strengths
are drawn anew for every run: what both buckets share (sd 0.8), and an offset in each bucket (sd 0.3). A quarter of the
votes are ties, whoever meets; a tie counts half, in the votes and in the win rate that is lost. Caps and current
weights are those of the worked example in docs/weights.md.

    python -m benchmarks.routing.weights --runs 2000 --votes 12,30,60,120,300
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compare.ratings.bradley_terry import FloatArray
from compare.ratings.win_share import win_share
from compare.routing.beliefs import believe
from compare.routing.evidence import BucketEvidence, Evidence, Guard, Limits
from compare.routing.optimum import Cap, Feasible
from compare.routing.recommend import Recommendation, decide

NAMES = ("lite", "flash", "sonnet", "opus")
COST = np.array([0.0004, 0.0015, 0.012, 0.060])
SLOW = np.array([0.001, 0.004, 0.030, 0.22])
CURRENT = np.array([0.02, 0.60, 0.36, 0.02])
LIMITS = Limits(0.010, 0.05, floor=0.02)
COMMON_SD, OFFSET_SD, TIES = 0.8, 0.3, 0.25
N_DRAWS = 4000
WORSE = 0.01
"""More than this much below the current weights is worse than doing nothing."""

Rule = Callable[[Recommendation], FloatArray]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One rule at one number of votes: means over runs."""

    regret: float
    worse: float
    breaks: float


def _optimal(found: Recommendation) -> FloatArray:
    assert found.optimal is not None
    return found.optimal


RULES: dict[str, Rule] = {
    "keep current": lambda found: CURRENT,
    "optimum of the votes": _optimal,
    "with the guard": lambda found: _optimal(found) if found.verdict == "change" else found.current,
    "as proposed: guard, step 0.2, rounding": lambda found: found.proposed,
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--votes", default="12,30,60,120,300")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print("| votes | rule | regret | worse than current | breaks a cap |")
    print("|---|---|---|---|---|")
    for n in map(int, given.votes.split(",")):
        for name, outcome in simulate(n, given.runs, given.seed).items():
            print(f"| {n} | {name} | {outcome.regret:.4f} | {outcome.worse:.1%} | {outcome.breaks:.1%} |", flush=True)


def simulate(n: int, runs: int, seed: int = 1) -> dict[str, Outcome]:
    """Every rule on the same made-up votes."""
    random = np.random.default_rng([seed, n])
    feasible = Feasible(
        np.full(4, LIMITS.floor), (Cap("cost", COST, LIMITS.cost_usd or 0), Cap("slow", SLOW, LIMITS.slow_share or 0))
    )
    rows: dict[str, list[tuple[float, bool, bool]]] = {name: [] for name in RULES}
    for _ in range(runs):
        common = random.normal(0, COMMON_SD, 4)
        thin, other = (common + random.normal(0, OFFSET_SD, 4) for _ in range(2))
        truth = TIES / 2 + (1 - TIES) * win_share(thin)
        best = feasible.best(truth)
        assert best is not None
        found = _recommended(_votes(random, thin, n), _votes(random, other, 5 * n))
        for name, rule in RULES.items():
            weights = rule(found)
            regret = float((best - weights) @ truth)
            rows[name].append((regret, bool((weights - CURRENT) @ truth < -WORSE), not feasible.holds(weights)))
    return {name: Outcome(*np.mean(np.array(each, dtype=float), axis=0)) for name, each in rows.items()}


def _votes(random: np.random.Generator, theta: FloatArray, n: int) -> FloatArray:
    """Shape (4, 4): n votes on pairs drawn at random."""
    wins = np.zeros((4, 4))
    for _ in range(n):
        i, j = random.choice(4, 2, replace=False)
        tie = random.random() < TIES
        score = 0.5 if tie else float(random.random() < 1 / (1 + np.exp(theta[j] - theta[i])))
        wins[i, j] += score
        wins[j, i] += 1 - score
    return wins


def _recommended(thin: FloatArray, other: FloatArray) -> Recommendation:
    buckets = tuple(
        BucketEvidence(name, NAMES, wins, LIMITS, cost_usd=COST, slow_share=SLOW, current=CURRENT)
        for name, wins in (("long", thin), ("short", other))
    )
    guard = Guard()
    belief, _ = believe(Evidence(buckets, guard=guard), n_draws=N_DRAWS)
    return decide(buckets[0], belief, guard)


if __name__ == "__main__":
    main()
