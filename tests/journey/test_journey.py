"""The support router's story, from a thread to a routing.yaml, through the real app, browser, database and files.

A support router loses context past ten messages. A product manager compares three models on a long thread, sees which
one forgot, votes; raters vote on more threads; the votes become weights; the engineer takes the file along.
This is one growing story: later chapters are added at its end, and no change may break it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from compare.catalog import load_catalog
from compare.engine.hub import Hub
from compare.records import Candidate
from compare.review.votes import Choice, cast, votable
from compare.runs.live import Runs
from compare.store.store import Store, open_store
from tests.app_server import ROOT, AppServer, start_app
from tests.browser import steps
from tests.browser.conftest import DESKTOP

pytestmark = pytest.mark.browser

RATERS = ("Ana", "Ben", "Chris", "Dora")
MODELS = ("sim-lite", "sim-flash", "sim-large")


class Story:
    """What the chapters share."""

    app: AppServer
    page: Page


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Story:
    told = Story()
    told.app = start_app(tmp_path_factory.mktemp("journey"))
    context = chromium.new_context(viewport=DESKTOP, accept_downloads=True)
    told.page = context.new_page()
    yield told
    context.close()
    told.app.stop()


def command(app: AppServer, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line on the app's own database."""
    variables = {**os.environ, "WEIGHBRIDGE_DATA_DIR": str(app.data_dir), "WEIGHBRIDGE_SIM_SPEED": "0"}
    return subprocess.run(
        [sys.executable, "-m", "compare", *arguments],
        env={**variables, "PYTHONPATH": str(ROOT)}, cwd=app.data_dir, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_1_the_first_page_is_usable_without_set_up(story: Story) -> None:
    steps.open_playground(story.page, story.app.url)


def test_2_three_models_answer_a_long_thread_at_once(story: Story) -> None:
    steps.press_run(story.page)
    steps.wait_until_votable(story.page)
    for letter, name in zip("ABC", ("Sim Lite", "Sim Flash", "Sim Large"), strict=True):
        expect(steps.answer(story.page, letter)).to_contain_text(name)


def test_3_the_cheap_model_has_lost_the_early_fact_and_the_large_one_keeps_it(story: Story) -> None:
    expect(steps.answer(story.page, "A")).not_to_contain_text("13.5%")
    expect(steps.answer(story.page, "C")).to_contain_text("13.5%")


def test_4_a_vote_by_key_stands_in_the_results(story: Story) -> None:
    story.page.keyboard.press("1")
    expect(story.page.get_by_text("You voted with names shown: A, Sim Lite.")).to_be_visible()
    # The wrong key: a second press changes the vote.
    story.page.keyboard.press("3")
    expect(story.page.get_by_text("You voted with names shown: C, Sim Large.")).to_be_visible()
    story.page.get_by_role("link", name="Results").click()
    expect(story.page.get_by_text("1 vote, all of one kind: names shown, thread as given.")).to_be_visible()


def test_5_one_vote_is_not_enough_for_weights_and_the_page_says_so(story: Story) -> None:
    story.page.get_by_role("link", name="Weights").click()
    expect(story.page.get_by_text("Not enough votes for weights yet, and Weighbridge invents none.")).to_be_visible()
    expect(story.page.get_by_role("button", name="Download routing.yaml")).to_have_count(0)


def test_6_raters_vote_blind_on_more_long_threads(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIGHBRIDGE_SIM_SPEED", "0")
    store = open_store(story.app.data_dir / "weighbridge.db")
    hub = Hub()
    try:
        facts = asked_facts()
        n_cast = 0
        for thread in store.threads():
            if thread.n_messages > 9 and thread.title in facts:
                n_cast += vote_on(store, hub, thread.id, facts[thread.title])
        assert n_cast >= 36
    finally:
        hub.close()
        store.close()


def asked_facts() -> dict[str, list[str]]:
    """What a good answer to each sample must contain, by title."""
    found = {}
    for path in sorted((ROOT / "data" / "threads").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            thread = json.loads(line)
            found[thread["title"]] = [fact["text"] for fact in thread["facts"] if fact["asked"]]
    return found


def vote_on(store: Store, hub: Hub, thread_id: str, facts: list[str]) -> int:
    """Every rater judges one blind comparison by what it kept of the thread; returns the number of ballots."""
    runs = Runs(store, hub, load_catalog)
    models = load_catalog().models
    candidates = [Candidate(m, label=models[m].label, simulated=True) for m in MODELS]
    for i, rater in enumerate(RATERS):
        run = runs.open(runs.start(thread_id, candidates, blind=True))
        deadline = time.monotonic() + 30
        while run.running and time.monotonic() < deadline:
            time.sleep(0.01)
        comparison = store.comparison(run.id)
        assert comparison is not None
        answers = votable(store, comparison).answers
        kept = {place: sum(fact in answer.text for fact in facts) for place, answer in answers.items()}
        best = [place for place, n in kept.items() if n == max(kept.values())]
        choice = Choice("best", best[0]) if len(best) == 1 else Choice("tie")
        cast(store, comparison, store.rater(rater), choice, key=f"{run.id}:{rater}:{i}")
    return len(RATERS)


def test_7_the_results_name_the_model_that_keeps_the_thread(story: Story) -> None:
    story.page.get_by_role("link", name="Results").click()
    story.page.get_by_text("Blind, thread as given").click()
    expect(story.page.get_by_test_id("stDataFrame").first).to_be_visible()
    found = command(story.app, "rate", "--blind", "--json")
    assert found.returncode == 0, found.stderr
    models = {model["model"]: model for model in json.loads(found.stdout)["models"]}
    assert set(models) == set(MODELS)
    assert models["sim-large"]["n_votes"] >= 36


def test_8_the_votes_become_a_routing_file_that_the_engineer_takes_along(story: Story, tmp_path: Path) -> None:
    story.page.get_by_role("link", name="Weights").click()
    story.page.get_by_text("Blind, thread as given").click()
    with story.page.expect_download() as download:
        story.page.get_by_role("button", name="Download routing.yaml").click()
    path = tmp_path / "routing.yaml"
    download.value.save_as(path)
    routing = yaml.safe_load(path.read_text(encoding="utf-8"))
    (long_route,) = [route for route in routing["routes"] if route.get("match") == "thread_length > 8"]
    default = routing["routes"][-1]
    assert "match" not in default
    for route in (long_route, default):
        assert sum(route["weights"].values()) == pytest.approx(1)
        assert max(route["weights"], key=route["weights"].__getitem__) == "sim-large"
    checked = command(story.app, "route", "check", str(path))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_9_the_same_file_comes_from_the_command_line(story: Story, tmp_path: Path) -> None:
    made = command(story.app, "route", "export", "--to", "yaml", "--blind", "--out", str(tmp_path))
    assert made.returncode == 0, made.stderr
    routing = yaml.safe_load((tmp_path / "routing.yaml").read_text(encoding="utf-8"))
    assert routing["provenance"]["vote_count"] >= 36
