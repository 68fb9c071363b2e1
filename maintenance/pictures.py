"""Makes the pictures in docs/ anew: the real app, the real browser, a database of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from compare.engine.hub import Hub  # noqa: E402
from compare.store.store import open_store  # noqa: E402
from maintenance.chromium import find  # noqa: E402
from tests.app_server import AppServer, start_app  # noqa: E402
from tests.browser import steps  # noqa: E402
from tests.browser.conftest import DESKTOP, PHONE  # noqa: E402
from tests.chromium_fixture import FLAGS  # noqa: E402
from tests.journey.test_journey import asked_facts, vote_on  # noqa: E402

DOCS = ROOT / "docs"
LONG_THREAD = "Team offsite"
"""The sample of 40 messages."""
LIMIT_MS = 60_000


@dataclass(frozen=True, slots=True)
class Look:
    """How a picture is taken; its name is the end of the file's."""

    name: str
    size: ViewportSize
    scheme: Literal["light", "dark"]


LIGHT = Look("", DESKTOP, "light")
DARK = Look("-dark", DESKTOP, "dark")
ON_PHONE = Look("-phone", PHONE, "light")

COMPARISONS = {
    2: "models=sim-lite,sim-large",
    4: "models=sim-lite,sim-flash,sim-large,sim-flaky",
    8: "models=sim-lite,sim-flash,sim-large,sim-flaky&repeat=2",
}
"""Address of the set-up by the number of panes."""


def settled(page: Page) -> None:
    """Wait until every answer has ended and nothing moves any more."""
    page.locator(".st-key-vote_1 button:enabled, .st-key-vote_2 button:enabled").first.wait_for()
    page.mouse.move(0, 0)
    page.wait_for_timeout(1200)


def opened(browser: Browser, look: Look) -> Page:
    """A page in a context of its own."""
    page = browser.new_context(viewport=look.size, color_scheme=look.scheme).new_page()
    page.set_default_timeout(LIMIT_MS)
    return page


def shot(browser: Browser, look: Look, address: str, name: str) -> None:
    """The picture of a finished run."""
    page = opened(browser, look)
    page.goto(address)
    settled(page)
    page.screenshot(path=DOCS / f"{name}{look.name}.png")
    page.context.close()


def run(browser: Browser, app: AppServer, query: str) -> str:
    """Run what a set-up address says; returns the run's address."""
    page = opened(browser, LIGHT)
    page.goto(f"{app.url}/{query}")
    steps.run_button(page).click()
    page.wait_for_url("**/?run=**")
    settled(page)
    address = page.url
    page.context.close()
    return address


def thread_id(browser: Browser, app: AppServer, title: str) -> str:
    """The id of a sample thread, as the address tells it once the thread is chosen."""
    page = opened(browser, LIGHT)
    steps.open_playground(page, app.url)
    steps.choose_thread(page, title)
    page.wait_for_url("**thread=**")
    found = page.url.partition("thread=")[2].partition("&")[0]
    page.context.close()
    return found


def library(browser: Browser, app: AppServer, thread: str) -> None:
    """The picture of the thread library with a thread open at a message."""
    page = opened(browser, LIGHT)
    page.goto(f"{app.url}/threads?view=library&sort=longest&thread={thread}&message=17")
    page.get_by_text("Messages 1 to 14", exact=True).wait_for()
    steps.wait_until_drawn(page)
    page.mouse.move(0, 0)
    page.wait_for_timeout(1200)
    page.screenshot(path=DOCS / "threads.png")
    page.context.close()


def command(app: AppServer, *arguments: str) -> str:
    """What a command of ours prints, on the app's database."""
    variables = {**os.environ, "WEIGHBRIDGE_DATA_DIR": str(app.data_dir), "WEIGHBRIDGE_SIM_SPEED": "0"}
    return subprocess.run(
        [sys.executable, "-m", "compare", *arguments],
        env=variables, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    ).stdout  # fmt: skip


def vote_as_the_journey_does(app: AppServer) -> None:
    """Blind votes by what an answer kept of its thread, on every long sample."""
    store, hub, facts = open_store(app.data_dir / "weighbridge.db"), Hub(), asked_facts()
    try:
        for thread in store.threads():
            if thread.n_messages > 9 and thread.title in facts:
                vote_on(store, hub, thread.id, facts[thread.title])
    finally:
        hub.close()
        store.close()


def page_of(browser: Browser, address: str, name: str, seen: str, begin: Callable[[Page], None] | None = None) -> None:
    """The pictures of a page, once it was begun and a text is seen on it and its charts are drawn."""
    for look in (LIGHT, DARK, ON_PHONE):
        page = opened(browser, look)
        page.goto(address)
        if begin is not None:
            begin(page)
        page.get_by_text(seen).locator("visible=true").first.wait_for()
        steps.wait_until_drawn(page)
        page.mouse.move(0, 0)
        page.wait_for_timeout(2500)
        page.screenshot(path=DOCS / f"{name}{look.name}.png")
        page.context.close()


def as_a_rater(page: Page) -> None:
    """Begin to vote."""
    page.get_by_role("textbox", name="Your name").fill("Ana")
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("region", name="Your vote").wait_for()


def pages(browser: Browser, app: AppServer) -> None:
    """The pictures of what follows a comparison: probes, votes, results and weights."""
    command(app, "probe", "--models", "sim-lite,sim-flash,sim-large", "--reference", "sim-large")
    page_of(browser, f"{app.url}/probes", "memory", "facts")
    command(
        app, "run", "--threads", "data/threads/team-offsite-40.jsonl", "--models", "sim-lite,sim-large",
        "--out", str(app.data_dir / "answers.jsonl"),
    )  # fmt: skip
    made = json.loads(command(app, "study", "create", "Long threads", "--job", "last", "--json"))
    page_of(browser, f"{app.url}/vote?study={made['id']}", "vote", "Which answer", as_a_rater)
    os.environ["WEIGHBRIDGE_SIM_SPEED"] = "0"
    vote_as_the_journey_does(app)
    page_of(browser, f"{app.url}/results", "results", "votes")
    page_of(browser, f"{app.url}/weights", "weights", "votes")


def main() -> None:
    """Write every picture."""
    DOCS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        app = start_app(Path(folder), sim_speed="1")
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        try:
            first = run(browser, app, "")
            for look in (LIGHT, DARK, ON_PHONE):
                shot(browser, look, first, "playground")
            long_thread = thread_id(browser, app, LONG_THREAD)
            library(browser, app, long_thread)
            for n, models in COMPARISONS.items():
                address = run(browser, app, f"?thread={long_thread}&{models}")
                for look in (LIGHT, DARK, ON_PHONE):
                    shot(browser, look, address, f"panes-{n}")
            pages(browser, app)
        finally:
            browser.close()
            app.stop()


if __name__ == "__main__":
    main()
