"""How long the Weights page takes to answer a slider: the proposals, the file, and a month.

Eight candidates, three ranges of lengths and the default route, four caps, 3,000 made-up votes; the goal is 0.2 s.

    python -m benchmarks.routing.sliders
"""

from __future__ import annotations

import statistics
import time

import numpy as np

from compare.catalog import load_catalog
from compare.ratings.buckets import buckets
from compare.ratings.votes import Votes
from compare.report.decision import month
from compare.report.weights import weighing
from compare.routing.aim import Aim
from compare.routing.evidence import Limits
from compare.routing.measured import Measured, Samples
from compare.routing.traffic import profile_of
from compare.routing.weights import labelled
from compare.store.shapes import ThreadShape

N_VOTES, N_CANDIDATES, MOVES = 3000, 8, 21


def main() -> None:
    """Print the median and the slowest of twenty moves."""
    ranges, votes = buckets((8, 20)), _votes()
    measured = _measured([each.name for each in ranges])
    begun = time.perf_counter()
    found = weighing(votes, load_catalog(), ranges=ranges, measured=measured)
    print(f"votes weighed once: {time.perf_counter() - begun:.2f} s")
    profile = profile_of([ThreadShape(str(i), "interactive", "ua" * (2 + i % 20)) for i in range(500)], ranges)
    names = {f"m{i}": f"Model {i}" for i in range(N_CANDIDATES)}
    took, used = [], []
    for move in range(MOVES):
        aim = Aim(Limits(0.005 + 0.001 * move, 0.1, 0.05, 0.05), slow_ms=8000.0)
        begun, spent = time.perf_counter(), time.process_time()
        named = found.proposals(aim, names)
        labelled(named, names)
        found.file(aim, named)
        month(named, profile, measured)
        took.append(time.perf_counter() - begun)
        used.append(time.process_time() - spent)
    # The first move loads scipy.
    print(f"a move: CPU {statistics.median(used[1:]):.3f} s (on a busy machine the figure to look at)")
    print(f"a move: median {statistics.median(took[1:]):.3f} s, slowest {max(took[1:]):.3f} s, first {took[0]:.3f} s")


def _votes() -> Votes:
    random = np.random.default_rng(1)
    a = random.integers(0, N_CANDIDATES, N_VOTES)
    b = (a + random.integers(1, N_CANDIDATES, N_VOTES)) % N_CANDIDATES
    won = random.random(N_VOTES) < 1 / (1 + np.exp((b - a) * 0.3))
    return Votes(
        [f"m{i}" for i in a],
        [f"m{i}" for i in b],
        ["model_a" if each else "model_b" for each in won],
        {
            "n_messages": random.integers(1, 40, N_VOTES).tolist(),
            "rater": [f"r{i % 20}" for i in range(N_VOTES)],
            "thread_id": [f"t{i % 100}" for i in range(N_VOTES)],
        },
    )


def _measured(names: list[str]) -> Measured:
    random = np.random.default_rng(2)
    return Measured(
        {
            (f"m{i}", bucket, ""): Samples(
                np.sort(random.lognormal(8, 0.5 + 0.1 * i, 200)), 0.0005 * 2**i, 200, 200, i, i
            )
            for i in range(N_CANDIDATES)
            for bucket in (*names, "")
        }
    )


if __name__ == "__main__":
    main()
