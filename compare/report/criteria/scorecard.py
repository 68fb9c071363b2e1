"""The scorecard: every criterion for every candidate, passed, failed or not measured, in one sentence each.

What has not been measured does not pass. A criterion that names no candidate is held against every one that was
measured; a scorecard passes where every line does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from compare.report.criteria.evidence import Evidence, evidence
from compare.report.criteria.limits import BASE_UNITS
from compare.report.criteria.measure import Measured, measure
from compare.report.criteria.read import Criteria
from compare.report.criteria.values import FROM_VOTES, Criterion
from compare.report.words import counted
from compare.store.store import Store

_ENDED = ("done", "failed")
"""States of a job that has asked everything; "failed" means that some of it failed."""
Verdict = Literal["pass", "fail", "not measured"]


@dataclass(frozen=True, slots=True)
class Result:
    """One criterion held against one candidate."""

    criterion: Criterion
    candidate: str
    """By the name that votes and routing files use; empty where there is no candidate at all."""
    verdict: Verdict
    sentence: str
    measured: Measured


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The outcome of a criteria file."""

    title: str
    job_id: str | None
    results: tuple[Result, ...]
    """By criterion in the file's order, then by candidate."""
    unfinished: str = ""
    """Said where the job has not ended: what it has not asked yet is not measured. Empty otherwise."""

    @property
    def passed(self) -> bool:
        """True where every result passes, there is one, and the job has ended."""
        return bool(self.results) and not self.unfinished and all(result.verdict == "pass" for result in self.results)

    def count(self, verdict: Verdict) -> int:
        """How many results have this verdict."""
        return sum(result.verdict == verdict for result in self.results)

    @property
    def sentence(self) -> str:
        """The whole in one sentence, such as: 2 of 5 results pass, 2 fail, 1 is not measured."""
        passed, failed, unknown = (self.count(verdict) for verdict in ("pass", "fail", "not measured"))
        of = len(self.results)
        if passed == of:
            return "The one result passes." if of == 1 else f"All {of:,} results pass."
        parts = [f"{passed:,} of {counted(of, 'result')} {'passes' if passed == 1 else 'pass'}"]
        if failed:
            parts.append(f"{failed:,} {'fails' if failed == 1 else 'fail'}")
        if unknown:
            parts.append(f"{unknown:,} {'is' if unknown == 1 else 'are'} not measured")
        return ", ".join(parts) + "."

    def to_json(self) -> dict[str, Any]:
        """The scorecard as one document; figures in the base unit that stands beside them."""
        return {
            "passed": self.passed,
            "sentence": self.sentence,
            "title": self.title,
            "job_id": self.job_id,
            "unfinished": self.unfinished or None,
            "n_pass": self.count("pass"),
            "n_fail": self.count("fail"),
            "n_not_measured": self.count("not measured"),
            "results": [_result_json(result) for result in self.results],
        }


def scorecard(store: Store, criteria: Criteria, job_id: str | None = None) -> Scorecard:
    """Hold what is stored against criteria.

    Args:
        store: answers and votes.
        criteria: what must be reached.
        job_id: only the answers of this job; votes are not asked within jobs, so all blind ones count in any case.

    Raises:
        NotFoundError: there is no such job.
    """
    found = evidence(store, job_id, probes=any(one.metric == "recall" for one in criteria.criteria))
    results = [result for criterion in criteria.criteria for result in _results(criterion, found)]
    return Scorecard(criteria.title, job_id, tuple(results), _unfinished(found))


def _unfinished(found: Evidence) -> str:
    if found.job_state in (None, *_ENDED):
        return ""
    return (
        f"Job {found.job_id} has not ended (it is {found.job_state}): what it has not asked is not measured, so the "
        "scorecard does not pass."
    )


def _results(criterion: Criterion, found: Evidence) -> Iterator[Result]:
    named = criterion.candidates or tuple(_measured_names(criterion, found))
    if not named:
        what = "blind votes" if criterion.metric in FROM_VOTES else "answers"
        where = f"Job {found.job_id} has" if found.job_id and what == "answers" else "There are"
        sentence = f"{where} no {what} yet, so {criterion.figure_name} is not measured; it does not pass."
        nothing = Measured(None, None, None, 0, "answer", problem=f"no {what} yet")
        yield Result(criterion, "", "not measured", sentence, nothing)
    for name in named:
        candidate_id = found.find(name)
        if candidate_id is None:
            known = ", ".join(found.known_names) or "none"
            why = f"no candidate is called so (known: {known})"
            measured = Measured(None, None, None, 0, "answer", problem=why)
        else:
            measured = measure(criterion, candidate_id, found)
        yield _judged(criterion, name, measured)


def _measured_names(criterion: Criterion, found: Evidence) -> list[str]:
    """Names of the candidates that a criterion without names is held against, sorted."""
    ids = set(found.answers)
    if criterion.metric in FROM_VOTES:
        ids = set(found.voted) if found.job_id is None else ids
        ids.discard(found.find(criterion.against) or "")
    if criterion.metric == "recall":
        ids = set(found.probes) or ids
    return sorted(found.names[each] for each in ids)


def _judged(criterion: Criterion, name: str, measured: Measured) -> Result:
    limit, what = criterion.limit, f"{criterion.figure_name}{criterion.place}"
    if measured.problem or measured.value is None:
        return _unmeasured(criterion, name, measured, f"{what} is not measured, because {measured.problem}")
    told = f"{what} is {limit.figure(measured.value)}{_in_brackets(criterion, measured)}"
    if measured.n < criterion.min_n:
        asked = counted(criterion.min_n, measured.noun)
        why = f"{told}, but the criterion asks for at least {asked}, so this counts as not measured"
        return _unmeasured(criterion, name, measured, why)
    if not limit.holds(measured.value):
        return Result(criterion, name, "fail", f"{name} fails: {told}; {limit.sentence}.", measured)
    if criterion.sure:
        edge = measured.ci_high if limit.is_upper else measured.ci_low
        if edge is None:
            unsure = f"the criterion asks to be sure and {_no_interval(measured)}"
            why = f"{told}, but {unsure}, so this counts as not measured"
            return _unmeasured(criterion, name, measured, why)
        if not limit.holds(edge):
            said = f"{name} fails: {told}; {limit.sentence}, and the interval is not clear of it."
            return Result(criterion, name, "fail", said, measured)
    return Result(criterion, name, "pass", f"{name} passes: {told}; {limit.sentence}.", measured)


def _unmeasured(criterion: Criterion, name: str, measured: Measured, why: str) -> Result:
    return Result(criterion, name, "not measured", f"{name} does not pass: {why}.", measured)


def _no_interval(measured: Measured) -> str:
    if measured.n < measured.n_needed:
        return f"an interval needs {counted(measured.n_needed, measured.noun)}"
    return "there is no interval, as all come from one thread"


def _in_brackets(criterion: Criterion, measured: Measured) -> str:
    """What stands behind a figure: " (3.9 to 4.6, n = 120)"."""
    limit, parts = criterion.limit, []
    if measured.value is not None and measured.ci_low is not None and measured.ci_high is not None:
        parts.append(limit.interval(measured.ci_low, measured.ci_high, measured.value))
    parts.append(f"n = {measured.n:,}")
    parts += measured.notes
    return f" ({', '.join(parts)})"


def _result_json(result: Result) -> dict[str, Any]:
    criterion, measured = result.criterion, result.measured
    return {
        "criterion": criterion.name,
        "candidate": result.candidate,
        "verdict": result.verdict,
        "sentence": result.sentence,
        "metric": criterion.metric,
        "time": criterion.time,
        "against": criterion.against or None,
        "at_messages": criterion.at_messages,
        "bucket": criterion.bucket or None,
        "workloads": list(criterion.workloads),
        "history": criterion.history,
        "value": measured.value,
        "ci_low": measured.ci_low,
        "ci_high": measured.ci_high,
        "n": measured.n,
        "n_of": measured.noun,
        "unit": BASE_UNITS[criterion.limit.quantity],
        "limit": {"operator": criterion.limit.operator, "value": criterion.limit.value},
        "min_n": criterion.min_n,
        "sure": criterion.sure,
    }
