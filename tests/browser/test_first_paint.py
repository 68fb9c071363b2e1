"""The style holds from the first paint: no row of links that comes and goes, no menu that opens over the page."""

from __future__ import annotations

import urllib.request

import pytest
from playwright.sync_api import Browser, expect

from tests.app_server import AppServer
from tests.browser import steps
from tests.browser.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser

WATCH = """
    window.shown = new Set();
    const look = () => {
        for (const selector of ['.st-key-pagelinks', '[data-testid=stSidebar]']) {
            if (document.querySelector(selector)?.checkVisibility()) window.shown.add(selector);
        }
        requestAnimationFrame(look);
    };
    look();
"""


@pytest.mark.parametrize(("viewport", "links"), [(DESKTOP, []), (PHONE, [".st-key-pagelinks"])], ids=["desk", "phone"])
def test_only_the_navigation_of_this_screen_is_ever_seen(
    app: AppServer, chromium: Browser, viewport: dict[str, int], links: list[str]
) -> None:
    context = chromium.new_context(viewport=viewport)
    page = context.new_page()
    page.add_init_script(WATCH)
    steps.open_playground(page, app.url)
    expect(steps.run_button(page)).to_be_visible()
    assert page.evaluate("[...window.shown]") == links
    context.close()


def test_a_phone_has_all_pages_in_one_row_that_begins_at_the_open_one(app: AppServer, chromium: Browser) -> None:
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(f"{app.url}/models")
    row = page.locator(".st-key-pagelinks")
    expect(row.get_by_role("link", name="Models")).to_be_in_viewport(ratio=1)
    expect(row.get_by_role("link", name="Playground")).not_to_be_in_viewport()
    row.evaluate("row => { row.scrollLeft = 0; }")
    expect(row.get_by_role("link", name="Playground")).to_be_in_viewport(ratio=1)
    assert row.evaluate("row => row.offsetHeight") == 44
    context.close()


def test_a_browser_that_has_kept_the_page_still_gets_the_style(app: AppServer) -> None:
    with urllib.request.urlopen(urllib.request.Request(app.url, headers={"Accept": "*/*"}), timeout=10) as plain:
        kept = plain.headers["etag"]
    asked = urllib.request.Request(app.url, headers={"Accept": "text/html", "If-None-Match": kept or '"x"'})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        body = answer.read()
    assert answer.status == 200
    assert body.count(b".st-key-votebar {") == 2  # once for all screens, once for phones
    assert int(answer.headers["content-length"]) == len(body)
    assert answer.headers["etag"] is None
