"""`route`: votes to weights, weights to a routing.yaml, and what is wrong with one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.command import weighbridge
from tests.cli.conftest import N_VOTES
from tests.report.test_weights import vote
from tests.review.conftest import Table

GOOD = """\
routes:
  - name: long
    match: thread_length > 8
    weights: {p: 0.75, q: 0.25}
  - name: rest
    weights: {p: 1.0}
"""


@pytest.fixture
def routing(tmp_path: Path) -> Path:
    path = tmp_path / "routing.yaml"
    path.write_text(GOOD)
    return path


# --- export ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("voted")
def test_enough_votes_become_a_file_that_passes_the_check(tmp_path: Path) -> None:
    done = weighbridge("route", "export", "--to", "yaml", "--out", tmp_path / "new" / "folder")
    path = tmp_path / "new" / "folder" / "routing.yaml"
    assert (done.status, done.out) == (0, "")
    assert done.err.endswith(f"Written to {path}.\n")
    document = yaml.safe_load(path.read_text())
    assert document["provenance"]["vote_count"] == N_VOTES
    weights = document["routes"][-1]["weights"]
    assert weights["sim-large"] > weights["sim-lite"]
    assert weighbridge("route", "check", path).out == f"routing.yaml is valid: {len(document['routes'])} routes.\n"


def test_too_few_votes_give_no_file_and_say_so(table: Table, tmp_path: Path) -> None:
    vote(table, 3)
    refused = weighbridge("route", "export", "--out", tmp_path / "out")
    assert refused.last_words.startswith("No weights were written: no range of thread lengths has weights.")
    assert "not enough votes" in refused.err.splitlines()[0]
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("voted")
def test_a_file_keeps_the_limits_that_recommend_takes(tmp_path: Path, routing: Path) -> None:
    routing.write_text("routes:\n  - name: all\n    weights: {sim-large: 0.2, sim-lite: 0.8}\n")
    limits = ("--floor", "0.15", "--forced", "--current", routing, "--edges", "4,8")
    weighbridge("route", "export", "--out", tmp_path / "out", *limits)
    text = (tmp_path / "out" / "routing.yaml").read_text()
    found = yaml.safe_load(text)
    recommended = weighbridge("route", "recommend", "--json", *limits).document
    named = {each["name"]: each["weights"] for each in [*recommended["buckets"], recommended["default"]]}
    assert {route["name"]: route["weights"] for route in found["routes"]}.items() <= named.items()
    assert found["routes"][0]["weights"] == {"sim-large": 0.85, "sim-lite": 0.15}
    assert "# Limits: each candidate at least 0.15." in text
    dear = weighbridge("route", "export", "--out", tmp_path / "dear", "--max-cost", "0.01")
    assert "keep: the cost of sim-large, sim-lite is not known in this bucket" in dear.err
    assert dear.last_words.startswith("No weights were written: ")


def test_limits_beside_a_file_are_refused_and_not_forgotten(tmp_path: Path, routing: Path) -> None:
    for words in (
        ("export", routing, "--to", "litellm", "--out", tmp_path / "out", "--max-cost", "0.01", "--blind"),
        ("drain", "sim-lite", "--in", routing, "--out", tmp_path / "out", "--max-cost", "0.01", "--blind"),
        ("recommend", "--evidence", routing, "--max-cost", "0.01", "--blind"),
    ):
        refused = weighbridge("route", *words)
        assert refused.status == 2
        assert f"--max-cost, --blind/--open cannot be applied to {routing}" in " ".join(refused.err.split())
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("voted")
def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    told = weighbridge("route", "export", "--out", tmp_path / "taken").last_words
    assert told.startswith(f"{tmp_path / 'taken' / 'routing.yaml'} cannot be written: ")
    assert told.endswith("Name another folder with --out.")


# --- recommend -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("voted")
def test_stored_votes_become_proposals_with_their_reasons() -> None:
    found = weighbridge("route", "recommend", "--json").document
    short, long = found["buckets"]
    assert (short["name"], short["verdict"], short["n_votes"]) == ("short", "change", N_VOTES)
    assert dict(zip(short["models"], short["proposed"], strict=True)) == {"sim-large": 0.7, "sim-lite": 0.3}
    assert short["clusters"] == ["rater", "thread_id"]
    assert long["verdict"] == "keep"
    assert long["why"].startswith("keep: ")
    assert found["default"]["n_votes"] == N_VOTES
    shown = weighbridge("route", "recommend").out
    assert shown.startswith("short (thread_length <= 8): change. The votes carry the change; ")
    assert "\n  sim-large: 0.50 -> 0.70\n" in shown
    assert "\nlong (thread_length > 8): keep: " in shown
    assert "\n  proposed: cost unknown, p95 unknown, win share 5" in shown
    month = weighbridge("route", "recommend", "--per-month", "2000", "--json").document["month"]
    assert month["traffic"]["threads"] == 2000
    assert month["after"]["win_rate"] > month["before"]["win_rate"] == pytest.approx(0.5)
    assert month["after"]["cost_usd"] is None


@pytest.mark.usefixtures("voted")
def test_limits_guard_and_current_weights_are_options(tmp_path: Path, routing: Path) -> None:
    refused = weighbridge("route", "recommend", "--max-cost", "0.01").out
    assert "keep: the cost of sim-large, sim-lite is not known in this bucket" in refused
    forced = weighbridge("route", "recommend", "--forced", "--floor", "0.1", "--json").document["buckets"][0]
    assert forced["proposed"] == [0.9, 0.1]
    routing.write_text("routes:\n  - name: all\n    weights: {sim-large: 0.2, sim-lite: 0.8}\n")
    stepped = weighbridge("route", "recommend", "--current", routing, "--json").document["buckets"][0]
    assert (stepped["current"], stepped["proposed"]) == ([0.2, 0.8], [0.4, 0.6])
    finer = weighbridge("route", "recommend", "--edges", "4,8", "--json").document
    assert [bucket["name"] for bucket in finer["buckets"]] == ["short", "medium", "long"]
    wrong = weighbridge("route", "recommend", "--edges", "8,4")
    assert wrong.status == 2


def evidence(folder: Path, **changes: object) -> Path:
    bucket = {"name": "long", "models": ["p", "q"], "wins": [[0, 90], [10, 0]], "current": [0.5, 0.5]}
    path = folder / "evidence.json"
    path.write_text(json.dumps({"buckets": [{**bucket, **changes}]}))
    return path


def test_evidence_is_weighed_without_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIGHBRIDGE_DATA_DIR", str(tmp_path / "none"))
    path = evidence(tmp_path)
    (bucket,) = weighbridge("route", "recommend", "--evidence", path, "--json").document["buckets"]
    assert bucket["models"] == ["p", "q"]
    assert bucket["verdict"] == "change"
    assert bucket["proposed"][0] > 0.5
    shown = weighbridge("route", "recommend", "--evidence", path)
    assert shown.out.startswith("long: change. The votes carry the change; ")
    assert f"  p: 0.50 -> {bucket['proposed'][0]:.2f}" in shown.out
    assert not (tmp_path / "none").exists()


def test_evidence_that_is_wrong_names_the_place(tmp_path: Path) -> None:
    told = weighbridge("route", "recommend", "--evidence", evidence(tmp_path, current=[0.5, 0.6])).complaint
    assert told == "buckets[0].current sums to 1.1, not 1."


# --- check -----------------------------------------------------------------------------------------------------------


def test_a_valid_file_is_called_so(routing: Path) -> None:
    assert weighbridge("route", "check", routing).out == "routing.yaml is valid: 2 routes.\n"
    assert weighbridge("route", "check", routing, "--json").document == {"ok": True, "problems": []}


def test_every_problem_is_named_by_line_and_field(routing: Path) -> None:
    routing.write_text(GOOD.replace("q: 0.25", "q: 0.35").replace("thread_length > 8", "thread_lenght > 8"))
    checked = weighbridge("route", "check", routing)
    assert checked.last_words == "routing.yaml has 2 problems, listed above."
    first, second = checked.out.splitlines()
    assert first.startswith("routing.yaml: line 3, routes[0].match: ")
    assert "thread_length" in first
    assert second == ("routing.yaml: line 4, routes[0].weights: the weights of 'long' sum to 1.1, not 1 (0.75 + 0.35)")


def test_json_holds_the_problems_and_the_status_stays_1(routing: Path) -> None:
    routing.write_text(GOOD.replace("weights: {p: 1.0}", "weigths: {p: 1.0}"))
    checked = weighbridge("route", "check", routing, "--json")
    assert checked.last_words.startswith("routing.yaml has ")
    found = json.loads(checked.out)
    assert found["ok"] is False
    assert all(set(problem) == {"line", "path", "message"} for problem in found["problems"])
    assert any("did you mean 'weights'" in problem["message"] for problem in found["problems"])


@pytest.mark.parametrize("command", ["route check", "route recommend --evidence", "canary --counts"])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read: No such file or directory. Check the path."),
        (b"\xff\xfe\x00\x01", "is not UTF-8 (byte 0). Save it as UTF-8 and try again."),
    ],
    ids=["missing", "binary"],
)
def test_a_file_that_cannot_be_read_is_one_sentence(
    command: str, content: bytes | None, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "given"
    if content is not None:
        path.write_bytes(content)
    assert weighbridge(*command.split(), path).complaint == f"{path} {told}"


@pytest.mark.parametrize("command", ["route recommend --evidence", "canary --counts"])
def test_a_file_that_is_no_json_is_told_with_its_place(command: str, tmp_path: Path) -> None:
    (tmp_path / "given").write_text('{"buckets": [}')
    told = weighbridge(*command.split(), tmp_path / "given").complaint
    assert told.startswith(f"{tmp_path / 'given'} is not valid JSON: ")
    assert "line 1 column 14" in told


@pytest.mark.parametrize("content", ["", "- 1\n", "routes: []\n", "routes: {p: [\n"])
def test_a_file_that_is_no_routing_file_has_a_problem(content: str, routing: Path) -> None:
    routing.write_text(content)
    checked = weighbridge("route", "check", routing)
    assert "listed above" in checked.last_words
    assert checked.out.startswith("routing.yaml: ")


# --- simulate --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("voted")
def test_a_file_is_simulated_beside_the_one_that_runs_now(tmp_path: Path) -> None:
    file, now = tmp_path / "new.yaml", tmp_path / "now.yaml"
    file.write_text("routes:\n  - name: all\n    weights: {sim-large: 0.9, sim-lite: 0.1}\n")
    now.write_text("routes:\n  - name: all\n    weights: {sim-large: 0.5, sim-lite: 0.5}\n")
    found = weighbridge("route", "simulate", file, "--against", now, "--per-month", "3000", "--json").document
    new, old = found["file"], found["against"]
    assert new["shares"] == {"sim-large": 0.9, "sim-lite": 0.1}
    assert new["win_rate"] > old["win_rate"] == pytest.approx(0.5)
    assert new["without_stickiness"]["switches_per_session"] == 0
    # Nothing was asked here: what it would have cost is not known, and not 0.
    assert (new["cost_usd"], new["monthly_cost_usd"], new["p95_ms"]) == (None, None, None)
    assert any("The cost of sim-large, sim-lite is not known" in problem for problem in new["problems"])
    shown = weighbridge("route", "simulate", file, "--against", now)
    lines = [line.split() for line in shown.out.splitlines()]
    assert lines[0] == ["new.yaml", "now.yaml"]
    assert ["share", "of", "sim-large", "90.0%", "50.0%"] in lines
    assert "Traffic: the 10 stored threads taken as one month; type your own numbers." in shown.err


def test_threads_that_were_run_tell_what_a_month_costs(conversations: Path, tmp_path: Path) -> None:
    assert weighbridge("run", "--threads", conversations, "--models", "sim-lite,sim-large").status == 0
    weighbridge("threads", "import", conversations)
    file = tmp_path / "new.yaml"
    file.write_text("routes:\n  - {name: t, match: prompt_tokens > 8, weights: {sim-lite: 1.0}}\n"
                    "  - {name: rest, weights: {sim-large: 1.0}}\n")  # fmt: skip
    found = weighbridge("route", "simulate", file, "--per-month", "1000", "--json").document["file"]
    assert found["n_requests"] == 6
    assert found["routes"]["t"] > 0
    assert found["routes"]["rest"] > 0
    assert found["cost_usd"] > 0
    assert found["monthly_cost_usd"] == pytest.approx(found["cost_per_session_usd"] * 1000)
    assert found["win_rate"] is None
