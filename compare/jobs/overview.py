"""One job for people: how it stands, who works on it, what it cost, and why cells failed. Command line and page."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

from compare.jobs.owner import is_gone, shown
from compare.jobs.plan import Asked, read_asked
from compare.jobs.progress import JobProgress, in_words, progress_of
from compare.jobs.terms import Terms, read_terms
from compare.store.jobs import PROBE_KIND, JobRow
from compare.store.store import Store

KIND_NAMES: dict[str, str] = {"run": "answers", PROBE_KIND: "memory probes"}
"""What lists call the kinds of jobs: `run` answers threads, the other asks for planted facts."""
_NUMBERS = re.compile(r"\d+")


class Failure(NamedTuple):
    """A reason why cells failed."""

    lane: str
    reason: str
    n: int
    example_thread_id: str


@dataclass(frozen=True, slots=True)
class Overview:
    """A job as it stands."""

    row: JobRow
    asked: Asked
    terms: Terms
    progress: JobProgress
    spent_usd: float
    workers: tuple[str, ...]
    """Who works on it now."""
    left_s: float | None
    endpoints: tuple[str, ...]
    """What the endpoints' limits are doing, in sentences."""
    held_up: tuple[str, ...]
    """Those of them that wait or refuse."""

    @property
    def is_live(self) -> bool:
        """Whether somebody works on it."""
        return bool(self.workers)

    @property
    def kind(self) -> str:
        """What it asks, in a word."""
        return KIND_NAMES.get(self.row.kind, self.row.kind)

    @property
    def title(self) -> str:
        """What lists call it."""
        n, many = len(self.asked.candidates), len(self.asked.threads)
        said = f"{many:,} thread{'s' if many != 1 else ''} x {n} candidate{'s' if n != 1 else ''}"
        return self.row.name or (f"{said} x {self.asked.repeat}" if self.asked.repeat > 1 else said)

    @property
    def state(self) -> str:
        """Its state in a word or two: a job that nobody works on any more does not run."""
        if self.row.state == "running" and not self.is_live:
            return "interrupted"
        if self.row.state in ("paused", "cancelled") and self.is_live:
            return "stopping"
        return self.row.state

    @property
    def standing(self) -> str:
        """Its state as lists and pages call it: a job whose answers partly failed has ended, and says how many."""
        it = self.progress.all()
        if self.state == "paused" and not it.n_asked and not it.done:
            return "not started"
        return f"ended, {it.failed:,} failed" if self.state == "failed" else self.state

    @property
    def sentence(self) -> str:
        """How it stands, in sentences."""
        said = [self.progress.sentence]
        if self.state == "running":
            said.append(in_words(self.left_s).capitalize() + ".")
        if self.state == "interrupted":
            said.append("Nobody works on it now: resume it, and what is finished is not asked again.")
        if self.row.note:
            said.append(self.row.note)
        return " ".join(said)


def overview(store: Store, job_id: str) -> Overview:
    """How a job stands.

    Raises:
        NotFoundError: there is none.
        ConfigError: it is no job of this kind.
    """
    from compare.jobs.traffic import EndpointStatus

    row = store.job(job_id)
    live = [
        worker
        for worker in store.job_workers(row.id)
        if worker.lease_until >= time.time() and not is_gone(worker.owner)
    ]
    status: dict[str, Any] = json.loads(live[0].status_json) if live else {}
    endpoints = [EndpointStatus(**each) for each in status.get("endpoints", ())]
    return Overview(
        row,
        read_asked(row.spec_json),
        read_terms(row.terms_json, row.cost_cap_usd),
        progress_of(store.cell_counts(row.id)),
        store.job_spent_usd(row.id),
        tuple(shown(worker.owner) for worker in live),
        status.get("left_s"),
        tuple(each.sentence for each in endpoints),
        tuple(each.sentence for each in endpoints if each.is_held_up),
    )


def failures(store: Store, job_id: str) -> list[Failure]:
    """Why cells failed, the most frequent first; reasons that differ only in numbers stand under the first of them."""
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], Failure] = {}
    for cell, answer in store.job_results(job_id, states=("failed",)):
        reason = (answer.error if answer else None) or "No reason was kept."
        key = (cell.lane, _NUMBERS.sub("#", reason))
        counts[key] += 1
        first.setdefault(key, Failure(cell.lane, reason, 0, cell.thread_id))
    return [first[key]._replace(n=n) for key, n in counts.most_common()]
