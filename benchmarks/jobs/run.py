"""A whole job beside plain httpx that saves nothing, interleaved in one run, as ratios.

    python -m benchmarks.jobs.run               both parts, about three minutes
    python -m benchmarks.jobs.run cpu           one of them: cpu, growth

cpu: CPU seconds per 1,000 streamed answers of 200 tokens. Ours: cells taken under a lease, prompts built, tokens
counted, answers saved in SQLite. Its: httpx reading the stream and decoding its JSON, and nothing else.
growth: memory and CPU of jobs of 500, 2,000 and 8,000 answers.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from typing import Any

from benchmarks.streaming.run import _measure as streamed
from benchmarks.streaming.run import _server as server

ROUNDS = 5
AT_ONCE = 64
N = 1000
GOAL = 0.9
GOAL_MB = 10


def job(root: str, n: int) -> dict[str, Any]:
    """A fresh job of so many cells, worked on in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        program = [sys.executable, "-m", "benchmarks.jobs.worker"]
        subprocess.run([*program, "make", folder, f"{root}/v1", str(n)], check=True)
        done = subprocess.run([*program, "work", folder, str(AT_ONCE)], check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def cpu(root: str) -> None:
    ours, its = [], []
    for _ in range(ROUNDS):
        ours.append(job(root, N)["cpu_s_per_1000"])
        its.append(streamed("httpx", root, "burst-200", N, AT_ONCE)["cpu_s_per_1000"])
    ratios = [a / b for a, b in zip(ours, its, strict=True)]
    print(
        f"cpu     job {statistics.median(ours):.2f} s, plain httpx {statistics.median(its):.2f} s per 1,000 answers   "
        f"ratio {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})  goal <= {GOAL}"
    )


def growth(root: str) -> None:
    first = 0.0
    for n in (500, 2000, 8000):
        found = job(root, n)
        first = first or found["peak_rss_mb"]
        print(
            f"growth  {n:5} answers: {found['cpu_s_per_1000']:.2f} CPU s per 1,000, peak {found['peak_rss_mb']:.1f} MB "
            f"({found['peak_rss_mb'] - first:+.1f})  goal <= +{GOAL_MB}"
        )


PARTS = {"cpu": cpu, "growth": growth}


def main() -> None:
    with server() as root:
        for name in sys.argv[1:] or PARTS:
            PARTS[name](root)


if __name__ == "__main__":
    main()
