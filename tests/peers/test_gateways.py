"""`route verify` on the real gateways: what the file says is what they do, or the loss report says so."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.peers.peers import CHECKOUT

ROUTING = """
schema: routing-weights/v1
entry: auto
models:
  primary: {provider: anthropic, model: claude-opus-4-1, api_key_env: ANTHROPIC_API_KEY}
  secondary: {provider: google, model: gemini-2.5-flash, api_key_env: GEMINI_API_KEY}
  cheap: {provider: google, model: gemini-2.5-flash-lite, api_key_env: GEMINI_API_KEY}
routes:
  - name: long_thread_test
    match: "thread_length > 8"
    weights: {primary: 0.8, secondary: 0.2}
    fallbacks: [cheap]
    sticky: {by: session_id}
    circuit_breaker: {failures: 3, window_s: 60, cooldown_s: 5}
  - name: default
    weights: {cheap: 1.0}
"""
REQUESTS = 2000
CANNOT: dict[str, set[str]] = {
    "litellm": set(),
    "portkey": {"breaker"},
    "tensorzero": {"breaker"},
    "envoy": set(),
}
"""What each cannot do of the file above, by what its checks are about."""


@pytest.fixture(scope="module", params=CANNOT)
def verified(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `route verify --json` found, once for each gateway."""
    return prove(ROUTING, tmp_path_factory.mktemp(request.param), request.param, "--requests", str(REQUESTS))


def prove(routing: str, folder: Path, target: str, *options: str) -> dict[str, Any]:
    file = folder / "routing.yaml"
    file.write_text(routing, encoding="utf-8")
    command = [sys.executable, "-m", "compare", "route", "verify", str(file), "--to", target, "--json", *options]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    found: dict[str, Any] = json.loads(done.stdout)
    print(json.dumps({name: found[name] for name in ("target", "ready_s", "total_s", "checks")}, indent=1))
    return found


def about(verified: dict[str, Any], what: str, route: str | None = None) -> list[dict[str, Any]]:
    return [each for each in verified["checks"] if each["about"] == what and route in (None, each["route"])]


def test_the_split_lies_in_its_band_in_both_buckets(verified: dict[str, Any]) -> None:
    assert [each["verdict"] for each in about(verified, "split")] == ["holds", "holds"]
    long, default = verified["routes"]
    assert (long["split"]["n"], default["split"]["n"]) == (REQUESTS, REQUESTS)
    primary, secondary = long["split"]["models"]
    assert (primary["model"], primary["expected"], secondary["model"]) == ("primary", 0.8, "secondary")
    assert primary["low"] < primary["share"] < primary["high"]
    assert primary["count"] + secondary["count"] == REQUESTS


def test_eight_and_nine_messages_land_in_different_buckets(verified: dict[str, Any]) -> None:
    (between,) = about(verified, "rule", "")
    assert between["verdict"] == "holds"
    assert between["says"].startswith("8 messages (default): cheap ")
    assert "| 9 messages (long_thread_test): primary " in between["says"]


def test_a_client_sees_no_error_while_one_model_fails(verified: dict[str, Any]) -> None:
    checks = about(verified, "failover", "long_thread_test")
    assert [each["verdict"] for each in checks] == ["holds", "holds"]
    for failure in verified["routes"][0]["failures"]:
        assert failure["tally"]["n"] >= 20
        assert failure["tally"]["errors"] == 0
        assert "primary" not in failure["tally"]["served"]


def test_the_failing_model_gets_its_share_again(verified: dict[str, Any]) -> None:
    (check,) = about(verified, "recovery", "long_thread_test")
    assert check["verdict"] == "holds"


def test_streamed_answers_come_whole_and_as_they_are_sent(verified: dict[str, Any]) -> None:
    assert [each["verdict"] for each in about(verified, "streaming")] == ["holds", "holds"]
    streams = verified["routes"][0]["streaming"]
    assert (streams["tally"]["errors"], streams["median_pieces"]) == (0, 4)


CANARY = """
schema: routing-weights/v1
entry: auto
models:
  present: {provider: anthropic, model: claude-opus-4-1, api_key_env: ANTHROPIC_API_KEY}
  coming: {provider: google, model: gemini-2.5-flash, api_key_env: GEMINI_API_KEY}
routes:
  - name: all
    weights: {present: 0.4, coming: 0.6}
    canary: {candidate: coming, stages: [{share: 0.1, hold_h: 24}, {share: 0.3, hold_h: 24}]}
"""


@pytest.mark.parametrize("target", CANNOT)
def test_a_canarys_stage_gives_the_candidate_its_share(target: str, tmp_path: Path) -> None:
    found = prove(CANARY, tmp_path, target, "--stage", "1", "--no-failures", "--requests", "400")
    assert (found["ok"], found["stage"]) == (True, "stage-1-10pct")
    (route,) = found["routes"]
    coming = next(each for each in route["split"]["models"] if each["model"] == "coming")
    assert coming["expected"] == pytest.approx(0.1)
    assert 0 < coming["low"] < coming["share"] < coming["high"] < 0.2


def test_only_what_the_loss_report_tells_is_not_done(verified: dict[str, Any]) -> None:
    assert verified["ok"]
    assert {each["about"] for each in verified["checks"] if each["verdict"] == "cannot"} == CANNOT[verified["target"]]
    assert all(each["reason"] for each in verified["checks"] if each["verdict"] == "cannot")
