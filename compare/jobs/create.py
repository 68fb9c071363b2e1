"""Making jobs, and giving them more to ask: what is there already stays, and only what is missing is asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain

from compare.errors import ConfigError
from compare.jobs.plan import Asked, Turns, make_cells, read_asked
from compare.jobs.terms import Terms
from compare.records import Candidate, History
from compare.store.store import Store

KIND = "run"
"""What jobs of this folder are called in the table of jobs; other work has kinds of its own."""


def create_job(
    store: Store,
    threads: Sequence[str],
    candidates: Sequence[Candidate],
    *,
    history: History = "fixed",
    turns: Turns = "last",
    repeat: int = 1,
    terms: Terms,
    name: str = "",
) -> str:
    """A new job over stored threads and candidates, with its cells, standing paused until it is worked on.

    Raises:
        ConfigError: there is no thread or no candidate.
        NotFoundError: a thread is not stored.
    """
    if not threads or not candidates:
        raise ConfigError("A job needs at least one thread and one candidate.")
    found = [store.thread(thread_id) for thread_id in dict.fromkeys(threads)]
    asked = Asked(
        tuple(thread.content_sha256 for thread in found),
        tuple(dict.fromkeys(candidate.id for candidate in candidates)),
        history,
        turns,
        repeat,
    )
    job_id = store.start_job(KIND, asked.to_json(), name=name)
    store.finish_job(job_id, "paused")
    store.set_job_terms(job_id, terms.to_json(), terms.cost_cap_usd)
    make_cells(store, job_id, asked, found)
    return job_id


def extend_job(
    store: Store,
    job_id: str,
    *,
    candidates: Iterable[Candidate] = (),
    threads: Iterable[str] = (),
    repeat: int | None = None,
) -> int:
    """Let a job ask more; returns how many cells are new.

    Args:
        store: where it is stored.
        job_id: the job.
        candidates: stored ones to be added.
        threads: ids of stored threads to be added.
        repeat: how often each is to be asked from now on; not fewer times than before.

    Raises:
        ConfigError: fewer repeats, or a job that was not made here.
    """
    asked = read_asked(store.job(job_id).spec_json)
    if repeat is not None and repeat < asked.repeat:
        raise ConfigError(f"The job asks each {asked.repeat} times; it cannot ask fewer ({repeat}). Make a new job.")
    present = store.job_threads(job_id)
    added = [store.thread(thread_id) for thread_id in dict.fromkeys(threads) if thread_id not in present]
    longer = replace(
        asked,
        threads=(*asked.threads, *(t.content_sha256 for t in added if t.content_sha256 not in asked.threads)),
        candidates=tuple(dict.fromkeys([*asked.candidates, *(candidate.id for candidate in candidates)])),
        repeat=repeat or asked.repeat,
    )
    # What else the specification says (of probes: what was planted) stays.
    body = json.loads(store.job(job_id).spec_json) | json.loads(longer.to_json())
    store.set_job_spec(job_id, json.dumps(body))
    # One thread at a time: a job may have ten thousand.
    return make_cells(store, job_id, longer, chain(map(store.thread, present), added))


__all__ = ["KIND", "create_job", "extend_job"]
