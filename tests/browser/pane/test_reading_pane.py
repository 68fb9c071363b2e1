"""The reading pane in a real Chromium: what a reader sees, does, and is spared."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pane.conftest import Driver, Run

pytestmark = pytest.mark.browser

PARAGRAPH = "Let me restate the constraints you gave over the last thirty messages, because two of them changed.\n\n"
LONG = PARAGRAPH * 40
NUMBERS = (
    "first 0.42 s \u00b7 total 7.12 s \u00b7 in 128,302, out 4,412 reported \u00b7 61 tok/s \u00b7 $0.00312"
    " \u00b7 12 % of window \u00b7 2 attempts, 9.31 s in all \u00b7 timing disturbed"
)


def pane(page: Page, index: int) -> Any:
    return page.locator(f'.rp-pane[data-pane="{index}"]')


def body(page: Page, index: int) -> Any:
    return pane(page, index).locator(".rp-body")


def state(page: Page, index: int) -> Any:
    return pane(page, index).locator(".rp-state")


def scroll_top(page: Page, index: int) -> float:
    return float(body(page, index).evaluate("b => b.scrollTop"))


def ratio(page: Page, index: int) -> float:
    return float(body(page, index).evaluate("b => b.scrollTop / (b.scrollHeight - b.clientHeight)"))


def settle(page: Page) -> None:
    """Let frames that are under way be drawn."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def wait_for(page: Page, condition: str) -> None:
    page.wait_for_function(condition)


def long_and_ended(driver: Driver, n: int) -> Run:
    """A run of n complete answers, each of several screens."""
    run = driver.new(n=n)
    for k in range(n):
        run.feed(k, LONG)
        run.finish(k)
    run.end()
    return run


def opened(driver: Driver, run: Run, query: str = "", **context: Any) -> Page:
    page = driver.open(run, query, **context)
    # The first page of a server loads Streamlit's scripts; on a busy machine that takes more than the usual 5 s.
    expect(pane(page, 0)).not_to_have_attribute("data-s", "loading")
    return page


# --- streaming -------------------------------------------------------------------------------------------------------


def test_text_appears_as_it_is_written_and_becomes_markup_block_by_block(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2)
    page = opened(pane_driver, run)
    expect(state(page, 0)).to_have_text("queued")
    run.state(0, "waiting")
    expect(state(page, 0)).to_have_text("waiting for first token")
    run.feed(0, "Costs **$5")
    expect(state(page, 0)).to_have_text("writing")
    expect(pane(page, 0).locator(".rp-tail")).to_have_text("Costs $5")
    expect(pane(page, 0).locator(".rp-tail strong")).to_have_text("$5")
    run.feed(0, " -> $10**.\n\n| a | b |\n|---|---|\n| **1** | x")
    expect(pane(page, 0).locator(".rp-b[data-o='0'] strong")).to_have_text("$5 -> $10")
    expect(pane(page, 0).locator(".rp-tail td").first).to_have_text("1")
    run.numbers(0, "12 tokens \u00b7 0.4 s")
    expect(pane(page, 0).locator(".rp-nums")).to_have_text("12 tokens \u00b7 0.4 s")
    run.finish(0)
    expect(state(page, 0)).to_have_text("done")
    expect(pane(page, 0).locator(".rp-b[data-o] td").nth(1)).to_have_text("x")
    expect(page.locator(".rp-sr[role=status]")).to_have_text("Answer A done")
    run.feed(1, "B is slower.")
    run.finish(1, "failed", "The server refused the request. Try again.")
    expect(pane(page, 1).locator(".rp-notice")).to_have_text("The server refused the request. Try again.")
    run.end()
    expect(page.get_by_text("events: [{'t': 'done'}]")).to_be_visible()


def test_a_page_opened_late_shows_what_was_written_before(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2)
    run.feed(0, "# Title\n\nEarly text.\n\nA tail")
    page = opened(pane_driver, run)
    run.feed(0, " that grows")
    expect(pane(page, 0).locator(".rp-tail")).to_have_text("A tail that grows")
    assert pane(page, 0).locator(".rp-b[data-o]").count() == 2
    expect(pane(page, 0).locator(".rp-text")).to_have_text(re.compile(r"Title\s*Early text\.\s*A tail that grows"))


def test_the_text_is_the_same_after_the_stream_was_cut_again_and_again(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2)
    page = opened(pane_driver, run)
    expect(pane(page, 1)).to_be_visible()
    for k in range(12):
        run.feed(0, f"Sentence {k} of the answer.\n\n")
        run.feed(1, f"- item {k}\n")
        if k % 3 == 2:
            run.cut()
            run.feed(1, f"- written while away {k}\n")
            page.wait_for_timeout(650)
    run.finish(0)
    run.finish(1)
    expect(state(page, 1)).to_have_text("done")
    expect(pane(page, 0).locator(".rp-b[data-o]")).to_have_count(12)
    items = pane(page, 1).locator("li").all_inner_texts()
    assert items == [line.removeprefix("- ") for line in run.info()["texts"][1].splitlines()]
    assert run.info()["streams"] >= 4


NO_STREAMS = """window.EventSource = class {
  constructor() { this.readyState = 0; this.timer = setInterval(() => this.onerror(), 50); }
  close() { clearInterval(this.timer); }
};"""


def test_without_event_streams_the_pane_asks_for_snapshots(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2)
    page = pane_driver.open(run, init_script=NO_STREAMS)
    expect(state(page, 0)).to_have_text("queued")
    run.feed(0, "Seen without a stream.\n\n")
    expect(pane(page, 0).locator(".rp-b[data-o]")).to_have_text("Seen without a stream.")
    run.finish(0)
    run.end()
    expect(page.get_by_text("events: [{'t': 'done'}]")).to_be_visible()


# --- reruns and revisions --------------------------------------------------------------------------------------------

WATCH = """() => {
  window.removed = 0;
  new MutationObserver(list => list.forEach(m => { window.removed += m.removedNodes.length; }))
    .observe(document.querySelector('.rp'), { childList: true, subtree: true });
}"""


def test_reruns_of_the_page_leave_the_panes_untouched(pane_driver: Driver) -> None:
    run = long_and_ended(pane_driver, n=3)
    page = opened(pane_driver, run)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    body(page, 0).hover()
    page.mouse.wheel(0, 400)
    page.wait_for_function("document.querySelector('.rp-body[role=group]').scrollTop > 300")
    settle(page)
    before = scroll_top(page, 0)
    page.evaluate(WATCH)
    page.get_by_role("button", name="Rerun").click()
    page.get_by_label("Note").fill("1234 jksr")
    page.get_by_label("Note").press("Enter")
    page.get_by_role("button", name="Rerun").click()
    page.wait_for_timeout(500)
    assert page.evaluate("window.removed") == 0
    assert scroll_top(page, 0) == before
    assert not [url for url in requests if "/rp/" in url]
    assert pane(page, 0).locator(".rp-stored").is_hidden()


def test_a_new_revision_redraws_only_what_has_changed(pane_driver: Driver) -> None:
    run = long_and_ended(pane_driver, n=2)
    page = opened(pane_driver, run)
    body(page, 0).hover()
    page.mouse.wheel(0, 500)
    page.wait_for_function("document.querySelector('.rp-body[role=group]').scrollTop > 400")
    settle(page)
    before = scroll_top(page, 0)
    page.evaluate("() => { document.querySelector('.rp-b[data-o]').dataset.kept = '1'; }")
    run.again(1)
    page.get_by_role("button", name="Reload").click()
    expect(state(page, 1)).to_have_text("queued")
    expect(pane(page, 1).locator(".rp-b[data-o]")).to_have_count(0)
    run.feed(1, "A second attempt.\n\n")
    expect(pane(page, 1).locator(".rp-b[data-o]")).to_have_text("A second attempt.")
    assert page.locator("[data-kept]").count() == 1
    assert scroll_top(page, 0) == before


# --- reading ---------------------------------------------------------------------------------------------------------


def test_the_tail_is_followed_until_the_reader_scrolls_up(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2)
    run.feed(0, LONG)
    run.feed(1, LONG)
    page = opened(pane_driver, run)
    run.feed(0, LONG)
    wait_for(page, "document.querySelector('.rp-pane .rp-text').children.length > 80")
    settle(page)
    assert ratio(page, 0) > 0.99
    body(page, 0).hover()
    page.mouse.wheel(0, -900)
    expect(pane(page, 0).locator(".rp-down")).to_be_visible()
    settle(page)
    held = scroll_top(page, 0)
    for _ in range(5):
        run.feed(0, PARAGRAPH * 3)
    wait_for(page, "document.querySelector('.rp-pane .rp-text').children.length > 95")
    settle(page)
    assert scroll_top(page, 0) == held
    pane(page, 0).locator(".rp-down").click()
    run.feed(0, PARAGRAPH * 3)
    wait_for(page, "document.querySelector('.rp-pane .rp-text').children.length > 98")
    settle(page)
    assert ratio(page, 0) > 0.99


def test_an_answer_that_is_asked_for_again_is_followed_again(pane_driver: Driver) -> None:
    run = long_and_ended(pane_driver, n=2)
    page = opened(pane_driver, run)
    assert scroll_top(page, 0) == 0
    run.again(0)
    page.get_by_role("button", name="Reload").click()
    expect(state(page, 0)).to_have_text("queued")
    run.feed(0, LONG)
    wait_for(page, "document.querySelector('.rp-pane .rp-text').children.length > 30")
    settle(page)
    assert ratio(page, 0) > 0.99
    assert scroll_top(page, 1) == 0


def test_panes_scroll_together_until_sync_is_switched_off(pane_driver: Driver) -> None:
    run = pane_driver.new(n=4)
    for k in range(4):
        run.feed(k, PARAGRAPH * (20 + 15 * k))
        run.finish(k)
    run.end()
    page = opened(pane_driver, run)
    body(page, 1).hover()
    page.mouse.wheel(0, 300)
    wait_for(page, "document.querySelectorAll('.rp-body[role=group]')[3].scrollTop > 20")
    settle(page)
    assert [ratio(page, k) for k in range(4)] == pytest.approx([ratio(page, 1)] * 4, abs=0.01)
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Sync scroll")).to_have_attribute("aria-pressed", "false")
    before = scroll_top(page, 0)
    page.mouse.wheel(0, 300)
    page.wait_for_timeout(200)
    assert scroll_top(page, 0) == before


def test_keys_scroll_and_are_ignored_while_typing_or_switched_off(pane_driver: Driver) -> None:
    run = long_and_ended(pane_driver, n=2)
    page = opened(pane_driver, run)
    page.keyboard.press("j")
    wait_for(page, "document.querySelectorAll('.rp-body[role=group]')[1].scrollTop > 100")
    settle(page)
    held = scroll_top(page, 0)
    page.get_by_label("Note").focus()
    page.keyboard.type("jjkksr")
    settle(page)
    assert scroll_top(page, 0) == held
    expect(page.get_by_label("Note")).to_have_value("jjkksr")
    page.get_by_role("button", name="Keys").click()
    sheet = page.get_by_role("dialog", name="Keys")
    sheet.get_by_role("button", name="Single keys act").click()
    page.keyboard.press("k")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    page.keyboard.press("k")
    settle(page)
    assert scroll_top(page, 0) == held
    page.keyboard.press("?")
    sheet.get_by_role("button", name="Single keys act").click()
    page.keyboard.press("?")
    expect(sheet).to_have_count(0)
    page.keyboard.press("Control+k")
    page.keyboard.press("k")
    wait_for(page, f"document.querySelector('.rp-body[role=group]').scrollTop < {held}")


def test_raw_and_copy_give_the_stored_text(pane_driver: Driver) -> None:
    text = (
        "**bold** \u202eturned\u202c zero\u200bwidth $5 -> $10\n\n- a\n- b\n\n```py\nx = 1\n```\n\n"
        "\ttab  two spaces \u00e9 \U0001f680 CRLF\r\nand no line end"
    )
    run = pane_driver.new(n=2)
    run.feed(0, text)
    run.finish(0)
    page = opened(pane_driver, run)
    raw = pane(page, 0).get_by_role("button", name="Raw")
    raw.click()
    stored = pane(page, 0).locator(".rp-stored")
    expect(stored).to_be_visible()
    assert stored.evaluate("node => node.textContent") == text
    assert stored.locator(".rp-cc").first.get_attribute("data-c") == "U+202E"
    pane(page, 0).get_by_role("button", name="Copy").click()
    expect(pane(page, 0).get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == text
    body(page, 0).focus()
    page.keyboard.press("r")
    expect(pane(page, 0).locator(".rp-text")).to_be_visible()
    expect(stored).to_be_hidden()


LINES = """node => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size;
}"""


def test_short_cells_and_codes_are_never_broken(pane_driver: Driver) -> None:
    rows = "| Asked | Answer | Where |\n|---|---|---|\n"
    row = "| Under which of the many references was it approved, LD-2026-7731 or another | LD-7731 | message 3 |"
    run = pane_driver.new(n=4)
    for k in (0, 1):
        run.feed(k, rows + row)
    run.finish(0)
    page = opened(pane_driver, run)
    expect(state(page, 0)).to_have_text("done")
    for k in (0, 1):  # as finished HTML, and in the live tail
        for text in ("LD-7731", "message 3"):
            cell = pane(page, k).get_by_role("cell", name=text, exact=True)
            assert cell.evaluate(LINES) == 1
    code = pane(page, 0).get_by_text("LD-2026-7731", exact=True)
    assert code.evaluate("c => c.getClientRects().length") == 1
    assert pane(page, 0).locator("td").first.text_content() == row.split("|")[1].strip()


def test_every_figure_says_what_it_means(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2)
    page = opened(pane_driver, run)
    run.numbers(0, NUMBERS)
    figures = pane(page, 0).locator(".rp-nums span")
    expect(figures).to_have_count(len(NUMBERS.split("\u00b7")))
    assert all(figure.get_attribute("title") for figure in figures.all())
    assert "left out of the percentiles" in str(figures.filter(has_text="timing disturbed").get_attribute("title"))
    run.numbers(0, "first 0.40 s \u00b7 3.1 s \u00b7 in 9, out 12 counted \u00b7 about $0.0004 \u00b7 attempt 2")
    expect(figures).to_have_count(5)
    assert all(figure.get_attribute("title") for figure in figures.all())


# --- notes and thinking ----------------------------------------------------------------------------------------------

NOTE = "Answered by Sim Lite instead of Sim Large: the server refused. This thread is longer than the window. " * 3


def test_a_long_note_is_one_line_that_opens_and_moves_no_text(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2)
    run.feed(0, LONG)
    page = opened(pane_driver, run)
    settle(page)
    header, foot = (pane(page, 0).locator(part) for part in (".rp-head", ".rp-foot"))
    before = body(page, 0).bounding_box(), header.bounding_box(), foot.bounding_box()
    run.finish(0, "done", NOTE.strip())
    note = pane(page, 0).locator(".rp-notice")
    expect(note).to_have_text(NOTE.strip())
    assert note.bounding_box()["height"] <= 34
    after = body(page, 0).bounding_box(), header.bounding_box(), foot.bounding_box()
    assert (after[0]["y"], after[1], after[2]) == (before[0]["y"], before[1], before[2])
    pane(page, 0).get_by_role("button", name="Read all").click()
    assert note.evaluate("n => n.scrollWidth <= n.clientWidth && n.scrollHeight <= n.clientHeight")
    pane(page, 0).get_by_role("button", name="Less").click()
    assert note.bounding_box()["height"] <= 34
    run.finish(1, "failed", NOTE.strip())  # without any text there is room for all of it
    expect(pane(page, 1).locator(".rp-notice")).to_have_text(NOTE.strip())
    assert pane(page, 1).locator(".rp-notice").evaluate("n => n.scrollHeight <= n.clientHeight && n.clientHeight > 40")
    expect(pane(page, 1).get_by_role("button", name="Read all")).to_have_count(0)


def test_thinking_is_told_while_it_lasts_and_read_only_when_asked_for(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2)
    page = opened(pane_driver, run)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/thinking/" in request.url else None)
    think = pane(page, 0).get_by_role("button", name="Thinking")
    expect(think).to_have_count(0)
    run.think(0, "<b>Hmm</b>, **27** ")
    run.numbers(0, "first 0.40 s \u00b7 12.0 s")
    expect(state(page, 0)).to_have_text("thinking")
    expect(pane(page, 0).locator(".rp-meta")).to_contain_text("12.0 s")
    expect(think).to_have_attribute("aria-expanded", "false")
    run.feed(0, "The answer.\n\n")
    expect(pane(page, 0).locator(".rp-text")).to_have_text("The answer.")
    assert asked == []
    think.click()
    thoughts = pane(page, 0).locator(".rp-thoughts")
    expect(thoughts).to_have_text("<b>Hmm</b>, **27** ")
    assert thoughts.locator("b, strong").count() == 0
    assert asked
    think.click()
    expect(thoughts).to_be_hidden()
    run.finish(0)
    page.get_by_role("button", name="Reload").click()  # the snapshot says it too
    expect(think).to_be_visible()
    expect(pane(page, 1).get_by_role("button", name="Thinking")).to_have_count(0)


def test_while_a_run_is_hidden_its_thinking_cannot_be_read(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2, hidden=True)
    run.think(0, "secret thought")
    page = opened(pane_driver, run)
    expect(page.get_by_role("button", name="Thinking")).to_have_count(0)
    run.feed(0, "Text.\n\n")
    run.finish(0)
    run.finish(1)
    run.end()
    pane(page, 0).get_by_role("button", name="Thinking").click()
    expect(pane(page, 0).locator(".rp-thoughts")).to_have_text("secret thought")


# --- buttons ---------------------------------------------------------------------------------------------------------


def test_buttons_tell_the_page_what_to_do_with_which_answer(pane_driver: Driver) -> None:
    run = pane_driver.new(n=3)
    run.feed(0, "a")
    run.finish(1, "failed", "No.")
    run.finish(2)
    page = opened(pane_driver, run)
    page.get_by_role("button", name="Stop answer A").click()
    expect(page.get_by_text("events: [{'t': 'stop', 'pane': 0}]")).to_be_visible()
    expect(page.get_by_role("button", name="Stop answer A")).to_be_disabled()
    page.get_by_role("button", name="Retry answer B").click()
    page.get_by_role("button", name="Regenerate answer C").click()
    expect(page.get_by_text("{'t': 'again', 'pane': 1}, {'t': 'again', 'pane': 2}]")).to_be_visible()
    run.finish(0, "stopped", "Stopped by you.")
    expect(page.get_by_role("button", name="Regenerate answer A")).to_be_enabled()


def test_without_actions_and_thread_answers_can_only_be_read(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2)
    run.feed(0, "a")
    page = opened(pane_driver, run, "&actions=0&thread=0")
    expect(page.locator(".rp-thread")).to_be_hidden()
    expect(pane(page, 0).get_by_role("button", name="Raw")).to_be_enabled()
    assert pane(page, 0).locator(".rp-foot").get_by_role("button").all_inner_texts() == ["Raw", "Copy"]


# --- blind runs ------------------------------------------------------------------------------------------------------


def test_a_blind_run_shows_only_its_progress_until_all_is_complete(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2, hidden=True, labels=["secret-one", "secret-two"])
    frames: list[str] = []
    page = opened(pane_driver, run)
    page.on("response", lambda r: frames.append(r.text()) if "/snap" in r.url else None)
    page.get_by_role("button", name="Reload").click()
    run.feed(0, "Hidden words.\n\n")
    run.numbers(0, "99 tokens")
    run.say("1 of 2 answers is ready")
    expect(page.get_by_text("1 of 2 answers is ready")).to_be_visible()
    expect(state(page, 0)).to_have_text("not shown yet")
    assert not re.search("secret|Hidden words|99 tokens", page.content() + "".join(frames))
    assert page.locator(".rp-foot:visible").count() == 0
    run.feed(1, "Second words.")
    run.finish(0)
    run.finish(1)
    run.end()
    expect(pane(page, 0).locator(".rp-text")).to_have_text("Hidden words.")
    expect(pane(page, 1).locator(".rp-text")).to_have_text("Second words.")
    expect(page.get_by_text("events: [{'t': 'done'}]")).to_be_visible()


def test_an_expired_view_says_so(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2)
    page = pane_driver.open(run, "&expired=1")
    expect(page.get_by_role("alert").filter(has_text="This view has expired. Reload the page.")).to_be_visible()
    expect(page.locator(".rp-grid")).to_be_hidden()


# --- thread ----------------------------------------------------------------------------------------------------------


def test_a_long_thread_is_folded_opens_at_its_end_and_can_be_jumped_through(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2, messages=28)
    page = opened(pane_driver, run)
    thread = page.get_by_role("region", name="Conversation thread")
    assert thread.locator(".rp-m").count() == 10
    expect(thread.get_by_text("Reply 28:")).to_be_in_viewport()
    expect(thread.get_by_role("button", name="18 messages in between - show")).to_have_count(1)
    thread.get_by_label("Jump to message").select_option("13")
    expect(thread.locator('.rp-m[data-n="13"]')).to_be_in_viewport()
    assert thread.locator(".rp-m").count() == 28
    assert thread.locator("[tabindex='0']").count() == 1


def test_the_thread_can_make_room_for_the_answers(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2)
    page = opened(pane_driver, run)
    narrow = pane(page, 0).bounding_box()["width"]
    page.get_by_role("button", name="Thread", exact=True).first.click()
    expect(page.locator(".rp-thread")).to_be_hidden()
    assert pane(page, 0).bounding_box()["width"] > narrow


# --- layout ----------------------------------------------------------------------------------------------------------

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("n", [4, 6])
def test_panes_fit_the_window_and_never_widen_the_page(pane_driver: Driver, n: int) -> None:
    run = pane_driver.new(n=n, messages=20)
    for k in range(n):
        run.feed(
            k, "x" * 400 + "\n\n|" + "a wide column |" * 12 + "\n|" + "---|" * 12 + "\n\n    " + "code " * 80 + "\n\n"
        )
    run.numbers(0, NUMBERS)
    page = opened(pane_driver, run)
    boxes = [pane(page, k).bounding_box() for k in range(n)]
    assert all(box["width"] >= 225 for box in boxes)
    assert len({round(box["y"]) for box in boxes}) == (1 if n <= 4 else 2)
    assert page.evaluate(OVERFLOW) == 0
    if n <= 4:
        assert max(box["y"] + box["height"] for box in boxes) <= 900
    else:  # rows that can be read; the page scrolls
        assert min(box["height"] for box in boxes) >= 450
    heads = page.locator(".rp-pane .rp-head").evaluate_all("all => all.map(h => h.getBoundingClientRect().height)")
    assert heads == pytest.approx([heads[0]] * n, abs=0.5)
    assert page.locator(".rp-meta").evaluate_all("all => all.every(m => m.scrollHeight <= m.clientHeight)")


def test_a_phone_swipes_through_the_panes_under_a_folded_thread(pane_driver: Driver) -> None:
    run = pane_driver.new(n=3, messages=20)
    for k in range(3):
        run.feed(k, LONG)
    page = opened(pane_driver, run, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    assert page.evaluate(OVERFLOW) == 0
    box = pane(page, 0).bounding_box()
    assert 0.8 * 358 < box["width"] < 0.9 * 390
    assert page.locator(".rp-answers").evaluate("a => getComputedStyle(a).scrollSnapType").startswith("x")
    heights = page.locator(".rp button:visible").evaluate_all("all => all.map(b => b.getBoundingClientRect().height)")
    assert min(heights) >= 44
    expect(page.locator(".rp-list")).to_be_hidden()
    page.get_by_role("button", name="Thread", exact=True).click()
    expect(page.locator(".rp-list")).to_be_visible()
    assert page.evaluate(OVERFLOW) == 0


def test_answers_and_thread_are_named_for_screen_readers(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2, labels=["sim-large", "sim-lite"])
    page = opened(pane_driver, run)
    expect(page.get_by_role("region", name="Answer A, sim-large")).to_have_attribute("aria-busy", "true")
    expect(page.get_by_role("group", name="Answer B text")).to_be_visible()
    expect(page.get_by_role("toolbar", name="Reading")).to_be_visible()
    expect(page.get_by_role("list", name="Messages")).to_be_visible()


def test_the_plain_view_shows_the_same_html_without_a_script(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2, labels=["sim-large", "sim-lite"])
    run.feed(0, "Costs **$5** -> $10\n\n[a](https://x.example)\n\n")
    run.finish(1, "failed", "No answer came.")
    page = pane_driver.open(run, "&plain=1")
    expect(page.get_by_text("sim-large")).to_be_visible()
    expect(page.locator(".rp-b p", has_text=re.compile(r"^Costs")).locator("strong")).to_have_text("$5")
    expect(page.get_by_text("(https://x.example)")).to_be_visible()
    expect(page.get_by_text("No answer came.")).to_be_visible()
    assert page.locator(".rp a[href]").count() == 0
