"""What a reader sees of time and numbers: the line, all that is behind it, the bar, and silence."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.pane.conftest import Driver
from tests.browser.pane.test_reading_pane import LONG, NUMBERS, OVERFLOW, body, opened, pane, settle, state

pytestmark = pytest.mark.browser


def details(*rows: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "groups": [
            {"title": "Time", "rows": [dict(zip(("name", "value", "source"), row, strict=True)) for row in rows]}
        ]
    }


# --- every figure, on a click ----------------------------------------------------------------------------------------


def test_the_numbers_line_opens_every_figure_and_its_source(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2)
    run.feed(0, LONG)
    page = opened(pane_driver, run)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/details/" in request.url else None)
    line = pane(page, 0).locator("button.rp-meta")
    expect(line).to_be_disabled()  # nothing to open yet
    run.numbers(0, NUMBERS)
    run.tells(0, details(("Elapsed", "2.1 s", "measured here"), ("Model", "<img src=x>\u200b", "")))
    expect(line).to_be_enabled()
    expect(line).to_have_attribute("aria-expanded", "false")
    assert asked == []
    line.focus()
    page.keyboard.press("Enter")
    block = page.get_by_role("region", name="Answer A figures")
    expect(block.get_by_role("row", name="Elapsed 2.1 s measured here")).to_be_visible()
    expect(line).to_have_attribute("aria-expanded", "true")
    assert block.locator("img").count() == 0
    assert "<img src=x>" in block.inner_text()
    assert block.locator(".rp-cc").get_attribute("data-c") == "U+200B"
    assert body(page, 0).evaluate("b => b.scrollHeight - b.clientHeight - b.scrollTop") < 40  # still at the newest text
    run.tells(0, details(("Total", "7.12 s", "measured here")))
    run.finish(0)
    expect(block).to_contain_text("7.12 s")  # what is final takes its place
    expect(block).not_to_contain_text("2.1 s")
    page.keyboard.press("Enter")
    expect(block).to_be_hidden()
    expect(pane(page, 1).locator(".rp-details")).to_be_hidden()


def test_figures_that_may_not_be_known_are_not_there(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2)
    page = opened(pane_driver, run)
    run.numbers(0, NUMBERS)
    pane(page, 0).locator("button.rp-meta").click()
    expect(page.get_by_role("alert")).to_contain_text("no figures of this answer")
    expect(pane(page, 0).locator("button.rp-meta")).to_have_attribute("aria-expanded", "false")
    expect(pane(page, 0).locator(".rp-details")).to_be_hidden()


# --- the bar ---------------------------------------------------------------------------------------------------------

WIDTHS = (
    """all => all.map(bar => [...bar.children].map(part => Math.round(100 * parseFloat(part.style.width) / 100)))"""
)


def test_the_bars_share_a_scale_live_and_after_a_reload(pane_driver: Driver) -> None:
    run = pane_driver.new(n=3)
    page = opened(pane_driver, run)
    bars = page.locator(".rp-time")
    expect(bars.nth(0)).to_have_attribute("aria-label", "No times yet")
    run.times(0, 800, 0, 0)
    run.times(0, 800, 2200, 3000)
    run.times(1, 600, 0, 2400)
    expect(bars.nth(0)).to_have_attribute("title", "waited 0.8 s, thought 2.2 s, wrote 3.0 s")
    expect(bars.nth(1)).to_have_attribute("aria-label", "waited 0.6 s, wrote 2.4 s")
    shown = [[13, 37, 50], [10, 0, 40], [0, 0, 0]]
    assert bars.evaluate_all(WIDTHS) == shown
    assert {bar.bounding_box()["height"] for bar in bars.all()} == {3}
    page.reload()
    expect(page.locator(".rp-time").nth(0)).to_have_attribute("title", "waited 0.8 s, thought 2.2 s, wrote 3.0 s")
    assert page.locator(".rp-time").evaluate_all(WIDTHS) == shown


def test_while_a_run_is_hidden_there_is_no_bar(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2, hidden=True)
    run.times(0, 800, 0, 2000)
    page = opened(pane_driver, run)
    run.say("1 of 2 answers are ready")
    expect(page.get_by_text("1 of 2 answers are ready")).to_be_visible()
    assert page.locator(".rp-time").evaluate_all(WIDTHS) == [[0, 0, 0], [0, 0, 0]]


# --- silence ---------------------------------------------------------------------------------------------------------


def test_silence_is_said_in_every_phase_and_ends_with_the_next_piece(pane_driver: Driver) -> None:
    run = pane_driver.new(n=3)
    page = pane_driver.open(run, viewport={"width": 1440, "height": 900})
    page.clock.install()
    page.reload()
    expect(state(page, 0)).to_have_text("queued")
    run.state(0, "waiting")
    run.think(1, "Hm. ")
    run.feed(2, "Half a sen")
    expect(state(page, 0)).to_have_text("waiting for first token")
    expect(state(page, 2)).to_have_text("writing")
    page.clock.run_for(7_000)
    expect(state(page, 0)).to_have_text("waiting for first token")
    page.clock.run_for(2_500)
    expect(state(page, 0)).to_have_text("no text for 9 s")
    expect(state(page, 1)).to_have_text("thinking, silent for 9 s")
    expect(state(page, 2)).to_have_text("no text for 9 s")
    assert [state(page, k).get_attribute("data-s") for k in range(3)] == ["stalled"] * 3
    run.hears(1)
    run.feed(0, "First.")
    run.feed(2, "tence.")
    page.clock.run_for(1_000)
    assert [state(page, k).inner_text() for k in range(3)] == ["writing", "thinking", "writing"]
    run.silent(2, 30_000)  # a page opened now learns of what came before
    page.reload()
    expect(state(page, 2)).to_have_text("no text for 30 s")


# --- room ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1440, 390])
def test_numbers_that_come_move_nothing(pane_driver: Driver, width: int) -> None:
    run = pane_driver.new(n=4)
    for k in range(4):
        run.feed(k, LONG)
    page = opened(pane_driver, run, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    settle(page)
    tops = "all => all.map(b => b.getBoundingClientRect().top)"
    before = page.locator(".rp-body").evaluate_all(tops)
    run.numbers(0, "0.4 s \u00b7 in 1,302 counted \u00b7 about $0.0021 \u00b7 12 % of window")
    run.numbers(1, NUMBERS.split(" \u00b7 2 attempts")[0])
    run.times(1, 800, 2200, 3000)
    expect(pane(page, 1).locator(".rp-nums")).to_contain_text("12 % of window")
    settle(page)
    assert page.locator(".rp-body").evaluate_all(tops) == before
    assert page.evaluate(OVERFLOW) == 0
    part = page.locator(".rp-time span").first
    assert part.evaluate("s => getComputedStyle(s).transitionProperty") == "none"
