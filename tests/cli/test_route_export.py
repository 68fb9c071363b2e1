"""`route export`, `drain`, `diff` and `schema`: from a routing file to what a gateway reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.command import weighbridge
from tests.routing.exports.files import WHOLE


@pytest.fixture
def routing(tmp_path: Path) -> Path:
    path = tmp_path / "routing.yaml"
    path.write_text(WHOLE)
    return path


def test_each_canary_stage_gets_a_folder_with_its_files_and_losses(routing: Path, tmp_path: Path) -> None:
    done = weighbridge("route", "export", "--to", "litellm", "--in", routing, "--out", tmp_path / "out", "--json")
    assert [each["stage"] for each in done.document["sets"]] == ["stage-1-5pct", "stage-2-20pct", "full"]
    folder = tmp_path / "out" / "stage-1-5pct"
    assert {path.name for path in folder.iterdir()} == {
        "config.yaml",
        "weighbridge_hook.py",
        "losses.json",
        "client.py",
    }
    models = yaml.safe_load((folder / "config.yaml").read_text())["model_list"]
    share = sum(m["litellm_params"]["weight"] for m in models if m["model_info"]["id"].startswith("long_thread_test/s"))
    assert share == pytest.approx(0.05)
    losses = json.loads((folder / "losses.json").read_text())
    assert losses["target"] == "litellm"
    assert {"field", "reason"} == set(losses["losses"][0])
    assert "Not as the file says, routes.long_thread_test.canary.stages: " in done.err
    told = "Canary: With 5% of the requests, harms that go from 2% to 4% are found in 90% of canaries within 2"
    assert told in done.err


def test_without_a_canary_the_files_lie_in_the_folder_itself(routing: Path, tmp_path: Path) -> None:
    routing.write_text(
        "models: {p: {model: m, base_url: 'http://127.0.0.1:1/v1'}}\nroutes: [{name: all, weights: {p: 1}}]\n"
    )
    weighbridge("route", "export", routing, "--to", "portkey", "--out", tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"config.json", "losses.json", "client.py"}


def test_names_that_the_catalogue_knows_need_no_entry(routing: Path, tmp_path: Path) -> None:
    routing.write_text("routes: [{name: all, weights: {claude-opus-4-1: 0.5, sim-lite: 0.5}}]\n")
    done = weighbridge("route", "export", routing, "--to", "litellm", "--out", tmp_path / "out")
    text = (tmp_path / "out" / "config.yaml").read_text()
    assert "os.environ/ANTHROPIC_API_KEY" in text
    assert "Simulated, not real models: sim-lite." in done.err


def test_names_that_nobody_knows_are_refused(routing: Path, tmp_path: Path) -> None:
    routing.write_text("routes: [{name: all, weights: {primary: 1}}]\n")
    told = weighbridge("route", "export", routing, "--to", "litellm", "--out", tmp_path / "out").complaint
    assert "primary is not under models" in told
    assert not (tmp_path / "out").exists()


def test_thin_evidence_is_written_only_by_force(routing: Path, tmp_path: Path) -> None:
    routing.write_text(WHOLE.replace("verdict: separated", "verdict: insufficient"))
    words = ("route", "export", routing, "--to", "litellm", "--out", tmp_path / "out")
    told = weighbridge(*words).complaint
    assert told.startswith("These weights rest on too few votes (verdict: insufficient): long_thread_test (412 votes).")
    assert not (tmp_path / "out").exists()
    assert weighbridge(*words, "--force").status == 0


@pytest.mark.usefixtures("voted")
def test_stored_votes_become_a_gateways_files(tmp_path: Path) -> None:
    weighbridge("route", "export", "--to", "litellm", "--out", tmp_path / "out")
    text = (tmp_path / "out" / "config.yaml").read_text()
    assert "gemini/sim-lite" in text
    assert "votes_sha256" in text


def test_a_drained_model_is_in_none_of_the_files(routing: Path, tmp_path: Path) -> None:
    words = ("--in", routing, "--to", "litellm", "--out", tmp_path / "out")
    assert weighbridge("route", "drain", "secondary", *words).status == 0
    files = [path.read_text() for path in (tmp_path / "out").rglob("*.*")]
    assert files
    assert not any("gemini-2.5-flash" in text for text in files)
    assert weighbridge("route", "drain", "cheap", *words).complaint.startswith("cheap cannot be drained: ")


def test_the_difference_is_markdown(routing: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(WHOLE.replace("primary: 0.8, secondary: 0.2", "primary: 0.6, secondary: 0.4"))
    shown = weighbridge("route", "diff", routing, new)
    assert "| `long_thread_test` | `primary` | 0.8 | **0.6** |" in shown.out
    new.write_text("routes: []")
    told = weighbridge("route", "diff", routing, new).err
    assert told.startswith(f"weighbridge: {new}: The routing file has 1 problem(s):\n- line 1, routes: ")


def test_the_schema_is_printed() -> None:
    assert json.loads(weighbridge("route", "schema").out)["title"] == "routing-weights/v1"


def test_two_files_at_once_are_refused(routing: Path, tmp_path: Path) -> None:
    told = weighbridge("route", "export", routing, "--in", routing, "--out", tmp_path / "out").complaint
    assert told.startswith("Two routing files are named")
