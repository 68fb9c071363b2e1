"""The two screens of the playground by Tab alone: every stop has a name, and they come in the order of reading."""

from __future__ import annotations

from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app_server import AppServer
from tests.browser import steps
from tests.browser.conftest import DESKTOP

pytestmark = pytest.mark.browser

NAME = """() => {
  const e = document.activeElement;
  if (e === document.body) return null;
  const ids = (e.getAttribute('aria-labelledby') ?? '').split(' ');
  const by = ids.map(id => document.getElementById(id)?.innerText ?? '').join(' ').trim();
  return (e.getAttribute('aria-label') || by || e.labels?.[0]?.innerText || e.innerText || e.title || '').trim()
    .split('\\n').at(-1) || '<' + e.tagName + '>';
}"""
MOST_STOPS = 60


def stops(page: Page) -> list[str]:
    """The names of everything that Tab reaches from the top of the page."""
    page.evaluate("document.activeElement.blur()")
    page.mouse.click(2, 2)
    found: list[str] = []
    while len(found) < MOST_STOPS:
        page.keyboard.press("Tab")
        name = page.evaluate(NAME)
        if name is None:
            break
        found.append(name)
    return found


def assert_in_order(found: list[str], expected: list[str]) -> None:
    assert [name for name in expected if name not in found] == []
    places = [found.index(name) for name in expected]
    assert all(a < b for a, b in pairwise(places)), found


def test_set_up_run_and_vote_by_tab_alone(app: AppServer, page: Page) -> None:
    steps.open_playground(page, app.url)
    steps.wait_until_drawn(page)
    found = stops(page)
    assert [name for name in found if name.startswith("<")] == []
    assert_in_order(
        found,
        ["Playground", "Threads", "Results", "Scorecard", "Weights", "Models", "Earlier runs", "Pick a thread",
         "Thread", "Candidates (2 to 8)", "Candidate settings", "Blind", "Run"],
    )  # fmt: skip
    steps.run_button(page).focus()
    page.keyboard.press("Enter")
    steps.wait_until_votable(page)
    steps.wait_until_drawn(page)
    found = stops(page)
    assert [name for name in found if name.startswith("<")] == []
    panes = [
        name for letter in "ABC"
        for name in (f"Answer {letter} text", f"Regenerate answer {letter}", f"Raw text of answer {letter}",
                     f"Copy answer {letter}")
    ]  # fmt: skip
    assert_in_order(found, ["New comparison", "Sync scroll", "Keys", "Jump to message", "Messages", *panes])
    messages = page.get_by_role("list", name="Messages")
    messages.focus()
    page.keyboard.press("Home")
    page.wait_for_function("document.querySelector('.rp-list').scrollTop === 0")
    steps.vote_button(page, "A best").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("You voted with names shown: A, Sim Lite.")).to_be_visible()

    # Under a dialog no key votes.
    page.get_by_role("button", name="More").click()
    page.get_by_text("Tokens", exact=True).click()
    expect(page.get_by_role("dialog").get_by_text("Reported: by the model")).to_be_visible()
    page.keyboard.press("2")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    steps.wait_until_drawn(page)
    expect(page.get_by_text("You voted with names shown: A, Sim Lite.")).to_be_visible()


MOVING = """() => [...document.querySelectorAll('*')].filter(e => {
  const s = getComputedStyle(e);
  const moves = s.animationName !== 'none' && parseFloat(s.animationDuration) > .001;
  return moves || parseFloat(s.transitionDuration) > .001;
}).length"""


def test_who_asks_for_less_motion_sees_none(app: AppServer, chromium: Browser) -> None:
    context = chromium.new_context(viewport=DESKTOP, reduced_motion="reduce")
    page = context.new_page()
    steps.open_playground(page, app.url)
    steps.press_run(page)
    steps.answer(page, "A").get_by_text("writing").or_(steps.answer(page, "A").get_by_text("done")).first.wait_for()
    assert page.evaluate(MOVING) == 0
    context.close()
