"""The ranked list of problems: findings of every kind put together, by kind and candidate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from compare.report.findings.answers import troubles
from compare.report.findings.asked_again import RULES
from compare.report.findings.found import KINDS, Finding, Kind, Problem
from compare.report.findings.numbers import findings_of_numbers
from compare.report.findings.repeats import repeats
from compare.report.words import counted
from compare.store.findings import ScanState
from compare.store.store import Store

MAX_ANSWERS = 20_000
"""Answers that are looked at, the newest first."""
MAX_LISTED = 200
"""Findings that one problem lists; all are counted."""
_FROM_SCANS: tuple[Kind, ...] = ("asked again", "assistant asked again")


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole list, and what it rests on."""

    problems: tuple[Problem, ...]
    """By share of threads times weight of the kind, the worst first."""
    state: ScanState
    notes: tuple[str, ...]
    """What was not looked at, in sentences."""

    def to_json(self) -> dict[str, Any]:
        """As `threads findings --json` prints it."""
        return {
            "threads": self.state.n_threads,
            "threads_scanned": self.state.n_scanned,
            "recorded_answers_with_numbers": self.state.n_recorded,
            "notes": list(self.notes),
            "weights": {kind: weight for kind, (_, weight) in KINDS.items()},
            "problems": [problem.to_json() for problem in self.problems],
        }


def overview(store: Store, *, max_answers: int = MAX_ANSWERS) -> Overview:
    """What is wrong in the stored conversations, as far as they are scanned (scanning.scan).

    Args:
        store: of the conversations.
        max_answers: how many answers in trouble, and how many with recorded numbers, are looked at; the newest.
    """
    state = store.scan_state(RULES)
    candidates = store.candidates()
    troubled, numbers = store.troubled_answers(max_answers), store.recorded_numbers(max_answers)
    found = [
        *troubles(troubled, candidates),
        *findings_of_numbers(numbers, candidates),
        *repeats(store.asked_again(RULES)),
    ]
    notes = []
    if state.n_scanned < state.n_threads:
        notes.append(f"{state.n_scanned:,} of {counted(state.n_threads, 'thread')} are read so far.")
    if state.n_recorded > max_answers:
        notes.append(f"Times and tokens of the newest {max_answers:,} of {state.n_recorded:,} recorded answers.")
    if len(troubled) == max_answers:
        notes.append(f"Only the newest {max_answers:,} answers in trouble are counted.")
    return Overview(_ranked(found, state), state, tuple(notes))


def _ranked(found: Iterable[Finding], state: ScanState) -> tuple[Problem, ...]:
    groups: dict[tuple[Kind, str], list[Finding]] = defaultdict(list)
    for finding in found:
        groups[finding.kind, finding.subject].append(finding)
    problems = [_problem(kind, subject, group, state) for (kind, subject), group in groups.items()]
    return tuple(sorted(problems, key=lambda problem: (-problem.score, problem.kind, problem.subject)))


def _problem(kind: Kind, subject: str, group: list[Finding], state: ScanState) -> Problem:
    group.sort(key=lambda finding: -finding.size)
    n_threads = len({finding.thread_id for finding in group})
    of = state.n_scanned if kind in _FROM_SCANS else state.n_threads
    return Problem(
        kind=kind,
        subject=subject,
        sentence=_sentence(kind, subject, group, n_threads, of),
        n_threads=n_threads,
        n_looked_at=of,
        findings=tuple(group[:MAX_LISTED]),
        n_findings=len(group),
    )


def _sentence(kind: Kind, subject: str, group: list[Finding], n_threads: int, of: int) -> str:
    where = f"in {n_threads:,} of {counted(of, 'thread')}"
    answers = counted(len(group), "answer")
    were = "was" if len(group) == 1 else "were"
    match kind:
        case "error":
            return f"{subject}: {answers} failed, {where}."
        case "context cut":
            return f"{subject}: {answers} {were} given without the whole conversation, {where}."
        case "answer cut":
            return f"{subject}: {answers} {were} cut off at the limit of output tokens, {where}."
        case "asked again":
            return f"Users asked for the same thing again, {where}."
        case "assistant asked again":
            return f"Assistants asked what they had asked before, {where}."
        case "token gap":
            return f"{subject}: {answers} with token counts that its other answers do not lead to expect, {where}."
        case "slow":
            return f"{subject}: {answers} slower than its p95, {where}."
