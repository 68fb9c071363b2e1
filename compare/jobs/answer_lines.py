"""Answers as lines of a file, in the shape of the contract."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from compare.records import Answer, Candidate
from compare.store.store import Store


def job_lines(store: Store, job_id: str) -> Iterator[dict[str, Any]]:
    """The answer of every cell of a job that has an outcome, in the cells' order, read piece by piece.

    A thread is named as its file named it, or by its id; a turn before a handover is told of who answered it.
    """
    candidates = store.candidates()
    name, named = "", ""
    for cell, answer in store.job_results(job_id):
        if answer is None:
            continue
        if cell.thread_id != named:
            named = cell.thread_id
            name = store.thread(named).source_ref or named
        yield answer_line(name, answer, candidates[answer.candidate_id], cached=cell.cached)


def usage_line(answer: Answer) -> dict[str, Any]:
    """The tokens of an answer, by where each count comes from; None where there is none."""
    return {
        "in_reported": answer.in_reported,
        "in_counted": answer.in_counted,
        "out_reported": answer.out_reported,
        "out_counted": answer.out_counted,
        "cached": answer.cached,
        "cache_write": answer.cache_write,
        "reasoning": answer.reasoning_tokens,
        "source": answer.usage_source,
    }


def answer_line(thread_id: str, answer: Answer, candidate: Candidate, *, cached: bool = False) -> dict[str, Any]:
    """One answer as the contract of `run` has it; times in milliseconds as floats, money as a number or null.

    An answer that was used again has no times and cost nothing now; the line says which answer it is.
    """
    line = _line(thread_id, answer, candidate)
    if cached:
        line |= {"ttft_ms": None, "total_ms": None, "wall_ms": None, "cost_usd": Decimal(0), "attempts": 0}
        line["warnings"] = [*answer.warnings, f"Cached from answer {answer.id} of {answer.started_at}."]
        line["cached_from"] = answer.id
    return line


def _line(thread_id: str, answer: Answer, candidate: Candidate) -> dict[str, Any]:
    return {
        "thread_id": thread_id,
        "turn": answer.turn,
        "model_id": candidate.model_id,
        "candidate_id": candidate.id,
        "history": answer.history,
        "repeat": answer.repeat,
        "n_messages": answer.n_messages,
        "status": answer.status,
        "text": answer.text,
        "finish": answer.finish,
        "finish_raw": answer.finish_raw,
        "usage": usage_line(answer),
        "ttft_ms": answer.ttft_ms,
        "total_ms": answer.total_ms,
        "wall_ms": answer.wall_ms,
        "cost_usd": answer.cost_usd,
        "attempts": answer.attempts,
        "error": answer.error,
        "warnings": list(answer.warnings),
        "sent": json.loads(answer.sent_json) | {"cut": json.loads(answer.cut_json)},
        "started_at": answer.started_at,
        "answer_id": answer.id,
    }
