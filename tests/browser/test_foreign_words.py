"""Words of others load nothing: titles, files' errors and answers that hold pictures, in every page that shows them.

The `page` fixture fails the test where anything but this machine is asked; here even this machine must not be.
"""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.app_server import AppServer
from tests.browser.steps import choose_thread, open_playground, press_run, wait_until_votable

BEACON = "http://127.0.0.1:9/beacon.png"
PICTURE = f"![x]({BEACON}) <img src='{BEACON}'> :material/home: **bold**"


@pytest.fixture
def beacons(page: Page) -> list[str]:
    """Every request for the picture."""
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url) if "beacon" in request.url else None)
    return seen


def test_pictures_in_titles_and_texts_are_not_loaded(page: Page, fresh_app: AppServer, beacons: list[str]) -> None:
    thread = {"messages": [{"role": "user", "content": f"{PICTURE} Where is my order 4417?"}]}
    bad = {"messages": [{"role": PICTURE, "content": "x"}]}
    file = "\n".join(map(json.dumps, (thread, bad))).encode()
    page.goto(f"{fresh_app.url}/threads?view=add")
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(
        {"name": "![x](http://127.0.0.1:9/beacon.png).jsonl", "mimeType": "application/json", "buffer": file}
    )
    expect(page.get_by_text("1 refused")).to_be_visible()
    expect(page.get_by_text("beacon.png").first).to_be_visible()
    page.get_by_role("button", name="Keep 1 thread").click()
    page.get_by_role("button", name="Show them in the library").click()
    expect(page.get_by_role("radio", name="beacon.png")).to_be_visible()
    open_playground(page, fresh_app.url)
    choose_thread(page, "beacon.png")
    press_run(page)
    wait_until_votable(page)
    expect(page.get_by_text("beacon.png").first).to_be_visible()
    page.get_by_role("button", name="New comparison").click()
    page.wait_for_timeout(500)
    assert beacons == []
