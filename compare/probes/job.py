"""Probes as a job: their threads are stored like any other (archived, so that the library stays clear), asked by the
job engine, and described in the job's specification, so that each can be opened again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from compare.errors import ConfigError
from compare.jobs.plan import Asked, make_cells, read_asked
from compare.jobs.terms import Terms
from compare.probes.plant import Planted, PlantPlan
from compare.probes.probe import Probe, probe_from
from compare.probes.results import Result, result_of
from compare.records import Candidate
from compare.store.jobs import PROBE_KIND, TakenJob
from compare.store.store import Store
from compare.store.votes import vote_name

KIND = PROBE_KIND
_VERSION = 1


class ProbeJob(NamedTuple):
    """A stored job of probes."""

    id: str
    probes: Mapping[str, Probe]
    """By the id of their thread."""
    asked: Asked
    plan: Mapping[str, Any]
    """What was asked for."""


def store_probes(store: Store, planted: Sequence[Planted]) -> list[Probe]:
    """Keep the planted threads; the probes with their threads' ids."""
    saved = store.save_threads([one.thread for one in planted])
    new = [one.id for one in saved if one.created]
    if new:
        store.archive_threads(new)
    return [replace(one.probe, thread_id=its.id) for one, its in zip(planted, saved, strict=True)]


def start_probes(
    store: Store,
    planted: Sequence[Planted],
    candidates: Sequence[Candidate],
    plan: PlantPlan,
    *,
    repeat: int,
    terms: Terms,
    resume: bool = False,
    name: str = "",
) -> TakenJob:
    """A job that asks every probe of every candidate, with its cells, set running.

    Args:
        store: where the candidates are stored.
        planted: what is asked.
        candidates: of whom.
        plan: what it was made from; kept with the job.
        repeat: how often each is asked.
        terms: how it is worked on.
        resume: take up the newest job that asks exactly this, if there is one; what failed is asked again.
        name: what lists call a new job.

    Raises:
        ConfigError: there is nothing to ask, or nobody.
    """
    if not planted or not candidates:
        raise ConfigError("A job of probes needs at least one probe and one candidate.")
    probes = store_probes(store, planted)
    asked = Asked(
        tuple(one.thread.content_sha256 for one in planted),
        tuple(dict.fromkeys(candidate.id for candidate in candidates)),
        repeat=repeat,
    )
    body = json.loads(asked.to_json()) | {
        "probes": {"version": _VERSION, "plan": plan.to_dict(), "made": [probe.to_dict() for probe in probes]}
    }
    spec = json.dumps(body)
    taken = store.find_or_start_job(KIND, spec) if resume else TakenJob(store.start_job(KIND, spec, name=name), False)
    store.set_job_terms(taken.id, terms.to_json(), terms.cost_cap_usd)
    make_cells(store, taken.id, asked, (store.thread(probe.thread_id) for probe in probes))
    if taken.resumed:
        store.retry_failed_cells(taken.id)
    store.finish_job(taken.id, "running")
    return taken


def probe_job(store: Store, job_id: str) -> ProbeJob:
    """A stored job of probes.

    Raises:
        NotFoundError: there is no such job.
        ConfigError: it asks something else.
    """
    row = store.job(job_id)
    body = json.loads(row.spec_json)
    told = body.get("probes")
    if row.kind != KIND or not told:
        raise ConfigError(f"The job {row.id} asks no probes. The newest that does: weighbridge probe --job last")
    probes = [probe_from(one) for one in told["made"]]
    return ProbeJob(row.id, {one.thread_id: one for one in probes}, read_asked(row.spec_json), told["plan"])


def results(store: Store, job_id: str) -> list[Result]:
    """What came of every cell that has an outcome, scored now from the stored answers.

    Raises:
        NotFoundError, ConfigError: as `probe_job`.
    """
    return list(_results(store, probe_job(store, job_id)))


def _results(store: Store, job: ProbeJob) -> Iterator[Result]:
    known = store.candidates()
    candidates = {candidate_id: known[candidate_id] for candidate_id in job.asked.candidates}
    names = names_of(list(candidates.values()))
    for cell, answer in store.job_results(job.id):
        probe = job.probes.get(cell.thread_id)
        if answer is not None and probe is not None:
            yield result_of(probe, answer, candidates[cell.candidate_id], names[cell.candidate_id])


def names_of(candidates: Sequence[Candidate]) -> dict[str, str]:
    """What the candidates are called in files and tables: as votes call them."""
    return {candidate.id: vote_name(candidate) for candidate in candidates}


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest results of each candidate, over all jobs of probes."""

    results: Mapping[str, Sequence[Result]]
    """By candidate id, of the newest job that has answers of it."""
    jobs: Mapping[str, str]
    """The job that each is from."""


def newest_results(store: Store, limit: int = 50) -> Newest:
    """The newest results of each candidate; older jobs stand back, since models and prompts change."""
    found: dict[str, list[Result]] = {}
    jobs: dict[str, str] = {}
    for row in store.jobs(KIND, limit):
        if all(candidate_id in found for candidate_id in read_asked(row.spec_json).candidates):
            continue
        here: dict[str, list[Result]] = {}
        for one in results(store, row.id):
            here.setdefault(one.candidate_id, []).append(one)
        for candidate_id, some in here.items():
            if candidate_id not in found:
                found[candidate_id], jobs[candidate_id] = some, row.id
    return Newest(found, jobs)


__all__ = [
    "KIND", "Newest", "ProbeJob", "names_of", "newest_results", "probe_job", "results", "start_probes", "store_probes",
]  # fmt: skip
