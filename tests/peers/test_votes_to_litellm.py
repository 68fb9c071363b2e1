"""From votes cast in a browser to a LiteLLM that routes by them: the end of the support router's story.

Two models answer long threads in a job; four raters judge the pairs blind on the Vote page, by keys; the weights are
exported, and the real LiteLLM splits its traffic as the votes say.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect, sync_playwright

from maintenance.chromium import find
from tests.app_server import AppServer, start_app
from tests.chromium_fixture import FLAGS, PATIENCE_MS
from tests.peers.peers import CHECKOUT

RATERS = ("Ana", "Ben", "Chris", "Dora")
MODELS = ("sim-lite", "sim-large")
LONG = 9
"""Messages from which on a thread is a long one for the router."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    server = start_app(tmp_path_factory.mktemp("story"), sim_speed="0")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = find()
    assert path, "no Chromium or Google Chrome found; `make browser` installs one"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def samples() -> list[dict[str, Any]]:
    """The long sample threads, with the facts that a good answer holds."""
    files = sorted((CHECKOUT / "data" / "threads").glob("*.jsonl"))
    threads = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [thread for thread in threads if len(thread["messages"]) > LONG]


def weighbridge(app: AppServer, *words: str) -> str:
    """A command on the app's own database; what it printed."""
    variables = {**os.environ, "WEIGHBRIDGE_DATA_DIR": str(app.data_dir), "WEIGHBRIDGE_SIM_SPEED": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "compare", *words], env=variables, cwd=CHECKOUT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def n_kept(page: Page, letter: str, facts: list[str]) -> int:
    text = page.get_by_role("region", name=f"Answer {letter}", exact=True).inner_text()
    return sum(fact in text for fact in facts)


def rate_all(chromium: Browser, app: AppServer, study_id: str, rater: str, facts: list[str]) -> int:
    """Judge every item by what its answers kept of the thread; how many there were."""
    page = chromium.new_context().new_page()
    page.goto(f"{app.url}/vote?study={study_id}")
    page.get_by_role("textbox", name="Your name").fill(rater)
    page.get_by_role("button", name="Begin").click()
    ballot = page.get_by_role("region", name="Your vote")
    expect(ballot).to_be_visible()
    n = 0
    while ballot.is_visible():
        a, b = n_kept(page, "A", facts), n_kept(page, "B", facts)
        page.keyboard.press("0" if a == b else "1" if a > b else "2")
        page.keyboard.press("Enter")
        n += 1
        following = page.locator(".rp-progress", has_text=re.compile(rf"^{n} of "))
        expect(following.or_(page.get_by_role("button", name="My last vote"))).to_be_visible()
    page.context.close()
    return n


@pytest.fixture(scope="module")
def routing(app: AppServer, chromium: Browser, samples: list[dict[str, Any]], tmp_path_factory: Any) -> Path:
    """routing.yaml, made of the votes."""
    folder = tmp_path_factory.mktemp("routing")
    threads = folder / "long.jsonl"
    threads.write_text("".join(json.dumps(thread) + "\n" for thread in samples), encoding="utf-8")
    weighbridge(app, "run", "--threads", str(threads), "--models", ",".join(MODELS), "--out", str(folder / "a.jsonl"))
    words = ("--job", "last", "--overlap", str(len(RATERS)), "--repeat-share", "0", "--json")
    study = json.loads(weighbridge(app, "study", "create", "Long threads", *words))
    facts = [fact["text"] for thread in samples for fact in thread["facts"] if fact["asked"]]
    counts = {rate_all(chromium, app, study["id"], rater, facts) for rater in RATERS}
    assert counts == {study["items"] if isinstance(study["items"], int) else len(study["items"])}
    weighbridge(app, "route", "export", "--to", "yaml", "--blind", "--out", str(folder))
    return folder / "routing.yaml"


def test_the_votes_give_long_threads_to_the_model_that_keeps_them(routing: Path) -> None:
    routes = yaml.safe_load(routing.read_text(encoding="utf-8"))["routes"]
    (long_threads,) = [route for route in routes if route.get("match") == "thread_length > 8"]
    weights = long_threads["weights"]
    assert weights["sim-large"] > weights["sim-lite"]
    assert sum(weights.values()) == pytest.approx(1)


def test_litellm_splits_its_traffic_as_the_votes_say(routing: Path, app: AppServer) -> None:
    found = json.loads(
        weighbridge(app, "route", "verify", str(routing), "--to", "litellm", "--requests", "400", "--json")
    )
    (route,) = [each for each in found["routes"] if each["name"] == long_name(routing)]
    shares = {each["model"]: each for each in route["split"]["models"]}
    assert route["split"]["n"] >= 400
    assert shares["sim-large"]["low"] < shares["sim-large"]["share"] < shares["sim-large"]["high"]
    assert shares["sim-large"]["share"] > shares["sim-lite"]["share"]
    assert found["ok"]


def long_name(routing: Path) -> str:
    routes = yaml.safe_load(routing.read_text(encoding="utf-8"))["routes"]
    return next(str(route["name"]) for route in routes if route.get("match") == "thread_length > 8")
