"""Findings about answers that were given here or recorded: failed, cut off, or given without the whole thread. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compare.records import Candidate
from compare.report.findings.found import Finding, Kind
from compare.report.words import counted
from compare.store.findings import TroubledAnswer


def troubles(answers: Sequence[TroubledAnswer], candidates: Mapping[str, Candidate]) -> Iterator[Finding]:
    """A finding for everything that is wrong with an answer; one may have several.

    Args:
        answers: as stored.
        candidates: by id.
    """
    for answer in answers:
        name = candidates[answer.candidate_id].name
        if answer.status == "failed":
            why = answer.error or "No reason is stored."
            yield _finding("error", answer, name, f"{name} failed at message {answer.n_messages}. {why}", 1.0)
        if answer.finish == "length":
            told = f"The answer of {name} to message {answer.n_messages} ends at its limit of output tokens."
            yield _finding("answer cut", answer, name, told, answer.n_messages)
        if answer.n_cut:
            told = (
                f"{name} was asked at message {answer.n_messages} without "
                f"{counted(answer.n_cut, 'message')} that its context policy leaves out."
            )
            yield _finding("context cut", answer, name, told, answer.n_cut / max(1, answer.n_messages))


def _finding(kind: Kind, answer: TroubledAnswer, name: str, sentence: str, size: float) -> Finding:
    at = min(answer.n_messages, answer.n_of_thread)
    return Finding(kind, answer.thread_id, answer.title, at, sentence, size, subject=name)
