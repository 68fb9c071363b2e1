"""`jobs`: what is said of a job, and what can be done with one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compare.store import Store
from tests.cli.command import Outcome, weighbridge
from tests.engine.servers import ModelServer, answering, refusing


def run(threads: Path, *options: object) -> Outcome:
    return weighbridge("run", "--threads", threads, "--models", "local", *options)


@pytest.fixture
def half_failed(conversations: Path, server: ModelServer) -> Path:
    """A job of five cells, of which two failed."""
    server.acts = [refusing(400, "not today"), refusing(400, "not today"), answering("Yes.")]
    run(conversations)
    return conversations


def test_the_list_and_one_job_as_text_and_as_json(half_failed: Path, store: Store) -> None:
    (listed,) = weighbridge("jobs", "list", "--json").document["jobs"]
    assert (listed["state"], listed["total"], listed["done"], listed["failed"]) == ("failed", 5, 3, 2)
    assert listed["done"] + listed["failed"] + listed["in_flight"] + listed["waiting"] == listed["total"]
    row = weighbridge("jobs", "list").out
    assert listed["id"] in row
    assert "  ended, 2 failed  " in row, "in the words of the Jobs page"
    shown = weighbridge("jobs", "show", "last").out
    assert " Ended, 2 failed.\n" in shown
    assert "5 to ask: 3 answered, 2 failed, 0 in flight, 0 waiting." in shown
    assert "2 x local: " in shown
    assert "not today" in shown
    document = weighbridge("jobs", "show", listed["id"][:6], "--json").document
    assert [reason["n"] for reason in document["failures"]] == [2]
    assert document["by_model"][0]["total"] == 5


def test_without_jobs_the_list_says_how_to_make_one(store: Store) -> None:
    assert "No jobs yet. Start one" in weighbridge("jobs", "list").err
    assert "No job has the id 'last'" in weighbridge("jobs", "show", "last").complaint


def test_retry_asks_what_failed_and_resume_does_not(half_failed: Path, server: ModelServer) -> None:
    n = len(server.requests)
    assert "5 of 5 answers: 3 good, 2 failed; 0 asked now" in weighbridge("jobs", "resume", "last").err
    assert len(server.requests) == n
    done = weighbridge("jobs", "retry", "last")
    assert "2 failed cells are asked again." in done.err
    assert "5 of 5 answers: 5 good, 0 failed; 2 asked now, 3 finished before." in done.err
    assert "2 were taken more than once" in done.err
    assert len(server.requests) == n + 2


def test_a_model_is_added_and_only_its_cells_are_asked(half_failed: Path, server: ModelServer, tmp_path: Path) -> None:
    n = len(server.requests)
    assert (
        "5 new cells. Ask them: weighbridge jobs resume"
        in weighbridge("jobs", "add", "last", "--models", "sim-lite").err
    )
    assert "Nothing is new" in weighbridge("jobs", "add", "last", "--models", "sim-lite").err
    assert "5 asked now" in weighbridge("jobs", "resume", "last", "--concurrency", 2).err
    assert len(server.requests) == n
    out = tmp_path / "all.jsonl"
    assert "10 answers written" in weighbridge("jobs", "export", "last", "--out", out).err
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert {line["model_id"] for line in lines} == {"local", "sim-lite"}
    assert {line["thread_id"] for line in lines} == {"order-0", "order-1", "order-2", "order-3", "ann"}


def test_a_job_is_paused_and_cancelled_and_an_ended_one_is_not(half_failed: Path, store: Store) -> None:
    assert "has ended already (2 failed)" in weighbridge("jobs", "pause", "last").complaint
    weighbridge("jobs", "add", "last", "--models", "sim-lite")
    assert "is paused." in weighbridge("jobs", "pause", "last").err
    assert "is cancelled." in weighbridge("jobs", "cancel", "last").err
    assert store.job("last").state == "cancelled"


def test_two_jobs_are_compared_cell_by_cell(conversations: Path, server: ModelServer, store: Store) -> None:
    server.acts = [answering("Yes.", usage=(10, 5))]
    run(conversations)
    server.acts = [answering("No.", usage=(10, 8)), answering("Yes.", usage=(10, 8))]
    run(conversations)
    second, first = (row.id for row in store.jobs())
    told = weighbridge("jobs", "compare", first, second, "--json").document
    (local,) = told["candidates"]
    assert (local["n"], local["n_same_text"], local["n_status"]) == (5, 4, 0)
    assert local["shifts"]["out_tokens"] == {"n": 5, "median": 3, "n_up": 5, "n_down": 0}
    assert (told["only_first"], told["only_second"], len(told["cells"])) == (0, 0, 5)
    assert local["shifts"]["cost_usd"]["n"] == 0, "the price is unknown"
    shown = weighbridge("jobs", "compare", first, second)
    assert "+3.0 tokens (+3.0 to +3.0)" in shown.out
    assert f"job {second} minus job {first}" in shown.err
    assert f"0 cells only in job {first}, 0 only in job {second}." in shown.err
    turned = weighbridge("jobs", "compare", second, first)
    assert "-3.0 tokens (-3.0 to -3.0)" in turned.out
    assert f"job {first} minus job {second}" in turned.err


def test_a_capped_run_says_why_it_stopped(conversations: Path, server: ModelServer) -> None:
    told = run(conversations, "--cost-cap", "1").complaint
    assert told.startswith("The price of local is unknown, so a cost cap cannot be kept.")
    capped = weighbridge("run", "--threads", conversations, "--models", "sim-large", "--cost-cap", "0.0001")
    assert capped.last_words.startswith("Stopped at the cost cap of $0.0001")
    shown = weighbridge("jobs", "show", "last", "--json").document
    assert (shown["state"], shown["done"], shown["waiting"]) == ("paused", 0, 5)
    assert " not started " in weighbridge("jobs", "list").out
    lifted = weighbridge("jobs", "resume", "last", "--cost-cap", "none")
    assert "5 of 5 answers: 5 good" in lifted.err


def test_the_cache_is_off_unless_asked_for_and_says_what_it_used(conversations: Path, server: ModelServer) -> None:
    server.acts = [answering("Yes.")]
    first = run(conversations).lines
    assert len(server.requests) == 5
    run(conversations)
    assert len(server.requests) == 10
    done = run(conversations, "--cache")
    assert len(server.requests) == 10
    assert "0 asked now, 5 finished before." in done.err
    assert "5 from the cache" in done.err
    lines = done.lines
    assert {line["cached_from"] for line in lines} == {line["answer_id"] for line in first}
    assert all(line["ttft_ms"] is None and line["cost_usd"] == 0 for line in lines)
    assert all("Cached from answer" in line["warnings"][-1] for line in lines)
    assert not any("cached_from" in line for line in first)


def test_a_limit_for_nobody_is_refused_before_anything_is_asked(conversations: Path, server: ModelServer) -> None:
    assert "is for none of the job's models" in run(conversations, "--limit", "openai=4").complaint
    assert server.requests == []
