"""The adapter's speed beside its peers, interleaved in one run, as ratios.

    python -m benchmarks.streaming.run               all four parts, about six minutes
    python -m benchmarks.streaming.run cpu growth    some of them

cpu: CPU seconds per 1,000 streamed answers of 200 tokens. fanout: one conversation to six candidates, time to first
token above the raw reader's. paced: 64 streams at 100 tokens a second, reported total against the server's clock.
growth: CPU and memory from 500 to 8,000 answers. Peers that are not installed are named, not passed over.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.streaming.clients import CLIENTS

ROUNDS = 3
GOALS = {"httpx": 0.45, "openai": 0.06, "litellm": 0.015}
"""Our CPU over the peer's, at most; 1.3 of the raw reader is the stretch."""
_N = {"openai": 150, "litellm": 40}
"""Answers a round for the slow ones; 1,000 for the others."""


@contextmanager
def _server() -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.streaming.server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.terminate()


def _measure(client: str, root: str, model: str, n: int, at_once: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.streaming.worker", client, f"{root}/v1", model, str(n), str(at_once)]
    # litellm would fetch its price list on import, and try again and again where there is no network.
    env = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=env)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _installed() -> list[str]:
    there = [name for name in CLIENTS if name in ("weighbridge", "raw") or importlib.util.find_spec(name)]
    for name in CLIENTS.keys() - set(there):
        print(f"{name} is not installed here, so nothing is said about it (pip install {name}).")
    return there


def cpu(root: str) -> None:
    clients = _installed()
    seen: dict[str, list[float]] = {name: [] for name in clients}
    for _ in range(ROUNDS):
        for name in clients:
            seen[name].append(_measure(name, root, "burst-200", _N.get(name, 1000), 64)["cpu_s_per_1000"])
    ours = seen["weighbridge"]
    for name, values in seen.items():
        ratios = [a / b for a, b in zip(ours, values, strict=True)]
        goal = f"  goal <= {GOALS[name]}" if name in GOALS else "  stretch <= 1.3" if name == "raw" else ""
        print(
            f"cpu     {name:12} {statistics.median(values):8.2f} s per 1,000   ours/its "
            f"{statistics.median(ratios):6.3f} ({min(ratios):.3f} to {max(ratios):.3f}){goal}"
        )


def fanout(root: str) -> None:
    added = []
    for _ in range(ROUNDS * 3):
        both = [_measure(name, root, "paced-40-100-300", 6, 6)["ttft_ms"].values() for name in ("weighbridge", "raw")]
        added.append(statistics.median(both[0]) - statistics.median(both[1]))
    print(f"fanout  time to first token above raw: {statistics.median(added):+.2f} ms  goal <= 2")


def paced(root: str) -> None:
    for name in ("weighbridge", "raw", "httpx"):
        off = []
        for _ in range(ROUNDS):
            reported = _measure(name, root, "paced-200-100-50", 64, 64)["total_ms"]
            with urllib.request.urlopen(f"{root}/clock") as response:
                clock = json.load(response)
            off += [(reported[stream] / clock[stream] - 1) * 100 for stream in reported]
        goal = "  goal: within 1 %" if name == "weighbridge" else ""
        worst = max(off, key=abs)
        print(f"paced   {name:12} reported total off by {statistics.median(off):+.2f} % (worst {worst:+.2f} %){goal}")


def growth(root: str) -> None:
    for n in (500, 2000, 8000):
        found = _measure("weighbridge", root, "burst-200", n, 64)
        print(
            f"growth  {n:5} answers: {found['cpu_s_per_1000']:.2f} CPU s per 1,000, peak {found['peak_rss_mb']:.0f} MB"
        )


PARTS = {"cpu": cpu, "fanout": fanout, "paced": paced, "growth": growth}


def main() -> None:
    with _server() as root:
        for name in sys.argv[1:] or PARTS:
            PARTS[name](root)


if __name__ == "__main__":
    main()
