"""Where things stand, measured in a real Chromium: nothing moves under the mouse or is covered; all can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app_server import UNHURRIED, AppServer, start_app
from tests.browser import steps
from tests.browser.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser

CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
STILL_PX = 2
FIXED = {
    "pane": ".rp-pane", "header": ".rp-pane .rp-head", "body": ".rp-pane .rp-body", "last pane": ".rp-pane:last-child",
    "question field": "[data-testid=stChatInput]", "A": ".st-key-vote_1 button", "B": ".st-key-vote_2 button",
    "tie": ".st-key-vote_0 button", "all bad": ".st-key-vote_9 button", "undo": ".st-key-vote_undo button",
}  # fmt: skip
TEXT = {"text": ".rp-pane:last-child .rp-text > .rp-b"}


@contextmanager
def phone(chromium: Browser, **options: Any) -> Iterator[Page]:
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True, **options)
    page = context.new_page()
    yield page
    context.close()


def ask(page: Page, app: AppServer, *, blind: bool = False) -> None:
    steps.open_playground(page, app.url)
    if blind:
        steps.go_blind(page)
    steps.press_run(page)


def follow_up(page: Page, text: str) -> None:
    before = steps.run_id(page)
    field = page.get_by_test_id("stChatInput").locator("textarea")
    expect(field).to_be_enabled()
    field.fill(text)
    field.press("Enter")
    page.wait_for_url(lambda url: "run=" in url and before not in url)


def places(page: Page, wanted: dict[str, str]) -> dict[str, tuple[float, float, float]]:
    """(x, y, width) in px of what is on the page."""
    boxes = {name: page.locator(selector).first.bounding_box() for name, selector in wanted.items()}
    assert all(boxes.values()), boxes
    return {name: (box["x"], box["y"], box["width"]) for name, box in boxes.items() if box}


def moved(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {
        name: (before[name], after[name])
        for name in before
        if any(abs(a - b) > STILL_PX for a, b in zip(before[name], after[name], strict=True))
    }


def settle(page: Page) -> None:
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.wait_for_timeout(300)


def visible_height(page: Page, selector: str, below: str, above: str) -> float:
    """Height in px of an element that neither the bar above nor the bar below covers."""
    box, top, bottom = (page.locator(s).first.bounding_box() for s in (selector, below, above))
    assert box
    assert top
    assert bottom
    return min(box["y"] + box["height"], bottom["y"]) - max(box["y"], top["y"] + top["height"])


# --- nothing moves ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("blind", [False, True], ids=["open", "blind"])
def test_nothing_moves_from_loading_to_voting_and_back(tmp_path: Path, page: Page, blind: bool) -> None:
    app = start_app(tmp_path, sim_speed=UNHURRIED)
    try:
        ask(page, app, blind=blind)
        page.locator(".rp-pane").first.wait_for()
        loading = places(page, FIXED)
        expect(steps.answer(page, "C")).to_contain_text(re.compile("not shown yet" if blind else "writing"))
        settle(page)
        assert moved(loading, places(page, FIXED)) == {}, "while answers came in"
        steps.wait_until_votable(page)
        settle(page)
        votable = places(page, FIXED | TEXT)
        assert moved(loading, votable) == {}, "when votes opened"
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollHeight - main.clientHeight") == 0
        page.keyboard.press("1")
        expect(page.get_by_text("You voted")).to_be_visible()
        expect(steps.answer(page, "A")).to_contain_text("reported")
        settle(page)
        assert moved(votable, places(page, FIXED | TEXT)) == {}, "on voting"
        page.keyboard.press("u")
        expect(page.get_by_text("You voted")).to_have_count(0)
        settle(page)
        assert moved(votable, places(page, FIXED | TEXT)) == {}, "on taking the vote back"
    finally:
        app.stop()


# --- a phone ---------------------------------------------------------------------------------------------------------


def test_a_phone_gives_most_of_its_screen_to_the_answer(app: AppServer, chromium: Browser) -> None:
    with phone(chromium) as page:
        ask(page, app)
        steps.wait_until_votable(page)
        settle(page)
        assert visible_height(page, ".rp-pane .rp-body", ".rp-pane .rp-head", "[data-testid=stBottom]") >= 430
        bar = page.locator(".st-key-votebar button").all()
        boxes = [button.bounding_box() for button in bar]
        assert len({round(box["y"]) for box in boxes if box}) == 1
        assert min(min(box["width"], box["height"]) for box in boxes if box) >= 40
        assert page.locator("kbd:visible").count() == 0
        steps.vote_button(page, "B").tap()
        expect(page.get_by_text("You voted with names shown: B")).to_be_visible()
        settle(page)
        assert [button.bounding_box() for button in bar] == boxes
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_phone_shows_no_keys_while_answers_are_written(tmp_path: Path, chromium: Browser) -> None:
    app = start_app(tmp_path, sim_speed=UNHURRIED)
    try:
        with phone(chromium) as page:
            ask(page, app)
            expect(page.get_by_role("button", name="Stop all")).to_be_visible()
            assert page.locator("kbd:visible").count() == 0
            assert page.locator(".rp-keys:visible").count() == 0
    finally:
        app.stop()


def test_the_pages_of_a_phone_are_one_tap_away_and_nothing_stays_over_them(app: AppServer, chromium: Browser) -> None:
    with phone(chromium) as page:
        steps.open_playground(page, app.url)
        for name in ("Results", "Threads", "Scorecard", "Models", "Weights"):
            link = page.get_by_role("link", name=name, exact=True)
            # More pages than fit stand in the row: it scrolls by itself, the page below it does not.
            link.scroll_into_view_if_needed()
            box = link.bounding_box()
            assert box
            assert box["height"] >= 40
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= PHONE["width"]
            assert page.evaluate("document.scrollingElement.scrollLeft") == 0
            link.tap()
            heading = page.get_by_role("heading", name=name, exact=True)
            expect(heading).to_be_visible()
            settle(page)
            on_top = heading.evaluate(
                """h => {
                    const box = h.getBoundingClientRect();
                    return h.contains(document.elementFromPoint(box.x + 5, box.y + box.height / 2));
                }"""
            )
            assert on_top, name


# --- the newest answer -----------------------------------------------------------------------------------------------


def newest_tops(page: Page) -> list[float]:
    """How far below the top of its pane's text area each newest answer begins, in px."""
    found = page.locator(".rp-pane").evaluate_all(
        """all => all.map(p => p.querySelector('.rp-newest').getBoundingClientRect().top
                               - p.querySelector('.rp-body').getBoundingClientRect().top)"""
    )
    return [float(top) for top in found]


def test_a_follow_up_opens_at_the_top_of_the_newest_answers(app: AppServer, page: Page, chromium: Browser) -> None:
    ask(page, app, blind=True)
    steps.wait_until_votable(page)
    follow_up(page, "Thank you. Which discount was it again, and under which reference?")
    expect(steps.answer(page, "C").locator(".rp-text > .rp-b").first).to_be_visible()
    settle(page)
    assert all(0 <= top <= 20 for top in newest_tops(page)), newest_tops(page)
    page.reload()
    expect(steps.answer(page, "C").locator(".rp-text > .rp-b").first).to_be_visible()
    settle(page)
    assert all(0 <= top <= 20 for top in newest_tops(page)), newest_tops(page)
    with phone(chromium) as small:
        small.goto(page.url)
        expect(steps.answer(small, "A").locator(".rp-text > .rp-b").first).to_be_visible()
        settle(small)
        assert all(0 <= top <= 20 for top in newest_tops(small)), newest_tops(small)


# --- many panes ------------------------------------------------------------------------------------------------------


def test_five_panes_stand_in_rows_that_can_be_read_and_the_vote_bar_covers_none(app: AppServer, page: Page) -> None:
    steps.open_playground(page, app.url)
    for name in ("Sim Flaky", "Production"):
        steps.add_candidate(page, name)
    steps.press_run(page)
    steps.wait_until_votable(page)
    settle(page)
    panes = page.locator(".rp-pane")
    boxes = [box.bounding_box() for box in panes.all()]
    assert len(boxes) == 5
    assert min(box["height"] for box in boxes if box) >= 450
    assert len({round(box["y"]) for box in boxes if box}) == 2
    bar = steps.vote_button(page, "A best").bounding_box()
    page.mouse.move(5, 450)
    page.get_by_test_id("stMain").evaluate("main => { main.scrollTop = main.scrollHeight; }")
    settle(page)
    assert steps.vote_button(page, "A best").bounding_box() == bar
    last, bottom = panes.last.bounding_box(), page.get_by_test_id("stBottom").bounding_box()
    assert last
    assert bottom
    assert last["y"] + last["height"] <= bottom["y"]


# --- contrast --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_lies_behind_it(app: AppServer, chromium: Browser, scheme: Any) -> None:
    context = chromium.new_context(viewport=DESKTOP, color_scheme=scheme)
    page = context.new_page()
    faint: dict[str, Any] = {}

    def look(where: str) -> None:
        page.mouse.move(5, DESKTOP["height"] - 5)
        # What the last screen leaves behind fades until the new one is drawn.
        expect(page.locator("[data-stale=true]")).to_have_count(0)
        settle(page)
        if found := page.evaluate(CONTRAST):
            faint[where] = found

    steps.open_playground(page, app.url)
    look("setting up")
    steps.go_blind(page)
    steps.press_run(page)
    look("running")
    steps.wait_until_votable(page)
    look("votable")
    page.keyboard.press("2")
    expect(page.get_by_text("You voted")).to_be_visible()
    look("voted")
    for name in ("Each sees its own answers", "Voting as local", "More"):
        page.get_by_role("button", name=name).click()
        look(f"{name}, opened")
        page.keyboard.press("Escape")
    for path in ("threads", "results", "weights", "models"):
        page.goto(f"{app.url}/{path}")
        expect(page.get_by_role("heading").first).to_be_visible()
        look(path)
    context.close()
    assert faint == {}
