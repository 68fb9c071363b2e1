"""`probe`: the default set on simulated models, their known memories in the curve, stop and resume."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compare.probes.job import KIND, results
from compare.store import Store
from tests.cli.command import weighbridge
from tests.engine.servers import ModelServer, answering, refusing


def probe(*arguments: object) -> dict[str, object]:
    return dict(weighbridge("probe", *arguments, "--json").document)


def test_simulated_memories_are_measured_as_they_are(store: Store) -> None:
    found = probe("--models", "sim-lite,sim-large", "--reference", "sim-large")
    lite, large = found["curves"]["sim-lite"], found["curves"]["sim-large"]
    # sim-lite keeps the last 6 messages, the question among them: a fact up to 5 back.
    assert lite["step"] == {"last_passed": 4, "first_failed": 6}
    assert [(each["name"], each["recall"]) for each in lite["bins"]] == [
        ("1-4", 1.0), ("5-8", 0.0), ("9-16", 0.0), ("17-24", 0.0), ("25-32", 0.0), ("33+", 0.0),
    ]  # fmt: skip
    assert [each["recall"] for each in large["bins"]] == [1.0] * 6
    assert (lite["d50"], large["d50_shown"]) == (6, "> 48")
    assert lite["control"]["value"] == large["control"]["value"] == 1.0
    assert all(large["types"][name]["value"] == 1.0 for name in ("update", "instruction", "multi", "abstention"))
    # An instruction that the user says again just before the question is obeyed, however little is remembered.
    assert lite["types"]["instruction"]["value"] < 1.0
    assert lite["controls"]["instruction"]["value"] == large["controls"]["instruction"]["value"] == 1.0
    assert found["crossovers"]["sim-lite"]["rule"].startswith("thread_length > ")
    for one in found["probes"]:
        if one["type"] == "recall" and one["model_id"] == "sim-lite":
            assert one["passed"] == (one["distance_messages"] <= 5)
            assert not one["cut_by_us"]
    # The planted threads can be opened, and do not stand in the way.
    thread = store.thread(found["probes"][0]["thread_id"])
    assert thread.messages[-1].text == found["probes"][0]["question"]
    assert store.threads() == []


def test_policies_are_candidates_of_their_own_and_what_they_cut_is_told(store: Store) -> None:
    found = probe(
        "--models", "sim-large", "--policy", "full", "--policy", "last:8", "--policy", "summary:sim-large:8",
        "--types", "recall", "--lengths", "8,30", "--depths", "0,0.95",
    )  # fmt: skip
    full, cut, summarised = found["curves"].values()
    assert (full["cut_by_us"], full["bins"][-1]["recall"]) == (0, 1.0)
    far = cut["bins"][-1]
    assert (far["name"], far["n"], far["passed"], far["cut_by_us"], far["forgotten"]) == ("25-32", 1, 0, 1, 0)
    assert cut["bins"][0]["recall"] == 1.0
    assert [each["name"] for each in summarised["bins"]] == [each["name"] for each in full["bins"]]
    (lost,) = [one for one in found["probes"] if one["cut_by_us"] and "last" in one["why"]]
    assert "our context policy (last:8) left it out" in lost["why"]


def test_a_stopped_job_is_resumed_and_nothing_is_asked_twice(server: ModelServer, store: Store) -> None:
    server.acts = [refusing(400, "not today"), answering("I do not know.")]
    options = ("--models", "local", "--types", "recall", "--lengths", "8,16", "--no-controls", "--concurrency", 1)
    first = probe(*options)
    n = len(server.requests)
    assert sum(one["passed"] is None for one in first["probes"]) == 1
    again = probe(*options, "--resume")
    assert again["job_id"] == first["job_id"]
    assert len(server.requests) == n + 1
    assert [one["passed"] for one in again["probes"]] == [False] * len(first["probes"])


def test_a_job_of_earlier_is_shown_without_asking(server: ModelServer, store: Store, tmp_path: Path) -> None:
    server.acts = [answering("I do not know.")]
    made = probe("--models", "local", "--types", "abstention", "--lengths", "8", "--repeat", 2)
    n = len(server.requests)
    out = tmp_path / "probes.jsonl"
    shown = weighbridge("probe", "--job", "last", "--out", out)
    assert "100 %" in shown.out
    assert len(server.requests) == n
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["repeat"] for line in lines] == [0, 1]
    assert lines == made["probes"]


def test_the_list_of_jobs_tells_probes_from_answers(conversations: Path, server: ModelServer) -> None:
    server.acts = [answering("No.")]
    weighbridge("probe", "--models", "local", "--types", "multi", "--lengths", "8")
    weighbridge("run", "--threads", conversations, "--models", "local")
    assert [one["kind"] for one in weighbridge("jobs", "list", "--json").document["jobs"]] == ["run", "probe"]
    listed = weighbridge("jobs", "list", "--kind", "probe").out
    assert "memory probes" in listed
    assert len(listed.splitlines()) == 2
    (one,) = weighbridge("jobs", "list", "--kind", "run", "--json").document["jobs"]
    assert one["kind"] == "run"


def test_models_can_be_added_to_a_job_of_probes(server: ModelServer, store: Store) -> None:
    server.acts = [answering("I do not know.")]
    probe("--models", "local", "--types", "abstention", "--lengths", "8")
    assert "1 new cells" in weighbridge("jobs", "add", "last", "--models", "sim-large").err
    weighbridge("jobs", "resume", "last")
    (row,) = store.jobs(KIND)
    assert [one.name for one in results(store, row.id)] == ["local", "sim-large"]


def test_probes_are_in_no_figure_of_ordinary_answers(server: ModelServer, store: Store) -> None:
    server.acts = [answering("I do not know.")]
    made = probe("--models", "local", "--types", "abstention", "--lengths", "8")
    assert store.measurements() == []
    assert len(store.measurements(made["job_id"])) == 1
    assert store.token_means() == {}
    assert len(store.token_means(probes=True)) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--lengths", "x"], "--lengths takes whole numbers"),
        (["--lengths", "2"], "4 to 2,000 messages; 2 was asked for"),
        (["--types", "recal"], "'recal' is no type of probe"),
        (["--depths", "2"], "--depths takes numbers from 0 to 1"),
        (["--policy", "lst:3"], "The context policy 'lst:3' cannot be read"),
    ],
)
def test_what_cannot_be_asked_is_told(arguments: list[str], said: str) -> None:
    assert said in weighbridge("probe", "--models", "sim-lite", *arguments).last_words
