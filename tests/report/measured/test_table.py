"""A job's figures per candidate, thread length and workload."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import orjson
import pytest

from compare.errors import NotFoundError
from compare.records import Candidate, Settings
from compare.report.measured import MeasuredTable, TableRow, job_table
from compare.store import Store
from tests.report.measured.conftest import Bureau

P, Q = Candidate("p", label="Label P"), Candidate("q")


def only(table: MeasuredTable) -> TableRow:
    (row,) = table.overall
    return row


def test_an_empty_database_has_no_rows_and_an_unknown_job_is_told(store: Store) -> None:
    assert job_table(store).rows == ()
    with pytest.raises(NotFoundError, match="No job has the id 'gone'"):
        job_table(store, "gone")


def test_one_row_over_all_and_one_for_every_length_and_workload(bureau: Bureau) -> None:
    for n_messages, workload in ((3, "interactive"), (30, "interactive"), (30, "batch"), (9, "batch")):
        bureau.answer(P, n_messages=n_messages, workload=workload)
    bureau.answer(Candidate("p", Settings(temperature=1.0)), n_messages=3)
    table = job_table(bureau.store)
    named = [(row.candidate, row.bucket and row.bucket.label, row.workload, row.figures.n) for row in table.rows]
    warm = Candidate("p", Settings(temperature=1.0))
    assert named == [
        ("p", None, None, 4),
        ("p", "1-8", "interactive", 1),
        ("p", "9+", "batch", 2),
        ("p", "9+", "interactive", 1),
        (f"p@{warm.id[:8]}", None, None, 1),
        (f"p@{warm.id[:8]}", "1-8", "interactive", 1),
    ]
    assert table.rows[0].label == "Label P"
    finer = job_table(bureau.store, edges=(4, 20))
    assert [row.bucket.label for row in finer.rows if row.bucket and row.candidate == "p"] == [
        "1-4", "5-20", "21+", "21+",
    ]  # fmt: skip


def test_a_job_is_looked_at_alone(bureau: Bureau) -> None:
    job = bureau.job()
    bureau.answer(P, job_id=job)
    bureau.answer(P, job_id=bureau.job("other"))
    bureau.answer(P, origin="live")
    bureau.answer(P, origin="recorded")
    assert only(job_table(bureau.store, job)).figures.n == 1
    assert only(job_table(bureau.store)).figures.n == 3
    assert only(job_table(bureau.store, recorded=True)).figures.n == 1


def test_percentiles_leave_out_disturbed_failed_and_stopped_answers_and_say_how_many(bureau: Bureau) -> None:
    for ms in range(1, 101):
        bureau.answer(P, ttft_ms=float(ms), first_text_ms=2.0 * ms, total_ms=10.0 * ms, wall_ms=11.0 * ms)
    bureau.answer(P, ttft_ms=9000.0, total_ms=9000.0, loop_lag_ms=500.0)
    bureau.answer(P, status="failed", total_ms=9000.0, error_kind="timeout")
    bureau.answer(P, status="stopped", total_ms=9000.0)
    found = only(job_table(bureau.store)).figures
    assert (found.n, found.n_done, found.n_failed, found.n_stopped, found.n_disturbed) == (102, 101, 1, 1, 1)
    ttft, total = found.times["ttft"], found.times["total"]
    assert (ttft.p50.value, ttft.p95.value, ttft.p99.value) == pytest.approx((50.5, 95.05, 99.01))
    assert (ttft.p95.n, total.p95.value) == (100, pytest.approx(950.5))
    assert ttft.p95.ci_low is not None
    assert ttft.p95.ci_low < 95.05 < ttft.p95.ci_high
    # A p99 needs 368 answers for an interval.
    assert (ttft.p99.ci_low, ttft.p99.n_needed) == (None, 368)
    assert found.times["first_text"].p50.value == pytest.approx(101.0)
    assert found.times["wall"].p50.value == pytest.approx(555.5)
    assert (found.errors.hits, found.errors.n, dict(found.reasons)) == (1, 102, {"timeout": 1})


def test_cost_stays_unknown_where_a_part_of_it_is_and_says_how_many(bureau: Bureau) -> None:
    bureau.answer(P, cost_usd=Decimal("0.1"))
    bureau.answer(P, cost_usd=Decimal("0.2"))
    known = only(job_table(bureau.store)).figures.cost
    assert (known.total, known.mean, known.n_known, known.n_unknown) == (Decimal("0.3"), Decimal("0.15"), 2, 0)
    bureau.answer(P)
    # What was never asked costs nothing.
    bureau.answer(P, status="failed", attempts=0)
    assert only(job_table(bureau.store)).figures.n_not_asked == 1
    found = only(job_table(bureau.store)).figures.cost
    assert (found.total, found.known, found.mean) == (None, Decimal("0.3"), Decimal("0.15"))
    assert (found.n_known, found.n_unknown) == (2, 1)


def test_free_is_zero_and_not_unknown(bureau: Bureau) -> None:
    bureau.answer(P, cost_usd=Decimal("0"))
    assert only(job_table(bureau.store)).figures.cost.total == Decimal("0")


def test_an_answer_is_cut_by_its_length_limit_or_by_us(bureau: Bureau) -> None:
    bureau.answer(P, finish="length")
    bureau.answer(P, cut_json='[{"number": 1, "role": "user", "tokens": 5, "reason": "window"}]')
    bureau.answer(P, finish="length", cut_json='[{"number": 1}]')
    bureau.answer(P)
    bureau.answer(P, status="failed")
    found = only(job_table(bureau.store)).figures
    assert (found.cuts.hits, found.cuts.n, found.cut_by_length.hits, found.cut_by_us.hits) == (3, 4, 2, 2)
    assert found.cuts.low < 0.75 < found.cuts.high


def test_tokens_are_summed_by_source_with_their_n(bureau: Bureau) -> None:
    bureau.answer(P, in_reported=120, in_counted=100, out_reported=40, out_counted=30)
    bureau.answer(P, in_counted=50, out_counted=20)
    found = only(job_table(bureau.store)).figures
    assert (found.tokens_in.reported, found.tokens_in.n_reported) == (120, 1)
    assert (found.tokens_in.counted, found.tokens_in.n_counted) == (150, 2)
    assert (found.tokens_out.reported, found.tokens_out.counted) == (40, 50)


def test_throughput_counts_the_time_in_which_calls_were_under_way(bureau: Bureau) -> None:
    # Two overlap for 15 s in all; an hour's pause; one more of 15 s: 3 answers in 30 s.
    for at_s, wall_ms in ((0.0, 10_000.0), (5.0, 10_000.0), (3600.0, 15_000.0)):
        bureau.answer(P, at_s=at_s, wall_ms=wall_ms, ttft_ms=1000.0, total_ms=wall_ms, out_reported=100)
    found = only(job_table(bureau.store)).figures
    assert found.throughput.busy_s == pytest.approx(30.0, abs=0.01)
    assert found.throughput.answers_per_minute == pytest.approx(6.0, rel=1e-3)
    assert found.throughput.tokens_per_s == pytest.approx(10.0, rel=1e-3)
    # Of one stream: 100 tokens in 9, 9 and 14 seconds.
    assert found.stream_tokens_per_s.value == pytest.approx(100 / 9)


def test_a_cell_that_was_asked_again_counts_once_with_its_last_outcome(bureau: Bureau) -> None:
    job = bureau.job()
    bureau.answer(P, job_id=job, status="failed", error_kind="rate_limit")
    bureau.answer(P, job_id=job, status="stopped")
    bureau.answer(P, job_id=job, cell_key="cell")
    bureau.answer(P, job_id=job, thread=1, status="failed", error_kind="server")
    bureau.answer(P, job_id=job, repeat=1)
    found = only(job_table(bureau.store, job)).figures
    assert (found.n, found.n_done, found.n_failed, found.n_asked_again) == (3, 2, 1, 2)
    assert dict(found.reasons) == {"server": 1}


def test_who_answered_is_counted(bureau: Bureau) -> None:
    for served in ("p-2026", "p-2026", None):
        bureau.answer(P, model_served=served)
    assert dict(only(job_table(bureau.store)).figures.served) == {"p-2026": 2, "": 1}


def test_the_document_and_the_records_hold_what_the_table_says(bureau: Bureau) -> None:
    for n in range(3):
        bureau.answer(P, thread=n, ttft_ms=10.0 * (n + 1), total_ms=100.0, wall_ms=100.0, cost_usd=Decimal("0.001"))
    bureau.answer(Q, status="failed", error_kind="auth", attempts=1)
    table = job_table(bureau.store)
    document: dict[str, Any] = orjson.loads(orjson.dumps(table.to_json()))
    first = document["rows"][0]
    assert (first["candidate"], first["bucket"], first["workload"]) == ("p", "all", "all")
    assert first["times_ms"]["ttft"]["p50"] == {
        "value": 20.0, "ci_low": None, "ci_high": None, "n": 3, "n_needed": 6,
    }  # fmt: skip
    assert first["cost_usd"]["total"] == "0.003"
    records = table.records()
    assert len({tuple(record) for record in records}) == 1
    assert records[0]["ttft_p50_ms"] == 20.0
    assert records[0]["cost_usd_total"] == Decimal("0.003")
    assert records[2]["reasons"] == "auth 1"
    assert records[2]["ttft_p50_ms"] is None
    assert records[2]["cost_unknown_n"] == 1


def test_a_table_takes_the_same_few_statements_however_many_answers_there_are(bureau: Bureau) -> None:
    def statements() -> int:
        told: list[str] = []
        with bureau.store._database.reading() as connection:
            connection.set_trace_callback(told.append)
            job_table(bureau.store)
            connection.set_trace_callback(None)
        return len(told)

    bureau.answer(P)
    few = statements()
    for n in range(50):
        bureau.answer(P if n % 2 else Q, thread=n, n_messages=1 + n)
    assert statements() == few == 2


def test_a_hundred_thousand_answers_take_a_few_seconds(bureau: Bureau) -> None:
    bureau.answer(P, ttft_ms=1.0, total_ms=2.0, wall_ms=3.0, cost_usd=Decimal("0.0001"), out_reported=10)
    with bureau.store._database.writing() as connection:
        columns = [row["name"] for row in connection.execute("PRAGMA table_info(answers)")]
        copied = ", ".join(
            "'copy-' || n" if name == "id" else "n % 60" if name == "n_messages" else name for name in columns
        )
        connection.execute(
            f"""
            WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000)
            INSERT INTO answers ({", ".join(columns)}) SELECT {copied.replace("n % 60", "1 + n % 60")}
            FROM numbers, (SELECT * FROM answers LIMIT 1)
            """
        )
    began = time.process_time()
    table = job_table(bureau.store)
    spent_s = time.process_time() - began
    assert only(table).figures.n == 100_001
    # About 1.5 s of this machine's CPU; what matters is that no step grows faster than the answers do.
    assert spent_s < 15.0
