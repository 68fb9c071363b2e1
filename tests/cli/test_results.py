"""`results`: a job's figures on the terminal, as a document, as files; and two jobs side by side."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from pyarrow import parquet

from compare.store import Store
from tests.cli.command import weighbridge


@pytest.fixture
def job(store: Store, conversations: Path) -> str:
    """Two models, every turn of five threads: twelve answers."""
    ran = weighbridge("run", "--threads", conversations, "--models", "sim-lite,sim-large", "--turns", "all")
    assert ran.status == 0, ran.err
    return store.measured_jobs()[0].job_id


def test_the_table_has_a_row_over_all_and_finer_ones(job: str) -> None:
    found = weighbridge("results", "--job", "last", "--edges", "2")
    assert found.status == 0, found.err
    header, *rows = found.out.splitlines()
    assert header.split()[:4] == ["candidate", "length", "workload", "answers"]
    assert [row.split()[:4] for row in rows] == [
        ["sim-large", "all", "all", "6"],
        ["sim-large", "1-2", "interactive", "5"],
        ["sim-large", "3+", "interactive", "1"],
        ["sim-lite", "all", "all", "6"],
        ["sim-lite", "1-2", "interactive", "5"],
        ["sim-lite", "3+", "interactive", "1"],
    ]
    assert all(row.count("0.0% (0.0 to") == 2 for row in rows)


def test_json_and_files_hold_the_same_figures(job: str, tmp_path: Path) -> None:
    document = weighbridge("results", "--job", job, "--json").document
    assert document["job_id"] == job
    costs = [row["cost_usd"]["total"] for row in document["rows"]]
    for name in ("table.csv", "table.jsonl", "table.parquet"):
        assert weighbridge("results", "--job", job, "--out", tmp_path / name).status == 0
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        assert [float(row["cost_usd_total"]) for row in csv.DictReader(file)] == [float(cost) for cost in costs]
    lines = (tmp_path / "table.jsonl").read_text(encoding="utf-8").splitlines()
    assert [float(json.loads(line)["cost_usd_total"]) for line in lines] == [float(cost) for cost in costs]
    rows = parquet.read_table(tmp_path / "table.parquet").to_pylist()
    assert [float(row["cost_usd_total"]) for row in rows] == [float(cost) for cost in costs]


def test_every_answer_can_be_taken_along(job: str, tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    found = weighbridge("results", "--job", job, "--answers", "--out", path)
    assert "12 rows written to" in found.err
    answers = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert {answer["candidate"] for answer in answers} == {"sim-lite", "sim-large"}
    assert {answer["thread_ref"] for answer in answers} == {"ann", "order-0", "order-1", "order-2", "order-3"}
    assert all(answer["text"] and answer["total_ms"] > 0 for answer in answers)


def test_two_jobs_are_compared_cell_by_cell(job: str, conversations: Path) -> None:
    assert weighbridge("run", "--threads", conversations, "--models", "sim-lite", "--turns", "all").status == 0
    found = weighbridge("results", "--job", "last", "--against", job)
    assert found.status == 0, found.err
    _, large, lite = found.out.splitlines()
    assert large.split()[:4] == ["sim-large", "0", "6", "0"]
    assert lite.split()[:4] == ["sim-lite", "6", "0", "0"]
    # The simulated models answer the same again.
    assert "+0.000000 USD" in lite
    newest = weighbridge("jobs", "list", "--json").document["jobs"][0]["id"]
    assert f"job {newest} (second) minus job {job} (first)" in found.err
    document = weighbridge("results", "--job", "last", "--against", job, "--json").document
    assert document["candidates"][1]["outcome"] == {"done, done": 6}


def test_what_logs_say_of_recorded_answers_is_a_table_of_its_own(job: str) -> None:
    document = weighbridge("results", "--recorded", "--json").document
    # One of the five threads holds a reply; nobody timed it.
    assert [(row["candidate"], row["done"]) for row in document["rows"]] == [("production", 1)] * 2
    assert document["rows"][0]["times_ms"]["total"]["p50"]["n"] == 0
    assert weighbridge("results", "--recorded", "--job", job).status == 2


def test_the_last_job_is_the_newest_even_without_answers(job: str, store: Store) -> None:
    empty = store.start_job("run", "{}")
    assert weighbridge("results", "--job", "last").complaint.startswith(f"Job {empty} has no answers of its own")


def test_an_empty_database_says_what_to_do() -> None:
    assert weighbridge("results").complaint == "There are no answers yet. Ask for some: weighbridge run --help"


def test_a_file_that_cannot_be_written_is_told(job: str, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert "folder.csv cannot be written" in weighbridge("results", "--out", tmp_path / "folder.csv").last_words
