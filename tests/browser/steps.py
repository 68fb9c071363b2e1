"""What a person does in the app, in words."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect


def open_playground(page: Page, url: str, query: str = "") -> None:
    page.goto(f"{url}/{query}")
    expect(run_button(page)).to_be_enabled()
    # Choosers come with scripts of their own, later than buttons.
    for chooser in ("stSelectbox", "stMultiSelect", "stCheckbox"):
        expect(page.get_by_test_id(chooser).first).to_be_visible()
    wait_until_drawn(page)


def run_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Run", exact=True)


def press_run(page: Page) -> None:
    run_button(page).click()
    page.wait_for_url(re.compile(r"[?&]run="))


def choose_thread(page: Page, title: str) -> None:
    page.get_by_test_id("stSelectbox").locator("input").first.click()
    page.get_by_test_id("stSelectbox").locator("input").first.fill(title)
    page.get_by_role("option").filter(has_text=title).first.click()


def add_candidate(page: Page, name: str) -> None:
    """Choose one more and wait until the page has taken it, which the address tells."""
    box, before = page.get_by_role("combobox", name="Candidates (2 to 8)"), page.url
    box.fill(name)
    page.get_by_role("option").filter(has_text=re.compile(rf"^{re.escape(name)}(?!\S)")).click()
    expect(page.get_by_test_id("stMultiSelect")).to_contain_text(name)
    page.keyboard.press("Escape")
    page.wait_for_function("before => location.href !== before", arg=before)
    wait_until_drawn(page)


def wait_until_drawn(page: Page) -> None:
    """The script has run to its end: what was clicked is on the page."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def go_blind(page: Page) -> None:
    page.get_by_test_id("stCheckbox").filter(has_text="Blind").locator("label").first.click()


def answer(page: Page, letter: str) -> Locator:
    return page.get_by_role("region", name=f"Answer {letter}")


def wait_until_votable(page: Page) -> None:
    expect(page.get_by_text("Which answer stays true to the thread?")).to_be_visible()
    # The buttons, and with them their keys, come after the question.
    expect(page.locator(".st-key-vote_1 button:enabled, .st-key-vote_2 button:enabled").first).to_be_visible()
    wait_until_drawn(page)


def vote_button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(rf"^{name}\b"))


def run_id(page: Page) -> str:
    found = re.search(r"[?&]run=([^&]+)", page.url)
    assert found, page.url
    return found[1]
