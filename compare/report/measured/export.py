"""A job's answers and its table as files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from compare.records import Candidate
from compare.report.measured.files import FileFormat, Kind, columns_of, write
from compare.report.measured.table import MeasuredTable
from compare.store.measurements import MeasuredText
from compare.store.store import Store
from compare.store.votes import vote_name

ANSWER_COLUMNS: dict[str, Kind] = {
    "answer_id": "text",
    "job_id": "text",
    "thread_id": "text",
    "thread_ref": "text",
    "thread_title": "text",
    "workload": "text",
    "turn": "whole",
    "n_messages": "whole",
    "history": "text",
    "candidate": "text",
    "model_id": "text",
    "candidate_id": "text",
    "repeat": "whole",
    "status": "text",
    "finish": "text",
    "text": "text",
    "error_kind": "text",
    "error": "text",
    "attempts": "whole",
    "ttft_ms": "number",
    "first_text_ms": "number",
    "total_ms": "number",
    "wall_ms": "number",
    "timing_disturbed": "flag",
    "in_reported": "whole",
    "in_counted": "whole",
    "cached": "whole",
    "out_reported": "whole",
    "out_counted": "whole",
    "reasoning_tokens": "whole",
    "cost_usd": "money",
    "cut_by_us": "flag",
    "model_served": "text",
    "request_id": "text",
    "started_at": "text",
}


def export_answers(
    store: Store, job_id: str | None, file_format: FileFormat, sink: IO[bytes], *, recorded: bool = False
) -> int:
    """Write one record per stored answer, oldest first, replaced ones too, and return how many.

    Args:
        store: where the answers are.
        job_id: a stored job; None for every answer that was asked here.
        file_format: jsonl, csv or parquet.
        sink: a binary file; it is not closed.
        recorded: instead, the recorded answers of imported threads and logs.

    Raises:
        NotFoundError: there is no such job.
    """
    return write(_answers(store, job_id, recorded), ANSWER_COLUMNS, file_format, sink)


def export_table(table: MeasuredTable, file_format: FileFormat, sink: IO[bytes]) -> int:
    """Write one record per row of the table and return how many."""
    records = table.records()
    return write(records, columns_of(records), file_format, sink)


def _answers(store: Store, job_id: str | None, recorded: bool) -> Iterator[dict[str, Any]]:
    candidates = store.candidates()
    for one in store.iter_measured_texts(job_id, recorded=recorded):
        candidate = candidates.get(one.measurement.candidate_id)
        if candidate is None:  # made while this export was running
            candidates = store.candidates()
            candidate = candidates[one.measurement.candidate_id]
        yield _record(one, candidate)


def _record(one: MeasuredText, candidate: Candidate) -> dict[str, Any]:
    row = one.measurement
    said = {name: getattr(row, name) for name in row._fields if name in ANSWER_COLUMNS}
    return {
        **said,
        "thread_ref": one.thread_ref,
        "thread_title": one.thread_title,
        "candidate": vote_name(candidate),
        "model_id": candidate.model_id,
        "text": one.text,
        "timing_disturbed": row.timing_disturbed,
        "cut_by_us": row.is_cut_by_us,
        "request_id": one.request_id,
        "started_at": one.started_at,
    }
