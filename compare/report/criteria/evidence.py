"""What a scorecard looks at: the answers of a job (or all that were asked here), and every blind vote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from compare.probes.job import KIND, newest_results, results
from compare.probes.results import Result
from compare.records import Preference
from compare.report.measured.table import Outcomes, outcomes
from compare.store.measurements import Measurement
from compare.store.store import Store
from compare.store.votes import vote_name


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that criteria are held against, read once."""

    job_id: str | None
    job_state: str | None
    answers: Mapping[str, Sequence[Measurement]]
    """Outcomes by candidate id."""
    replaced: Mapping[str, Sequence[Measurement]]
    """Earlier answers of the same cells: they decide nothing, but they were paid for."""
    votes: Sequence[Preference]
    """Pairwise rows of counted blind ballots."""
    names: Mapping[str, str]
    """What votes and routing files call each stored candidate, by id."""
    labels: Mapping[str, str]
    probes: Mapping[str, Sequence[Result]] = field(default_factory=dict)
    """Scored answers to planted facts by candidate id: of the job if it asked any, else each candidate's newest."""

    def find(self, name: str) -> str | None:
        """The id of the candidate that is called so, by its own name or by a label that only it has."""
        for known in (self.names, self.labels):
            ids = [each for each, called in known.items() if called == name]
            if len(ids) == 1:
                return ids[0]
        return None

    @property
    def known_names(self) -> tuple[str, ...]:
        """Names of the candidates that have answers or votes here."""
        return tuple(sorted(self.names[each] for each in {*self.answers, *self.voted, *self.probes}))

    @property
    def voted(self) -> frozenset[str]:
        """Ids of the candidates with blind votes."""
        return frozenset(each for row in self.votes for each in (row.candidate_a, row.candidate_b))

    @property
    def workloads(self) -> tuple[str, ...]:
        """Every workload of the answers."""
        return tuple(sorted({row.workload for rows in self.answers.values() for row in rows}))


def evidence(store: Store, job_id: str | None = None, *, probes: bool = False) -> Evidence:
    """Read it.

    Args:
        store: where it is.
        job_id: only the answers of this job.
        probes: also read and score answers to planted facts.

    Raises:
        NotFoundError: there is no such job.
    """
    found: Outcomes = outcomes(store.measurements(job_id))
    candidates = store.candidates()
    return Evidence(
        job_id,
        None if job_id is None else store.job_state(job_id),
        _by_candidate(found.rows),
        _by_candidate(found.replaced),
        store.preferences(blind=True),
        {each: vote_name(candidate) for each, candidate in candidates.items()},
        {each: candidate.label for each, candidate in candidates.items() if candidate.label},
        _probes(store, job_id) if probes else {},
    )


def _probes(store: Store, job_id: str | None) -> Mapping[str, Sequence[Result]]:
    if job_id is None or store.job(job_id).kind != KIND:
        return newest_results(store).results
    found: dict[str, list[Result]] = {}
    for one in results(store, job_id):
        found.setdefault(one.candidate_id, []).append(one)
    return found


def _by_candidate(rows: Sequence[Measurement]) -> dict[str, list[Measurement]]:
    found: dict[str, list[Measurement]] = {}
    for row in rows:
        found.setdefault(row.candidate_id, []).append(row)
    return found
