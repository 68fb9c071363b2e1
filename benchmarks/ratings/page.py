"""The Results page's data beside reading the same votes into pandas, interleaved in one process, as ratios of CPU time.

    python -m benchmarks.ratings.page [BALLOTS]       200,000 by default; about three minutes

pandas reads every counted pairwise row with its ballot's criterion, comment, time and source, and makes nothing of it.
Ours is measured five times: the first view that there ever is (reads everything row by row, and keeps it by column),
the first view of a process (takes in what is kept, and reads by row the votes since, almost as many as there can be
before they are kept too), the view after one more vote (reads that one, makes sentences' ratings by thread length with
intervals clustered by rater and thread, and the counts), the same votes again (nothing to read, figures kept), and
another slice of them (a filter, all figures new). While one more first view of each kind is made, the lag of an asyncio
loop in another thread is taken: nothing here may hold the run hub up.
"""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from compare.ratings.leaderboard import Leaderboard
from compare.records import Ballot, Candidate, Preference
from compare.report.results.figures import board_of, clusters_of
from compare.report.results.filters import Chosen, Filters, Known, choose
from compare.report.results.vote_table import VoteReader
from compare.report.results.work import WORK, votes_key
from compare.report.votes import Tally, tally
from compare.store import Store, open_store

ROUNDS = 3
GOAL = 0.1
NOT_KEPT = 3900
"""More ballots than make whole parts of 4,000."""
N_MODELS, N_RATERS, N_THREADS = 8, 40, 500
EVER, FIRST = "the first view ever", "first view of a process"
_READ = """
SELECT p.*, b.criterion, b.comment, b.created_at, b.source
FROM preferences p JOIN ballots b ON b.id = p.ballot_id WHERE p.counted = 1
"""


def fill(store: Store, n: int) -> Callable[[int], None]:
    """Keep n made-up votes; gives a function that casts one more."""
    random = np.random.default_rng(1)
    candidates = [store.save_candidate(Candidate(f"model-{i}")) for i in range(N_MODELS)]
    raters = [store.rater(f"rater {i}") for i in range(N_RATERS)]
    theta = random.normal(0, 0.6, N_MODELS)

    def vote(number: int) -> tuple[Ballot, list[Preference]]:
        a = int(random.integers(N_MODELS))
        b = (a + int(random.integers(1, N_MODELS))) % N_MODELS
        drawn, p = random.random(), 1 / (1 + np.exp(theta[b] - theta[a]))
        verdict = "tie" if drawn < 0.15 else "all_bad" if drawn < 0.2 else "best"
        score = 0.5 if verdict != "best" else float(random.random() < p)
        rater = raters[int(random.integers(N_RATERS))]
        ballot = Ballot(
            id="", idempotency_key=f"vote {number}", comparison_id=None, rater_id=rater,
            verdict=verdict,  # type: ignore[arg-type]
            blind=True, comment="It forgot what was said before." if number % 5 == 0 else "", source="imported",
            created_at=f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}T10:00:00.000+00:00",
        )  # fmt: skip
        row = Preference(
            ballot_id="", candidate_a=candidates[a], candidate_b=candidates[b], score=score, verdict=ballot.verdict,
            pos_a=number % 2, pos_b=1 - number % 2, n_messages=int(random.integers(1, 40)), workload="interactive",
            history="fixed", blind=True, rater_id=rater, thread_id=f"thread {random.integers(N_THREADS)}",
        )  # fmt: skip
        return ballot, [row]

    for first in range(0, n, 5000):
        store.cast_all([vote(number) for number in range(first, min(n, first + 5000))])
    return lambda number: store.cast_all([vote(number)])


def page(store: Store, reader: VoteReader, filters: Filters) -> tuple[Chosen, Leaderboard, Tally]:
    """What the page's first screen is made of."""
    chosen = choose(reader, Known.read(store), filters)
    assert chosen is not None
    clusters = clusters_of(chosen.votes)
    made = WORK.ask(
        (votes_key(chosen), "board"), lambda: (board_of(chosen.votes, clusters), tally(chosen.votes))
    ).result()
    return chosen, *made


def forget(connection: sqlite3.Connection) -> None:
    """Leave no vote kept by column."""
    connection.execute("DELETE FROM vote_parts")
    connection.commit()


def cpu_s(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


class LoopLag:
    """The largest delay of a timer of 1 ms in a loop of its own, in milliseconds."""

    def __init__(self) -> None:
        self.largest_ms = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._watch()))

    async def _watch(self) -> None:
        while not self._over.is_set():
            due = time.perf_counter() + 0.001
            await asyncio.sleep(0.001)
            self.largest_ms = max(self.largest_ms, (time.perf_counter() - due) * 1000)

    def __enter__(self) -> LoopLag:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def main() -> None:
    import pandas as pd

    n = (int(sys.argv[1]) if len(sys.argv) > 1 else 200_000) + NOT_KEPT
    seen: dict[str, list[float]] = {}
    lags: dict[str, list[float]] = {EVER: [], FIRST: [], "nothing": []}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weighbridge.db"
        store = open_store(path)
        one_more = fill(store, n)
        connection = sqlite3.connect(path)
        page(store, VoteReader(store), Filters(length="9+"))  # imports are not what is measured
        sys.setswitchinterval(0.0005)  # as the run hub sets it
        for number in range(ROUNDS):
            round_s = {"pandas": cpu_s(lambda: pd.read_sql_query(_READ, connection))}
            # Each by itself too: the timer of 1 ms would be counted as our time.
            forget(connection)
            with LoopLag() as lag:
                page(store, VoteReader(store), Filters())
            lags[EVER].append(lag.largest_ms)
            forget(connection)
            round_s[EVER] = cpu_s(lambda: page(store, VoteReader(store), Filters()))
            with LoopLag() as lag:
                page(store, VoteReader(store), Filters())
            lags[FIRST].append(lag.largest_ms)
            reader = VoteReader(store)
            round_s[FIRST] = cpu_s(lambda r=reader: page(store, r, Filters()))
            with LoopLag() as alone:
                time.sleep(2)
            lags["nothing"].append(alone.largest_ms)
            one_more(n + number)
            round_s["after one more vote"] = cpu_s(lambda r=reader: page(store, r, Filters()))
            round_s["the same votes again"] = cpu_s(lambda r=reader: page(store, r, Filters()))
            sliced = Filters(length="9+", since=f"2026-0{number + 1}-15")
            round_s["another slice"] = cpu_s(lambda r=reader, f=sliced: page(store, r, f))
            for name, value in round_s.items():
                seen.setdefault(name, []).append(value)
        connection.close()
        store.close()
    print(f"{n:,} ballots, CPU s: pandas {statistics.median(seen['pandas']):.2f}")
    for name, values in seen.items():
        ratios = [ours / its for ours, its in zip(values, seen["pandas"], strict=True)]
        if name != "pandas":
            print(
                f"{name:24} {statistics.median(values):7.3f}  ours/pandas {statistics.median(ratios):.3f} "
                f"({min(ratios):.3f} to {max(ratios):.3f})  goal <= {GOAL}"
            )
    for name, values in lags.items():
        print(f"largest lag of a loop beside {name}: {statistics.median(values):.0f} ms (median of {ROUNDS})")


if __name__ == "__main__":
    main()
