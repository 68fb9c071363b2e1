"""A first visit by deep link to any page of a fresh process shows the whole app and no error."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from tests.app_server import AppServer

pytestmark = pytest.mark.browser

PAGES = {"": "Which model keeps the thread?", "threads": "Threads", "results": "Results", "weights": "Weights",
         "scorecard": "Scorecard",
         "models": "Models"}  # fmt: skip


@pytest.mark.parametrize(("path", "heading"), PAGES.items(), ids=lambda v: v or "playground")
def test_first_visit_by_deep_link(fresh_app: AppServer, page: Page, path: str, heading: str) -> None:
    page.goto(f"{fresh_app.url}/{path}")
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    for name in ("Playground", "Threads", "Results", "Scorecard", "Weights", "Models"):
        expect(page.get_by_test_id("stTopNavLink").filter(has_text=name)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)


def test_a_page_of_another_name_does_not_reach_the_app(app: AppServer) -> None:
    """DNS rebinding: the browser believes that evil.example is this machine."""
    for path in ("/", "/healthz", "/_stcore/health", "/rp/x/snap"):
        asked = urllib.request.Request(app.url + path, headers={"host": f"evil.example:{app.port}"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(asked)
        refused.value.close()
        assert refused.value.code == 400, path
    with urllib.request.urlopen(app.url.replace("127.0.0.1", "localhost") + "/healthz") as answered:
        assert answered.status == 200
