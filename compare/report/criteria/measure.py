"""The figure that a criterion asks for, of one candidate: its value, its interval, its n, or why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from compare.probes.curves import curve_of
from compare.probes.plant import SOURCE
from compare.ratings.means import Mean, clustered_mean, clustered_ratio
from compare.ratings.percentiles import percentile, wilson
from compare.records import Preference
from compare.report.criteria.evidence import Evidence
from compare.report.criteria.values import Criterion, MetricName
from compare.report.measured.figures import TIMES, share
from compare.report.words import counted
from compare.store.measurements import Measurement

_QUANTILES: Mapping[str, float] = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
_RESOLVED = ("stop", "tool")
"""Finish reasons of a turn that was answered to its end."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure in the base unit of its quantity."""

    value: float | None
    ci_low: float | None
    ci_high: float | None
    n: int
    noun: str
    """What n counts: "answer", "session", "vote"."""
    problem: str = ""
    """Why there is no figure to judge, as the end of a sentence; empty where there is one."""
    n_needed: int = 1
    """The least n that gives an interval."""
    notes: tuple[str, ...] = ()
    """What to know about it, each the end of a sentence."""


def measure(criterion: Criterion, candidate_id: str, evidence: Evidence) -> Measured:
    """The figure of one candidate."""
    return _MEASURES[criterion.metric](criterion, candidate_id, evidence)


def _nothing(noun: str, problem: str, n: int = 0) -> Measured:
    return Measured(None, None, None, n, noun, problem)


def _rows(criterion: Criterion, candidate_id: str, evidence: Evidence) -> list[Measurement]:
    rows = evidence.answers.get(candidate_id, ())
    return [row for row in rows if criterion.takes(row.n_messages, row.workload, row.history)]


def _no_answers(criterion: Criterion, candidate_id: str, evidence: Evidence) -> str:
    where = "this job has" if evidence.job_id else "there are"
    if unknown := [each for each in criterion.workloads if each not in evidence.workloads]:
        known = ", ".join(evidence.workloads) or "none"
        return f"no answer is of workload {' or '.join(unknown)} (known: {known})"
    if candidate_id in evidence.answers:
        return f"{where} no answers of it{criterion.place}"
    return f"{where} no answers of it"


# --- answers ---------------------------------------------------------------------------------------------------------


def _time(criterion: Criterion, candidate_id: str, evidence: Evidence) -> Measured:
    assert criterion.time is not None
    rows = _rows(criterion, candidate_id, evidence)
    done = [row for row in rows if row.status == "done"]
    field = f"{criterion.time}_ms"
    values = [v for row in done if not row.timing_disturbed and (v := getattr(row, field)) is not None]
    n_disturbed = sum(row.timing_disturbed for row in done)
    note = f"{counted(n_disturbed, 'disturbed timing')} left out"
    if not values:
        why = _no_answers(criterion, candidate_id, evidence)
        if rows:
            why = f"none of its {counted(len(rows), 'answer')}{criterion.place} has a {TIMES[criterion.time]}"
        return _nothing("answer", f"{why} ({note})" if n_disturbed else why)
    p = percentile(values, _QUANTILES[criterion.metric])
    notes = (note,) if n_disturbed else ()
    return Measured(p.value, p.ci_low, p.ci_high, p.n, "answer", n_needed=p.n_needed, notes=notes)


def _error_rate(criterion: Criterion, candidate_id: str, evidence: Evidence) -> Measured:
    rows = [row for row in _rows(criterion, candidate_id, evidence) if row.status != "stopped"]
    if not rows:
        return _nothing("answer", _no_answers(criterion, candidate_id, evidence))
    failed = [row for row in rows if row.status == "failed"]
    found = _share_of(len(failed), len(rows), "answer")
    unasked = sum(row.attempts == 0 for row in failed)
    return replace(found, notes=(f"{unasked:,} of {len(failed):,} failed were never asked",)) if unasked else found


def _cut_rate(criterion: Criterion, candidate_id: str, evidence: Evidence) -> Measured:
    rows = _rows(criterion, candidate_id, evidence)
    done = [row for row in rows if row.status == "done"]
    if not done:
        why = "none of its answers was finished" if rows else _no_answers(criterion, candidate_id, evidence)
        return _nothing("answer", why)
    by_us = sum(row.is_cut_by_us for row in done)
    found = _share_of(sum(_is_cut(row) for row in done), len(done), "finished answer")
    if not by_us:
        return found
    return replace(found, notes=(f"{by_us:,} of them by our own context policy",))


def _is_cut(row: Measurement) -> bool:
    return row.finish == "length" or row.is_cut_by_us


def _share_of(hits: int, n: int, noun: str) -> Measured:
    found = share(hits, n)
    return Measured(found.value, found.low, found.high, n, noun)


# --- cost ------------------------------------------------------------------------------------------------------------


def _cost_per_query(criterion: Criterion, candidate_id: str, evidence: Evidence) -> Measured:
    rows = _rows(criterion, candidate_id, evidence)
    done = [row for row in rows if row.status == "done"]
    if not done:
        why = "none of its answers was finished" if rows else _no_answers(criterion, candidate_id, evidence)
        return _nothing("answer", why)
    if unknown := sum(row.cost_usd is None for row in done):
        return _nothing("answer", f"the cost of {unknown:,} of {counted(len(done), 'answer')} is not known", len(done))
    costs = [float(row.cost_usd) for row in done if row.cost_usd is not None]
    return _of_mean(clustered_mean(costs, [row.thread_id for row in done]), len(done), "finished answer")


@dataclass(slots=True)
class _Session:
    """All that one candidate was asked of one thread, once."""

    thread_id: str
    turns: list[Measurement]
    replaced: list[Measurement]
    """Earlier answers to the same turns: they were paid for too."""

    @property
    def is_resolved(self) -> bool:
        """True where every user turn that was asked got a whole answer to all that was said."""
        return all(row.status == "done" and row.finish in _RESOLVED and not row.is_cut_by_us for row in self.turns)

    @property
    def longest(self) -> Measurement:
        """Its longest prompt: a session belongs to the bucket that it reached."""
        return max(self.turns, key=lambda row: row.n_messages)


def _sessions(criterion: Criterion, candidate_id: str, evidence: Evidence) -> list[_Session]:
    sessions: dict[object, _Session] = {}
    for row in evidence.answers.get(candidate_id, ()):
        sessions.setdefault(_session_of(row), _Session(row.thread_id, [], [])).turns.append(row)
    for row in evidence.replaced.get(candidate_id, ()):
        sessions[_session_of(row)].replaced.append(row)
    longest = ((session, session.longest) for session in sessions.values())
    return [session for session, row in longest if criterion.takes(row.n_messages, row.workload, row.history)]


def _session_of(row: Measurement) -> object:
    return row.job_id, row.thread_id, row.history, row.repeat


def _cost_per_resolved_session(criterion: Criterion, candidate_id: str, evidence: Evidence) -> Measured:
    sessions = _sessions(criterion, candidate_id, evidence)
    if not sessions:
        return _nothing("session", _no_answers(criterion, candidate_id, evidence))
    resolved = [session.is_resolved for session in sessions]
    if not any(resolved):
        why = f"none of its {counted(len(sessions), 'session')}{criterion.place} was resolved"
        return _nothing("session", why, len(sessions))
    spent = [[row for row in (*session.turns, *session.replaced) if row.attempts] for session in sessions]
    paid = [row for rows in spent for row in rows]
    if unknown := sum(row.status == "done" and row.cost_usd is None for row in paid):
        why = f"the cost of {unknown:,} of {counted(len(paid), 'answer')} is not known"
        return _nothing("session", why, len(sessions))
    costs = [sum(float(row.cost_usd) for row in rows if row.cost_usd is not None) for rows in spent]
    ratio = clustered_ratio(costs, [float(one) for one in resolved], [session.thread_id for session in sessions])
    notes = [f"{sum(resolved):,} of {counted(len(sessions), 'session')} resolved"]
    if failed := sum(row.status != "done" and row.cost_usd is None for row in paid):
        notes.append(f"the cost of {counted(failed, 'failed answer')} is not known and not in it")
    return _of_mean(ratio, len(sessions), "session", tuple(notes))


def _of_mean(mean: Mean, n: int, noun: str, notes: tuple[str, ...] = ()) -> Measured:
    low = None if mean.ci_low is None else max(0.0, mean.ci_low)
    return Measured(mean.value, low, mean.ci_high, n, noun, n_needed=2, notes=notes)


# --- votes -----------------------------------------------------------------------------------------------------------


def _votes(criterion: Criterion, evidence: Evidence, candidate_id: str) -> list[Preference]:
    """Blind votes of one history: those given under different ones are never mixed."""
    history = criterion.history or "fixed"
    return [
        row
        for row in evidence.votes
        if candidate_id in (row.candidate_a, row.candidate_b)
        and row.history == history
        and criterion.takes(row.n_messages, row.workload, row.history)
    ]


def _win_share(criterion: Criterion, candidate_id: str, evidence: Evidence) -> Measured:
    other = evidence.find(criterion.against)
    if other is None:
        known = ", ".join(evidence.known_names) or "none"
        return _nothing("vote", f"no candidate is called {criterion.against!r} (known: {known})")
    rows = [row for row in _votes(criterion, evidence, candidate_id) if other in (row.candidate_a, row.candidate_b)]
    told = [row for row in rows if row.verdict != "all_bad"]
    if not told:
        return _nothing("vote", f"there are no blind votes between it and {criterion.against}{criterion.place}")
    scores = [row.score if row.candidate_a == candidate_id else 1.0 - row.score for row in told]
    notes = () if len(told) == len(rows) else (f"{counted(len(rows) - len(told), 'vote')} found both bad",)
    return _of_votes(scores, told, notes)


def _good_enough_rate(criterion: Criterion, candidate_id: str, evidence: Evidence) -> Measured:
    ballots = {row.ballot_id: row for row in _votes(criterion, evidence, candidate_id)}
    if not ballots:
        return _nothing("vote", f"there are no blind votes on it{criterion.place}")
    rows = list(ballots.values())
    history = criterion.history or "fixed"
    if not any(row.verdict == "all_bad" for row in evidence.votes if row.history == history):
        # As on Results: imported votes may come from a form that had no such answer.
        return _nothing(
            "vote", "no blind vote found all answers bad, so nobody knows whether it was offered", len(rows)
        )
    return _of_votes([float(row.verdict != "all_bad") for row in rows], rows)


def _of_votes(scores: Sequence[float], rows: Sequence[Preference], notes: tuple[str, ...] = ()) -> Measured:
    """A mean of scores from 0 to 1, with the widest of three intervals.

    Wilson's takes votes for independent; the others take each rater, and each thread, as one cluster. Few raters who
    agree, or many votes on few threads, must not look like much evidence.
    """
    by_rater = clustered_mean(scores, [row.rater_id for row in rows])
    by_thread = clustered_mean(scores, [row.thread_id for row in rows])
    value = by_rater.value
    assert value is not None
    low, high = wilson(round(sum(scores)), len(scores))
    lows = [each.ci_low for each in (by_rater, by_thread) if each.ci_low is not None]
    highs = [each.ci_high for each in (by_rater, by_thread) if each.ci_high is not None]
    return Measured(
        value, max(0.0, min(value, low, *lows)), min(1.0, max(value, high, *highs)), len(scores), "vote", notes=notes
    )


# --- probes ----------------------------------------------------------------------------------------------------------


def _recall(criterion: Criterion, candidate_id: str, evidence: Evidence) -> Measured:
    assert criterion.at_messages is not None
    if not evidence.probes:
        return _nothing("probe", "recall comes from planted-fact probes, and no probes have been run")
    rows = [
        row for row in evidence.probes.get(candidate_id, ())
        if row.passed is not None and criterion.takes(row.probe.asked + 1, SOURCE, "fixed")
    ]  # fmt: skip
    if not rows:
        return _nothing("probe", f"there are no probes of it{criterion.place}")
    found = curve_of(rows).recall_at(criterion.at_messages)
    if found is None:
        recall = [row.probe.distance_messages or 0 for row in rows if row.probe.type == "recall"]
        tested = sorted(set(recall))
        reach = f"its probes lie {tested[0]} to {tested[-1]} messages back" if tested else "it has no recall probes"
        return _nothing("probe", f"no fact lay about so far back ({reach})", len(rows))
    notes = [f"facts {found.label} messages back"]
    if found.n_cut:
        notes.append(f"{found.n_cut:,} cut by our own context policy")
    told = found.recall
    return Measured(told.value, told.ci_low, told.ci_high, told.n, "probe", notes=tuple(notes))


_MEASURES: Mapping[MetricName, Callable[[Criterion, str, Evidence], Measured]] = {
    "p50": _time,
    "p95": _time,
    "p99": _time,
    "error_rate": _error_rate,
    "cut_rate": _cut_rate,
    "cost_per_query": _cost_per_query,
    "cost_per_resolved_session": _cost_per_resolved_session,
    "win_share": _win_share,
    "good_enough_rate": _good_enough_rate,
    "recall": _recall,
}
