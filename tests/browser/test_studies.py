"""A study is made in a real browser; its link is right, and its views have addresses that go back and forth."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.app_server import AppServer

pytestmark = pytest.mark.browser

FILE = "prompt,model_a,model_b,response_a,response_b\nWhich order was it?,acme-9,zoe-1,7714,It was blue.\n"


def test_a_study_is_made_and_its_views_have_addresses(app: AppServer, page: Page) -> None:
    page.goto(f"{app.url}/studies?view=new")
    page.get_by_label("Your name").fill("Olga")
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="A file").click()
    given = {"name": "answers.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    page.locator("input[type=file]").set_input_files([given])  # type: ignore[list-item]
    expect(page.get_by_text("1 item to rate: 3 ballots")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Orders")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Make the study").click()
    page.wait_for_url(re.compile(r"/studies\?study=[0-9a-f]{24}$"))
    study_id = page.url.rpartition("=")[2]
    expect(page.get_by_test_id("stCode")).to_contain_text(f"{app.url}/vote?study={study_id}")
    page.get_by_role("radio", name="Disagreements").click()
    page.wait_for_url(re.compile(f"study={study_id}&view=disagreements"))
    expect(page.get_by_text("Show the names")).to_be_visible()
    assert "acme-9" not in page.content()
    page.get_by_role("radio", name="Quality").click()
    expect(page.get_by_text("No ballots yet. The figures come with them.")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Show the names")).to_be_visible()
    expect(page.get_by_role("radio", name="Disagreements")).to_be_checked()
