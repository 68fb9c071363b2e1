"""An import beside a plain script over the same file, interleaved in one run, as ratios of CPU time.

    python -m benchmarks.importing.run               10,000 threads of 20 messages, about two minutes
    python -m benchmarks.importing.run 2000          so many threads

Every way writes into a fresh database of the product, made before the clock starts.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import orjson

from compare.store import open_store

ROUNDS = 3
GOAL_CPU = 3.0
GOAL_MB = 300
_N_MESSAGES = 20
_WORDS = ("order", "sent", "on monday", "arrives in lisbon", "two days later", "because", "the carrier", "please wait")


def _write(folder: Path, n: int) -> dict[str, Path]:
    """The same threads as JSON lines and as one array."""
    chance = random.Random(1)
    files = {"lines": folder / "threads.jsonl", "array": folder / "threads.json"}
    with files["lines"].open("wb") as lines, files["array"].open("wb") as array:
        for i in range(n):
            messages = [
                {
                    "role": "assistant" if k % 2 else "user",
                    "content": " ".join(chance.choices(_WORDS, k=chance.randint(5, 30))) + f" {i}.{k}",
                }
                for k in range(_N_MESSAGES)
            ]
            written = orjson.dumps({"id": f"thread-{i}", "messages": messages})
            lines.write(written + b"\n")
            array.write((b",\n" if i else b"[") + written)
        array.write(b"]")
    return files


def _measure(way: str, file: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        open_store(Path(folder) / "weighbridge.db").close()
        command = [sys.executable, "-m", "benchmarks.importing.worker", way, str(file), folder]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        files = _write(Path(folder), n)
        ways = (("product", "lines"), ("product", "array"), ("rows", "lines"), ("messages", "lines"))
        seen: dict[tuple[str, str], list[dict[str, Any]]] = {way: [] for way in ways}
        for _ in range(ROUNDS):
            for way, shape in ways:
                seen[way, shape].append(_measure(way, files[shape]))
    for (way, shape), found in seen.items():
        assert all(one["n"] == n for one in found)
        cpu = [one["cpu_s"] for one in found]
        told = f"{way:8} {shape:6} {statistics.median(cpu):6.2f} s CPU, peak {max(o['peak_mb'] for o in found):4.0f} MB"
        if way == "product":
            for peer in ("rows", "messages"):
                ratios = [a / b["cpu_s"] for a, b in zip(cpu, seen[peer, "lines"], strict=True)]
                told += f"   / {peer} {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
            told += f"   goal <= {GOAL_CPU:g}, {GOAL_MB} MB"
        print(told)


if __name__ == "__main__":
    main()
