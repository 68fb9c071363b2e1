"""Answers and tables as files that other programs read."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import Any

import pytest

from compare.records import Candidate
from compare.render.spreadsheet import guarded
from compare.report.measured import job_table
from compare.report.measured.export import ANSWER_COLUMNS, export_answers, export_table
from compare.report.measured.files import FILE_FORMATS, FileFormat
from compare.store import Store
from tests.report.measured.conftest import Bureau

P = Candidate("p")
TEXT = '=HYPERLINK("https://evil.example")\n"quoted", \u05e9\u05dc\u05d5\u05dd; 13.5%'


def read(file_format: FileFormat, body: bytes) -> list[dict[str, Any]]:
    if file_format == "jsonl":
        return [json.loads(line) for line in body.splitlines()]
    if file_format == "csv":
        return list(csv.DictReader(io.StringIO(body.decode(), newline="")))
    from pyarrow import parquet

    rows: list[dict[str, Any]] = parquet.read_table(io.BytesIO(body)).to_pylist()
    return rows


def answers(store: Store, job_id: str | None, file_format: FileFormat) -> tuple[int, list[dict[str, Any]]]:
    sink = io.BytesIO()
    n = export_answers(store, job_id, file_format, sink)
    return n, read(file_format, sink.getvalue())


@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_every_answer_of_a_job_is_a_row_in_every_format(bureau: Bureau, file_format: FileFormat) -> None:
    job = bureau.job()
    bureau.answer(P, job_id=job, text=TEXT, cost_usd=Decimal("0.0000012345"), in_reported=12, ttft_ms=1.5)
    bureau.answer(P, job_id=job, thread=1, status="failed", error="It broke.", error_kind="server", loop_lag_ms=90.0)
    bureau.answer(P, origin="live")
    n, rows = answers(bureau.store, job, file_format)
    assert n == len(rows) == 2
    assert all(list(row) == list(ANSWER_COLUMNS) for row in rows)
    first, second = rows
    assert first["text"] == ("'" + TEXT if file_format == "csv" else TEXT)
    assert Decimal(str(first["cost_usd"])) == Decimal("0.0000012345")
    assert float(first["ttft_ms"]) == 1.5
    assert int(first["in_reported"]) == 12
    assert (first["candidate"], first["workload"], first["status"]) == ("p", "interactive", "done")
    assert (second["error"], second["error_kind"]) == ("It broke.", "server")
    assert second["cost_usd"] in (None, "")
    assert str(second["timing_disturbed"]) == "True"


def test_parquet_knows_what_is_a_number(bureau: Bureau) -> None:
    bureau.answer(P, cost_usd=Decimal("0.25"), total_ms=2.0)
    _, (row,) = answers(bureau.store, None, "parquet")
    assert (row["cost_usd"], row["total_ms"], row["turn"], row["cut_by_us"]) == (Decimal("0.25"), 2.0, 1, False)
    assert row["ttft_ms"] is None


@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_a_job_without_answers_is_a_file_without_rows(bureau: Bureau, file_format: FileFormat) -> None:
    assert answers(bureau.store, bureau.job(), file_format) == (0, [])


@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_the_table_is_a_file_too(bureau: Bureau, file_format: FileFormat) -> None:
    bureau.answer(P, total_ms=100.0, cost_usd=Decimal("0.5"), n_messages=12)
    table = job_table(bureau.store)
    sink = io.BytesIO()
    assert export_table(table, file_format, sink) == 2
    whole, fine = read(file_format, sink.getvalue())
    assert (whole["bucket"], fine["bucket"], fine["workload"]) == ("all", "9+", "interactive")
    assert float(fine["total_p50_ms"]) == 100.0
    assert Decimal(str(fine["cost_usd_total"])) == Decimal("0.5")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\uff1d"])
def test_a_text_that_a_spreadsheet_would_run_is_guarded(start: str) -> None:
    assert guarded(f"{start}1+1") == f"'{start}1+1"


def test_other_texts_stay_as_they_are() -> None:
    assert [guarded(text) for text in ("", "1+1", " =1", "'=1")] == ["", "1+1", " =1", "'=1"]


def test_negative_numbers_are_no_formulas() -> None:
    from compare.report.measured.files import write

    sink = io.BytesIO()
    write([{"change": -1.5}], {"change": "number"}, "csv", sink)
    assert sink.getvalue() == b"change\r\n-1.5\r\n"
