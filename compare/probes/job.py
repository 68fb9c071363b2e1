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
from compare.jobs.speakers import alone
from compare.jobs.terms import Terms
from compare.probes.handover import first_message_after
from compare.probes.own import as_it_went, measured_again
from compare.probes.plant import Planted, PlantPlan
from compare.probes.probe import Probe, probe_from
from compare.probes.results import Result, TakenOver, result_of
from compare.records import Candidate, Message
from compare.store.jobs import PROBE_KIND, TakenJob
from compare.store.store import Store
from compare.store.votes import vote_name
from compare.threads.prompts import user_turns

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
        candidates: of whom; those that take over need the history "own".
        plan: what it was made from; kept with the job.
        repeat: how often each is asked.
        terms: how it is worked on.
        resume: take up the newest job that asks exactly this, if there is one; what failed is asked again.
        name: what lists call a new job.

    Raises:
        ConfigError: there is nothing to ask, or nobody; or somebody takes over where replies are as given.
    """
    if not planted or not candidates:
        raise ConfigError("A job of probes needs at least one probe and one candidate.")
    if plan.history != "own" and any(candidate.handover_from for candidate in candidates):
        raise ConfigError("A handover needs replies of the candidates' own: ask with the history own.")
    probes = store_probes(store, planted)
    asked = Asked(
        tuple(one.thread.content_sha256 for one in planted),
        tuple(dict.fromkeys(candidate.id for candidate in candidates)),
        history=plan.history,
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
    if job.asked.history == "own":
        yield from _own_results(store, job, candidates, names)
        return
    for cell, answer in store.job_results(job.id):
        probe = job.probes.get(cell.thread_id)
        if answer is not None and probe is not None:
            yield result_of(probe, answer, candidates[cell.candidate_id], names[cell.candidate_id])


def _own_results(
    store: Store, job: ProbeJob, candidates: Mapping[str, Candidate], names: Mapping[str, str]
) -> Iterator[Result]:
    """The last cell of every chain, which is the question; those before it are the replies on the way."""
    known = store.candidates()
    threads: dict[str, tuple[Message, ...]] = {}
    said: list[str] = []
    for cell, answer in store.job_results(job.id):
        if cell.place == cell.chain:
            said = []
        probe = job.probes.get(cell.thread_id)
        if answer is None or probe is None:
            continue
        if cell.thread_id not in threads:
            threads[cell.thread_id] = store.thread(cell.thread_id).messages
        messages = threads[cell.thread_id]
        if cell.turn < len(user_turns(messages)):
            said.append(answer.text)
            continue
        went = as_it_went(messages, said)
        candidate = candidates[cell.candidate_id]
        found = result_of(measured_again(probe, went), answer, candidate, names[candidate.id], went[: probe.asked])
        yield replace(found, history="own", taken_over=_taken_over(candidate, known, messages))


def _taken_over(candidate: Candidate, known: Mapping[str, Candidate], messages: Sequence[Message]) -> TakenOver | None:
    if not candidate.handover_from:
        return None
    after = alone(candidate)
    place = first_message_after(messages, candidate.handover_turn)
    before = vote_name(known[candidate.handover_from])
    return TakenOver(before, candidate.handover_from, vote_name(after), after.id, candidate.handover_turn, place)


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
    """The newest results of each candidate; older jobs stand back, since models and prompts change.

    Only of threads as given: what a candidate remembers of its own conversation is another figure.
    """
    found: dict[str, list[Result]] = {}
    jobs: dict[str, str] = {}
    for row in store.jobs(KIND, limit):
        asked = read_asked(row.spec_json)
        if asked.history != "fixed" or all(candidate_id in found for candidate_id in asked.candidates):
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
