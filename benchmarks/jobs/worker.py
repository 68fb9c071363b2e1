"""One process of the measurement: make a job, or work on it and tell what that took.

python -m benchmarks.jobs.worker make FOLDER BASE_URL N         a job of N cells in a fresh database
python -m benchmarks.jobs.worker work FOLDER AT_ONCE            work on it; prints CPU, wall time and memory as JSON
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from pathlib import Path

MODEL = "burst-200"
N_TURNS = 3
"""User turns of a thread; its last is asked."""


def make(folder: Path, base_url: str, n: int) -> None:
    from compare.jobs.create import create_job
    from compare.jobs.terms import Terms
    from compare.records import Candidate, Message, Thread
    from compare.store import open_store

    (folder / "models.toml").write_text(
        f'[[model]]\nid = "{MODEL}"\nprovider = "openai-chat"\nbase_url = "{base_url}"\nmodel = "{MODEL}"\n'
    )
    store = open_store(folder / "weighbridge.db")
    candidate = Candidate(MODEL)
    store.save_candidate(candidate)
    threads = []
    for number in range(n // 2):
        messages = [Message("system", "You answer questions about trains.")]
        for turn in range(1, N_TURNS + 1):
            messages.append(Message("user", f"Question {turn} of {number}: when does train {number * turn} leave?"))
            if turn < N_TURNS:
                messages.append(Message("assistant", f"Train {number * turn} leaves at {turn} o'clock. " * 5))
        threads.append(store.save_thread(Thread(tuple(messages), title=str(number))).id)
    create_job(store, threads, [candidate], repeat=2, terms=Terms(1))
    store.close()


def work(folder: Path, at_once: int) -> None:
    os.environ["WEIGHBRIDGE_MODELS"] = str(folder / "models.toml")
    from compare.engine.backend import Backend
    from compare.jobs.around import ready_spec
    from compare.jobs.replay import replay
    from compare.jobs.terms import Terms
    from compare.store import open_store
    from compare.tokens.count import count

    count("loaded")  # 0.3 s once, whatever the number of answers
    store = open_store(folder / "weighbridge.db")
    job_id = store.job("last").id
    store.finish_job(job_id, "running")

    async def main() -> int:
        async with Backend() as backend:
            done = await replay(
                store, job_id, backend, Terms(at_once), ready_spec, on_cell=lambda cell, answer, there: None
            )
        assert (done.tally.failed, done.ended.state) == (0, "done"), done
        return done.tally.asked

    began, cpu = time.perf_counter(), time.process_time()
    n = asyncio.run(main())
    cpu_s, wall_s = time.process_time() - cpu, time.perf_counter() - began
    print(
        json.dumps(
            {
                "n": n,
                "cpu_s_per_1000": cpu_s / n * 1000,
                "wall_s": wall_s,
                "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
    else:
        work(Path(sys.argv[2]), int(sys.argv[3]))
