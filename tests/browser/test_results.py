"""The Results page in a real browser: a view can be sent, a point opens its votes, a chart is saved offline."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from compare.settings import shipped
from compare.store import open_store
from compare.threads.importers import read_file
from tests.app_server import AppServer
from tests.browser.steps import wait_until_drawn
from tests.voted_store import fill_with_votes

"""Plotly is loaded when the first chart is drawn, which takes a while on a busy machine."""


def with_votes(app: AppServer) -> None:
    store = open_store(app.data_dir / "weighbridge.db")
    for path in sorted(shipped("threads").glob("*.jsonl"))[:4]:
        store.save_threads(read_file(path).threads)
    fill_with_votes(store)
    store.close()


def chart(page: Page, key: str) -> Locator:
    found = page.locator(f".st-key-{key}")
    expect(found).to_have_count(1)
    expect(found.locator(".plotly .main-svg").first).to_be_visible()
    return found


def saved(page: Page, key: str) -> bytes:
    """What the chart's camera gives."""
    found = chart(page, key)
    found.scroll_into_view_if_needed()
    found.hover()
    with page.expect_download() as download:
        found.locator(".modebar-btn[aria-label*='Download']").click()
    return Path(download.value.path()).read_bytes()


def test_a_view_is_sent_opened_and_saved(fresh_app: AppServer, page: Page) -> None:
    with_votes(fresh_app)
    page.goto(f"{fresh_app.url}/results")
    expect(page.get_by_text("Sim Large leads")).to_be_visible()
    page.get_by_test_id("stButtonGroup").get_by_text("9+", exact=True).click()
    page.wait_for_url(re.compile(r"length=9%2B"))
    expect(page.get_by_text("Only threads of 9+ messages.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Only threads of 9+ messages.")).to_be_visible()
    wait_until_drawn(page)

    dots = chart(page, "ratings").locator(".scatterlayer .point")
    dots.last.click(force=True)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(re.compile(r"Votes on .+votes?, newest first", re.DOTALL))
    assert "of=" in page.url
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.wait_for_url(lambda url: "of=" not in url)
    wait_until_drawn(page)

    assert saved(page, "ratings").startswith(b"\x89PNG")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("SVG", exact=True).click()
    expect(page.locator(".st-key-ratings .modebar-btn[aria-label='Download plot']")).to_be_attached()
    page.keyboard.press("Escape")
    assert b"<svg" in saved(page, "ratings")[:200]
