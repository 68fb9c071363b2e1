"""`scorecard`: a criteria file as a gate, on the answers of real jobs against the simulated models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from compare.store import Store
from tests.cli.command import Outcome, process, weighbridge
from tests.report.criteria.test_junit import checked

GATE = """
title = "Before a model goes live"

[[criterion]]
name = "Errors are rare"
metric = "error_rate"
limit = "<= 1 %"

[[criterion]]
name = "A query is affordable"
metric = "cost_per_query"
limit = "<= 0.001 USD"

[[criterion]]
name = "Answers are whole"
metric = "cut_rate"
limit = "<= 50 %"
candidate = "sim-large"
"""


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    path = tmp_path / "gate.toml"
    path.write_text(GATE, encoding="utf-8")
    return path


def a_job(store: Store, threads: Path, models: str) -> str:
    """Run a job through the command line and give its id."""
    before = {job.job_id for job in store.measured_jobs()}
    ran = weighbridge("run", "--threads", threads, "--models", models, "--repeat", 4, "--turns", "all")
    assert ran.status == 0, ran.err
    (job,) = [job for job in store.measured_jobs() if job.job_id not in before]
    return job.job_id


def card(gate: Path, *options: object) -> Outcome:
    return weighbridge("scorecard", "--criteria", gate, *options)


def verdicts(found: Outcome) -> dict[tuple[str, str], str]:
    document: dict[str, Any] = json.loads(found.out)
    return {(r["criterion"], r["candidate"]): r["verdict"] for r in document["results"]}


def test_a_gate_fails_who_should_fail_and_passes_the_others(store: Store, conversations: Path, gate: Path) -> None:
    job = a_job(store, conversations, "sim-lite,sim-large,sim-flaky")
    found = card(gate, "--job", job, "--json")
    assert found.status == 1
    assert verdicts(found) == {
        ("Errors are rare", "sim-flaky"): "fail",
        ("Errors are rare", "sim-large"): "pass",
        ("Errors are rare", "sim-lite"): "pass",
        ("A query is affordable", "sim-flaky"): "pass",
        ("A query is affordable", "sim-large"): "fail",
        ("A query is affordable", "sim-lite"): "pass",
        ("Answers are whole", "sim-large"): "pass",
    }
    document = json.loads(found.out)
    assert (document["passed"], document["job_id"], document["n_fail"]) == (False, job, 2)


def test_sentences_go_to_standard_output_and_the_sum_to_standard_error(
    store: Store, conversations: Path, gate: Path
) -> None:
    a_job(store, conversations, "sim-lite,sim-large")
    found = card(gate)
    assert found.status == 1
    lines = found.out.splitlines()
    assert lines[0] == "Errors are rare"
    assert lines[1] == "  pass  sim-large passes: the error rate is 0.0 % (0.0 to 13.8, n = 24); the limit is 1 %."
    assert any(line.startswith("  FAIL  sim-large fails: the cost per query is $") for line in lines)
    assert found.err == "4 of 5 results pass, 1 fails.\n"


def test_a_passing_gate_ends_with_0_and_a_junit_file_says_the_same(
    store: Store, conversations: Path, gate: Path, tmp_path: Path
) -> None:
    job = a_job(store, conversations, "sim-lite")
    a_job(store, conversations, "sim-large")
    gate.write_text(GATE.partition('name = "Answers are whole"')[0].rpartition("[[criterion]]")[0], encoding="utf-8")
    report = tmp_path / "scorecard.xml"
    assert card(gate, "--job", job, "--junit", report).status == 0
    assert card(gate, "--job", "last").status == 1
    passed = checked(report.read_bytes())
    assert [suite.attrib["failures"] for suite in passed] == ["0", "0"]
    assert card(gate, "--junit", report).status == 1
    failed = ET.fromstring(report.read_bytes())
    (failure,) = failed.iter("failure")
    assert failure.attrib["message"].startswith("sim-large fails: the cost per query is $")


def test_what_is_not_measured_ends_with_1(gate: Path) -> None:
    found = card(gate)
    assert found.status == 1
    assert "  ----  There are no answers yet, so the error rate is not measured; it does not pass." in found.out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[criterion]]\nname = 'a'\nmetric = 'p95'\nlimit = '<= 3 s'", "line 1, criterion[0].time: p95 needs time"),
        ("criterion =", "this is not TOML"),
        ("", "at least one [[criterion]] is needed"),
    ],
)
def test_a_wrong_file_is_wrong_usage_and_not_a_failed_gate(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    found = weighbridge("scorecard", "--criteria", path, "--json")
    assert (found.status, found.out) == (2, "")
    assert told in found.err
    assert str(path) in found.err


def test_an_unknown_job_and_a_missing_file_are_wrong_usage(gate: Path, tmp_path: Path) -> None:
    found = card(gate, "--job", "gone")
    assert (found.status, found.out) == (2, "")
    assert "No job has the id 'gone'" in found.err
    missing = weighbridge("scorecard")
    assert missing.status == 2
    assert str(tmp_path / "criteria.toml") in missing.err
    assert "--criteria" in missing.err


def test_the_last_job_must_be_there(gate: Path) -> None:
    found = card(gate, "--job", "last")
    assert found.status == 2
    assert "There is no job yet." in found.err


def test_the_criteria_of_the_data_folder_are_the_default(tmp_path: Path, store: Store, conversations: Path) -> None:
    a_job(store, conversations, "sim-lite")
    text = '[[criterion]]\nname = "Few errors"\nmetric = "error_rate"\nlimit = "<= 5 %"\n'
    (tmp_path / "criteria.toml").write_text(text)
    assert process("scorecard").status == 0


def test_a_junit_file_that_cannot_be_written_is_told(gate: Path, tmp_path: Path) -> None:
    found = card(gate, "--junit", tmp_path)
    assert "cannot be written" in found.last_words
