"""The values of the findings list: one finding is a sentence with its numbers, a place in a thread, and evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["error", "context cut", "answer cut", "asked again", "assistant asked again", "token gap", "slow"]

KINDS: dict[Kind, tuple[str, float]] = {
    "error": ("Answers failed", 4),
    "context cut": ("Context was cut", 3),
    "answer cut": ("Answers were cut off by length", 3),
    "asked again": ("Users asked again", 3),
    "assistant asked again": ("Assistants asked again", 2),
    "token gap": ("Token counts out of band", 1),
    "slow": ("Slow tails", 0.25),  # one answer in twenty always lies above its p95
}
"""What a page calls each kind, and how much a thread with it weighs in the ranking."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A message that shows it."""

    message: int
    """Its number in the thread, from 1."""
    role: str
    text: str
    """An excerpt."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in one thread."""

    kind: Kind
    thread_id: str
    title: str
    message: int
    """Where the thread opens: the number of the message, from 1."""
    sentence: str
    size: float
    """How bad it is among findings of its kind; larger is worse."""
    subject: str = ""
    """Whose answers it is about; empty where it is about nobody's."""
    evidence: tuple[Quote, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """One row of `findings` in `threads findings --json`."""
        return {
            "thread_id": self.thread_id,
            "title": self.title,
            "message": self.message,
            "sentence": self.sentence,
            "evidence": [{"message": q.message, "role": q.role, "text": q.text} for q in self.evidence],
        }


@dataclass(frozen=True, slots=True)
class Problem:
    """Findings of one kind about one candidate, as one line of the list."""

    kind: Kind
    subject: str
    sentence: str
    n_threads: int
    """Threads in which it was found."""
    n_looked_at: int
    """Threads in which it could have been found."""
    findings: tuple[Finding, ...] = field(repr=False, default=())
    """The worst first."""
    n_findings: int = 0
    """Of them all, also those that are not listed."""

    @property
    def score(self) -> float:
        """What the list is ranked by: the share of threads, times the weight of the kind."""
        return KINDS[self.kind][1] * self.n_threads / max(1, self.n_looked_at)

    def to_json(self) -> dict[str, Any]:
        """One row of `problems` in `threads findings --json`."""
        return {
            "kind": self.kind,
            "candidate": self.subject or None,
            "sentence": self.sentence,
            "n_threads": self.n_threads,
            "n_looked_at": self.n_looked_at,
            "n_findings": self.n_findings,
            "score": round(self.score, 4),
            "findings": [finding.to_json() for finding in self.findings],
        }
