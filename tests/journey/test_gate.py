"""The support router's gate: a job over long threads, blind votes on what was kept, and a criteria file that decides.

The cheap model answers every question and has lost what was agreed at message 3. The gate stops it on long threads, in
CI and in sentences that a product manager can forward; the large model passes.
"""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from compare.engine.hub import Hub
from compare.store import Store
from tests.app_server import ROOT
from tests.cli.command import weighbridge
from tests.journey.test_journey import asked_facts, vote_on

CRITERIA = """
title = "Who may answer long support threads"

[[criterion]]
name = "Long threads are kept about as well as by the large model"
metric = "win_share"
against = "sim-large"
candidate = "sim-lite"
bucket = "9+ messages"
limit = ">= 40 %"
min_n = 20

[[criterion]]
name = "The large model is worth asking"
metric = "win_share"
against = "sim-lite"
candidate = "sim-large"
bucket = "9+ messages"
limit = ">= 60 %"
min_n = 20
sure = true

[[criterion]]
name = "Every question is answered"
metric = "error_rate"
candidate = ["sim-lite", "sim-large"]
bucket = "9+ messages"
limit = "<= 2 %"
"""


@pytest.fixture
def long_threads(tmp_path: Path) -> Path:
    """The samples whose last question comes after more than eight messages."""
    path = tmp_path / "long.jsonl"
    lines = [file.read_text(encoding="utf-8") for file in sorted((ROOT / "data" / "threads").glob("*.jsonl"))]
    path.write_text("".join(line for line in lines if len(json.loads(line)["messages"]) > 9), encoding="utf-8")
    return path


def test_the_gate_stops_the_model_that_loses_long_threads(
    store: Store, hub: Hub, long_threads: Path, tmp_path: Path
) -> None:
    ran = weighbridge("run", "--threads", long_threads, "--models", "sim-lite,sim-flash,sim-large")
    assert ran.status == 0, ran.err
    gate, report = tmp_path / "gate.toml", tmp_path / "gate.xml"
    gate.write_text(CRITERIA, encoding="utf-8")

    # Nobody has judged yet: that is no pass.
    early = weighbridge("scorecard", "--criteria", gate, "--job", "last")
    assert early.status == 1
    assert early.out.count("is not measured, because there are no blind votes between it and sim-") == 2

    facts = asked_facts()
    for thread in store.threads():
        vote_on(store, hub, thread.id, facts[thread.title])

    judged = weighbridge("scorecard", "--criteria", gate, "--job", "last", "--junit", report)
    assert judged.status == 1
    lines = [line.strip() for line in judged.out.splitlines()]
    assert lines[1].startswith("FAIL  sim-lite fails: the win share against sim-large on threads with 9+ messages is ")
    assert lines[1].endswith("; the limit is at least 40 %.")
    assert [line.split()[:3] for line in lines if line.startswith("pass")] == [
        ["pass", "sim-large", "passes:"],
        ["pass", "sim-lite", "passes:"],
        ["pass", "sim-large", "passes:"],
    ]
    (failure,) = ET.parse(report).getroot().iter("failure")
    assert failure.attrib["message"] == lines[1].removeprefix("FAIL  ")

    # Without the line that the cheap model fails, the gate opens.
    _, _, rest = CRITERIA.partition("[[criterion]]")[2].partition("[[criterion]]")
    gate.write_text(f"[[criterion]]{rest}", encoding="utf-8")
    assert weighbridge("scorecard", "--criteria", gate, "--job", "last").status == 0
