"""Ratings beside their peers, interleaved in one run, as ratios of CPU time.

    python -m benchmarks.ratings.run                  both parts, about ten minutes
    python -m benchmarks.ratings.run fit              from 2 million raw votes to a leaderboard with intervals
    python -m benchmarks.ratings.run bootstrap        1,000 replicates of 100,000 votes

Every method runs in a fresh process on the same made-up votes. The peers give a point fit, arena-rank also an interval;
ours makes the whole leaderboard. FastChat's 1,000 replicates are told from fewer where a full run would take minutes.
Peers that are not installed are named, not passed over.
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import subprocess
import sys
from typing import Any

from benchmarks.ratings.methods import FITS

ROUNDS = 3
FIT_GOALS = {"evalica": 0.3, "fastchat": 0.3}
BOOTSTRAP_GOALS = {20: 0.02, 100: 0.05}
_FASTCHAT_REPLICATES = {20: 200, 100: 40}


def _measure(*arguments: str | int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.ratings.worker", *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _installed() -> list[str]:
    there = [name for name in FITS if name in ("weighbridge", "fastchat") or importlib.util.find_spec(name)]
    for name in FITS.keys() - set(there):
        print(f"{name} is not installed here, so nothing is said about it (pip install {name.replace('_', '-')}).")
    return there


def fit() -> None:
    methods = _installed()
    for n_models in (20, 100):
        seen: dict[str, list[dict[str, Any]]] = {name: [] for name in methods}
        for _ in range(ROUNDS):
            for name in methods:
                seen[name].append(_measure("fit", name, n_models, 2_000_000))
        ours = seen["weighbridge"]
        for name, runs in seen.items():
            ratios = [a["cpu_s"] / b["cpu_s"] for a, b in zip(ours, runs, strict=True)]
            apart = max(abs(runs[0]["found"][model] - value) for model, value in ours[0]["found"].items())
            goal = f"  goal <= {FIT_GOALS[name]}" if name in FIT_GOALS else ""
            print(
                f"fit        {n_models:3} models {name:12} {statistics.median(r['cpu_s'] for r in runs):6.2f} CPU s, "
                f"{statistics.median(r['added_mb'] for r in runs):5.0f} MB above the data, ours/its "
                f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f}){goal}, "
                f"largest difference {apart:.1e} points",
                flush=True,
            )


def bootstrap() -> None:
    for n_models in (20, 100):
        ratios, ours_s, its_s, errors = [], [], [], []
        drawn = _FASTCHAT_REPLICATES[n_models]
        for _ in range(ROUNDS):
            ours = _measure("bootstrap", "weighbridge", n_models, 100_000, 1000)
            one, many = (_measure("bootstrap", "fastchat", n_models, 100_000, n) for n in (2, drawn + 2))
            its = (many["cpu_s"] - one["cpu_s"]) * 1000 / drawn
            ratios.append(ours["cpu_s"] / its)
            ours_s.append(ours["cpu_s"])
            its_s.append(its)
            errors.append(statistics.mean(many["found"][name] / error for name, error in ours["found"].items()))
        print(
            f"bootstrap  {n_models:3} models, 1,000 replicates: ours {statistics.median(ours_s):.2f} CPU s, FastChat's "
            f"method {statistics.median(its_s):.1f} (from {drawn}), ratio {statistics.median(ratios):.4f} "
            f"({min(ratios):.4f} to {max(ratios):.4f})  goal <= {BOOTSTRAP_GOALS[n_models]}, "
            f"its standard errors over ours {statistics.mean(errors):.3f}",
            flush=True,
        )


PARTS = {"fit": fit, "bootstrap": bootstrap}


def main() -> None:
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main()
