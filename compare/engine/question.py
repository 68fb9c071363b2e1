"""What is asked of a candidate."""

from __future__ import annotations

from dataclasses import dataclass

from compare.engine.traffic import Traffic
from compare.records import Answer, Candidate, FailureKind, ModelSpec, Origin
from compare.threads.prompts import Prompt


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of whom, and under which id the answer will be kept."""

    answer_id: str
    candidate: Candidate
    spec: ModelSpec
    prompt: Prompt
    origin: Origin = "live"
    repeat: int = 0
    job_id: str | None = None
    cell_key: str | None = None
    """Kept with the answer only when it succeeds."""
    replaces_id: str | None = None
    patience_s: float = 0.0
    """So long after an endpoint went down, it is still waited for, and so long a server may ask for patience; people
    do not wait, jobs do."""
    traffic: Traffic | None = None
    """The gate that every call of this question goes through, those of a summary and a fallback too."""


def unanswered(
    question: Question, kind: FailureKind | None, error: str, *, text: str = "", attempts: int = 0
) -> Answer:
    """The answer of a question that no call has answered: nothing was asked, or the call broke inside Weighbridge.

    Args:
        question: what should have been asked.
        kind: "cancelled" makes it a stopped answer, everything else a failed one.
        error: what happened, in a sentence.
        text: what had arrived.
        attempts: calls that were begun.
    """
    stopped = kind == "cancelled"
    return Answer(
        id=question.answer_id,
        candidate_id=question.candidate.id,
        prompt_leaf_id=question.prompt.leaf_id,
        turn=question.prompt.turn,
        n_messages=question.prompt.n_messages,
        history=question.prompt.history,
        origin=question.origin,
        status="stopped" if stopped else "failed",
        finish="cancelled" if stopped else "error",
        text=text,
        repeat=question.repeat,
        job_id=question.job_id,
        replaces_id=question.replaces_id,
        attempts=attempts,
        error_kind=kind,
        error=error,
    )
