"""Panes over turns and versions in a real Chromium: what was said before stays readable beside what is said now."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pane.conftest import Driver, Run
from tests.browser.pane.test_reading_pane import OVERFLOW, body, opened, pane, scroll_top

pytestmark = pytest.mark.browser


def asked_twice_again(driver: Driver, n: int = 2) -> Run:
    """A finished run whose first answer has two earlier versions."""
    run = driver.new(n=n)
    for text in ("One **old**", "Two", "Three"):
        if text != "One **old**":
            run.again(0)
        run.feed(0, text)
        run.numbers(0, f"numbers of {text}")
        run.finish(0, "failed" if text == "Two" else "done", "No key." if text == "Two" else "")
    run.finish(1)
    run.end()
    return run


def versions(page: Page, index: int = 0) -> object:
    return pane(page, index).locator(".rp-versions")


# --- versions --------------------------------------------------------------------------------------------------------


def test_an_earlier_version_is_read_with_its_own_numbers_and_text(pane_driver: Driver) -> None:
    run = asked_twice_again(pane_driver)
    page = opened(pane_driver, run)
    first = pane(page, 0)
    expect(first.get_by_role("group", name="Versions of Answer A")).to_contain_text("Version 3 of 3")
    expect(pane(page, 1).locator(".rp-versions")).to_be_hidden()
    back, on = (first.get_by_role("button", name=name) for name in ("Previous version", "Next version"))
    expect(on).to_be_disabled()
    back.focus()
    page.keyboard.press("Enter")
    expect(first.locator(".rp-state")).to_have_text("failed")
    expect(first.locator(".rp-notice")).to_have_text("No key.")
    expect(first.get_by_role("button", name="Regenerate")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(first.locator(".rp-text strong")).to_have_text("old")
    expect(first.locator(".rp-nums")).to_have_text("numbers of One **old**")
    expect(first.get_by_text("Earlier version. Votes count for the newest.")).to_be_visible()
    # The first version has none before it; who pages by keyboard goes on from the other button.
    expect(on).to_be_focused()
    first.get_by_role("button", name="Raw").click()
    expect(first.locator(".rp-stored")).to_have_text("One **old**")
    page.evaluate("navigator.clipboard.writeText('')")
    first.get_by_role("button", name="Copy").click()
    expect(first.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "One **old**"
    # Without waiting for the one between.
    on.click(click_count=2)
    expect(first.locator(".rp-stored")).to_have_text("Three")
    expect(first.get_by_role("button", name="Regenerate answer A")).to_be_visible()
    expect(first.get_by_text("Earlier version.")).to_be_hidden()


def test_a_reader_of_an_earlier_version_is_left_there_while_the_newest_is_written(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2)
    run.feed(0, "Before.")
    run.finish(0)
    run.again(0)
    run.feed(0, "New words")
    page = opened(pane_driver, run)
    pane(page, 0).get_by_role("button", name="Previous version").click()
    expect(pane(page, 0).locator(".rp-text")).to_have_text("Before.")
    run.feed(0, " and more of them.\n\nAnd then")
    run.feed(1, "B speaks.")
    expect(pane(page, 1).locator(".rp-text")).to_have_text("B speaks.")
    page.get_by_role("button", name="Reload").click()
    expect(pane(page, 0).locator(".rp-text")).to_have_text("Before.")
    pane(page, 0).get_by_role("button", name="Next version").click()
    expect(pane(page, 0).locator(".rp-text")).to_contain_text("New words and more of them.")
    run.feed(0, " the end.")
    expect(pane(page, 0).locator(".rp-tail")).to_have_text("And then the end.")
    # Asked for again: the newest is what the reader wants to see.
    pane(page, 0).get_by_role("button", name="Previous version").click()
    expect(pane(page, 0).locator(".rp-text")).to_have_text("Before.")
    run.finish(0)
    run.again(0)
    expect(versions(page)).to_contain_text("Version 3 of 3")
    expect(pane(page, 0).locator(".rp-state")).to_have_text("queued")


# --- turns -----------------------------------------------------------------------------------------------------------


def test_every_candidates_answer_at_a_turn_stands_in_one_row(pane_driver: Driver) -> None:
    run = pane_driver.new(n=3)
    run.went_on(5)
    run.feed(0, "Newest **A**.\n\nwriting")
    page = opened(pane_driver, run)
    body(page, 0).hover()
    page.keyboard.press("t")
    turns = page.get_by_role("region", name="Turn by turn")
    expect(turns).to_be_visible()
    expect(page.locator(".rp-answers")).to_be_hidden()
    expect(page.locator(".rp-thread")).to_be_hidden()
    row = turns.get_by_role("region", name="Turn 4", exact=True)
    cells = row.locator(".rp-t-cell")
    assert [text[:16] for text in cells.all_inner_texts()] == [f"Pane {x}, answer 3" for x in "ABC"]
    assert len(set(cells.evaluate_all("all => all.map(c => c.getBoundingClientRect().top)"))) == 1
    expect(row.locator(".rp-t-asked")).to_have_text("Question 3")
    # The newest turn is what the reader finds first, block by block while it is written.
    newest = turns.get_by_role("region", name="Turn 7", exact=True)
    expect(newest.locator(".rp-t-asked")).to_be_in_viewport()
    expect(newest.locator(".rp-t-cell strong")).to_have_text("A")
    expect(newest.locator(".rp-state").first).to_have_text("writing")
    run.feed(0, " is over.\n\n")
    run.finish(0)
    expect(newest.locator(".rp-t-cell").first).to_contain_text("writing is over.")
    # A key leads to the list of turns; the row's number stays in sight.
    page.keyboard.press("g")
    expect(page.get_by_label("Go to turn")).to_be_focused()
    page.get_by_label("Go to turn").select_option("3")
    expect(turns.get_by_role("region", name="Turn 3", exact=True).locator(".rp-t-no")).to_be_in_viewport()
    turns.get_by_role("button", name="Edit message 9 and ask again").click()
    expect(page.get_by_text("events: [{'t': 'edit', 'n': 9}]")).to_be_visible()
    page.get_by_label("Go to turn").select_option("1")
    expect(turns.get_by_text("Shared words").last).to_be_visible()
    page.get_by_role("button", name="Turns").click()
    expect(page.locator(".rp-thread")).to_be_visible()
    # What was written meanwhile is what the reader finds in the columns.
    expect(pane(page, 0).get_by_text("writing is over.")).to_be_in_viewport()


def test_a_conversation_that_has_not_gone_on_has_no_turns_to_align(pane_driver: Driver) -> None:
    page = opened(pane_driver, pane_driver.new(n=2))
    expect(page.get_by_role("button", name="Turns")).to_be_hidden()
    page.keyboard.press("t")
    expect(page.locator(".rp-answers")).to_be_visible()


def test_forty_turns_of_four_candidates_open_at_once(pane_driver: Driver) -> None:
    run = pane_driver.new(n=4)
    run.went_on(40)
    page = opened(pane_driver, run)
    took_ms = page.evaluate("""async () => {
      const began = performance.now();
      [...document.querySelectorAll('.rp-switch')].find(b => b.textContent === 'Turns').click();
      while (document.querySelectorAll('.rp-t-row').length < 41 || !document.querySelector('.rp-t').offsetHeight)
        await new Promise(requestAnimationFrame);
      return performance.now() - began;
    }""")
    assert took_ms < 1_500
    # The columns stand beside the vertical bar (which this Chromium does not draw), so that none is needed across.
    within, wide, all_of_it = page.locator(".rp-t-body").evaluate("t => [t.clientWidth, t.scrollWidth, t.offsetWidth]")
    assert wide == within < all_of_it


# --- getting about ---------------------------------------------------------------------------------------------------


def test_a_jump_to_a_message_of_the_answers_own_turns_moves_every_pane(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2, messages=6)
    run.went_on(6)
    run.end()
    page = opened(pane_driver, run)
    page.get_by_role("button", name="Thread", exact=True).click()
    page.keyboard.press("g")
    jump = page.get_by_label("Jump to message")
    expect(jump).to_be_focused()
    jump.select_option("9")
    for k in range(2):
        expect(body(page, k).locator('[data-n="9"]')).to_be_in_viewport()
    assert scroll_top(page, 0) == scroll_top(page, 1) > 0
    jump.select_option("Newest answers")
    for k in range(2):
        expect(body(page, k).locator(".rp-newest")).to_be_in_viewport()


def test_on_a_phone_letters_show_and_lead_to_every_answer(pane_driver: Driver) -> None:
    run = pane_driver.new(n=8)
    run.went_on(2)
    page = opened(pane_driver, run, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    letters = page.get_by_role("group", name="Go to answer").get_by_role("button")
    assert letters.all_inner_texts() == list("ABCDEFGH")
    letters.nth(5).tap()
    expect(letters.nth(5)).to_have_attribute("aria-current", "true")
    expect(pane(page, 5).locator(".rp-letter")).to_be_in_viewport()
    letters.nth(7).tap()
    expect(letters.nth(7)).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="Turns").tap()
    expect(page.get_by_role("region", name="Turn by turn")).to_be_visible()
    assert page.evaluate(OVERFLOW) == 0
    heights = page.locator(".rp button:visible").evaluate_all("all => all.map(b => b.getBoundingClientRect().height)")
    assert min(heights) >= 44
