"""A first visit by deep link to any page of a fresh process shows the whole app and no error."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.app_server import AppServer

pytestmark = pytest.mark.browser

PAGES = {"": "Which model keeps the thread?", "threads": "Threads", "results": "Results", "weights": "Weights",
         "models": "Models"}  # fmt: skip


@pytest.mark.parametrize(("path", "heading"), PAGES.items(), ids=lambda v: v or "playground")
def test_first_visit_by_deep_link(fresh_app: AppServer, page: Page, path: str, heading: str) -> None:
    page.goto(f"{fresh_app.url}/{path}")
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    for name in ("Playground", "Threads", "Results", "Weights", "Models"):
        expect(page.get_by_test_id("stTopNavLink").filter(has_text=name)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
