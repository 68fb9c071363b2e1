"""False alarms and power of the canary's test under continuous looks, beside a plain z test at every look.

Each canary has 20,000 requests, a fifth of them at the canary. "continuous" looks after every request of the canary,
which is the hardest case; the table of the design looks every 100 requests.

    python -m benchmarks.routing.canary --canaries 1000
"""

from __future__ import annotations

import argparse

import numpy as np

from compare.ratings.bradley_terry import FloatArray
from compare.routing.canary_size import log_ratios
from compare.routing.sequential import MIN_REQUESTS, Arm, look

REQUESTS, SHARE, ALPHA = 20_000, 0.2, 0.05
CASES = (
    ("no harm, 2 %", 0.02, 0.02, 0.01),
    ("no harm, 10 %", 0.10, 0.10, 0.02),
    ("2 % to 3 %", 0.02, 0.03, 0.01),
    ("2 % to 4 %", 0.02, 0.04, 0.01),
    ("10 % to 13 %", 0.10, 0.13, 0.02),
    ("no harm, 2 %, tau 0.02", 0.02, 0.02, 0.02),
    ("2 % to 4 %, tau 0.02", 0.02, 0.04, 0.02),
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--canaries", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print("| case | looks | z test at every look | ours | median stop | stopped within 5,000 |")
    print("|---|---|---|---|---|---|")
    for name, control, canary, tau in CASES:
        for looks, every in (("every 100 requests", 100), ("continuous", 1)):
            stops, naive = simulate(given.canaries, control, canary, tau, every, given.seed)
            alarmed = stops[np.isfinite(stops)]
            median = f"{np.median(alarmed):,.0f}" if len(alarmed) > given.canaries / 2 else "-"
            print(
                f"| {name} | {looks} | {naive:.1%} | {len(alarmed) / given.canaries:.1%} | {median} | "
                f"{(stops <= 5000).mean():.1%} |",
                flush=True,
            )


def simulate(n: int, control: float, canary: float, tau: float, every: int, seed: int) -> tuple[FloatArray, float]:
    """The requests at which each of n canaries was rolled back (infinite: never), and the share of z test alarms."""
    random = np.random.default_rng([seed, int(control * 1000), int(canary * 1000), every])
    stops, naive = np.full(n, np.inf), 0
    for k in range(n):
        in_canary = random.random(REQUESTS) < SHARE
        harmed = random.random(REQUESTS) < np.where(in_canary, canary, control)
        at = np.arange(every - 1, REQUESTS, every) if every > 1 else np.flatnonzero(in_canary)
        n_c, s_c = np.cumsum(in_canary)[at], np.cumsum(in_canary & harmed)[at]
        n_0, s_0 = at + 1 - n_c, np.cumsum(~in_canary & harmed)[at]
        seen = np.minimum(n_c, n_0) >= MIN_REQUESTS
        ratio, z = log_ratios(n_c, s_c, n_0, s_0, tau)
        alarms = seen & (np.maximum.accumulate(np.where(seen, ratio, -np.inf)) >= np.log(1 / ALPHA))
        alarms &= s_c * n_0 > s_0 * n_c
        naive += bool((seen & (z > 1.959964)).any())
        if alarms.any():
            first = int(np.argmax(alarms))
            stops[k] = at[first] + 1
            if k < 3:
                _check(Arm(int(n_c[first]), int(s_c[first])), Arm(int(n_0[first]), int(s_0[first])), tau, ratio[first])
    return stops, naive / n


def _check(canary: Arm, control: Arm, tau: float, ratio: float) -> None:
    """What is simulated here is the product's own test."""
    found = look(canary, control, tau=tau, alpha=ALPHA)
    assert found.log_likelihood_ratio is not None
    assert abs(found.log_likelihood_ratio - ratio) < 1e-9


if __name__ == "__main__":
    main()
