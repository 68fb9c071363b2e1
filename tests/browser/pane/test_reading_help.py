"""Helps for reading in a real Chromium: word by word, only here, quotes, find in thread."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pane.conftest import Driver, Run
from tests.browser.pane.test_reading_pane import LONG, OVERFLOW, body, opened, pane, scroll_top, state

pytestmark = pytest.mark.browser

THREAD = [
    ("user", "Hi, I am Marta. You billed $1,284.00 on invoice **INV-2041**."),
    ("assistant", "Thank you, Marta."),
    ("user", "We agreed on a discount of 13.5% under `LD-7731`, and on a Caf\u00e9 voucher."),
    *[("assistant" if k % 2 else "user", f"Small talk number {k}.") for k in range(1, 25)],
    ("assistant", "Anything else?"),
    ("user", "Which discount did we agree on?"),
]
FIRST = (
    "1. The discount is **13.5%** under\n   *LD-7731*: $5 of $1,284.00.\n\n"
    "It \U0001f680 ends on 12 May.\n\n| a | b |\n|---|---|\n| LD-7731 | x |\n"
)
SECOND = "1. The discount is **12%** under\n   *LD-7731*.\n\nIt <b>ends</b> on 14 May.\n"


def ended(driver: Driver, *texts: str, **options: Any) -> Run:
    run = driver.new(n=len(texts), **options)
    run.says(*THREAD)
    for k, text in enumerate(texts):
        run.feed(k, text)
        run.finish(k)
    run.end()
    return run


def painted(page: Page, name: str) -> list[str]:
    """The texts under a highlight, or nothing where there is none."""
    return list(page.evaluate("name => [...(CSS.highlights.get(name) ?? [])].map(String)", name))


def expect_painted(page: Page, name: str, texts: list[str]) -> None:
    page.wait_for_function("([name, n]) => (CSS.highlights.get(name)?.size ?? 0) === n", arg=[name, len(texts)])
    assert painted(page, name) == texts


def test_an_answer_is_shown_word_by_word_against_another_and_stands_where_it_was_again(pane_driver: Driver) -> None:
    run = ended(pane_driver, FIRST + LONG, SECOND + LONG, FIRST + LONG)
    page = opened(pane_driver, run)
    body(page, 0).hover()
    page.mouse.wheel(0, 300)
    page.wait_for_function("document.querySelector('.rp-body[role=group]').scrollTop > 200")
    before = scroll_top(page, 0)
    choice = pane(page, 0).get_by_label("Compare answer A with")
    assert choice.locator("option").all_inner_texts() == ["Compare", "with B", "with C"]
    choice.select_option(label="with B")
    legend = pane(page, 0).locator(".rp-legend")
    expect(legend).to_contain_text("only in A only in B")
    expect(pane(page, 0).locator(".rp-text")).to_be_hidden()
    words = pane(page, 0).locator(".rp-words")
    assert words.locator("del").first.inner_text() == "13.5"
    assert words.locator("ins").first.inner_text() == "12"
    assert words.evaluate("w => [...w.querySelectorAll('*')].every(e => e.matches('ins, del'))")
    sides = words.evaluate("""w => ['del', 'ins'].map(
        kind => [...w.childNodes].filter(n => !n.matches?.(kind)).map(n => n.textContent).join(''))""")
    assert sides == [SECOND + LONG, FIRST + LONG]
    assert words.locator("ins").first.evaluate("n => getComputedStyle(n).textDecorationLine") == "underline"
    assert words.locator("del").first.evaluate("n => getComputedStyle(n).textDecorationLine") == "line-through"
    choice.select_option(label="with C")
    expect(legend).to_contain_text("A and C are the same, character by character.")
    pane(page, 0).get_by_role("button", name="Close the comparison").click()
    expect(pane(page, 0).locator(".rp-text")).to_be_visible()
    assert scroll_top(page, 0) == before
    expect(choice).to_have_value("")


def test_an_answer_that_is_asked_for_again_ends_its_comparisons(pane_driver: Driver) -> None:
    run = ended(pane_driver, FIRST, SECOND)
    page = opened(pane_driver, run)
    pane(page, 0).get_by_label("Compare answer A with").select_option(label="with B")
    expect(pane(page, 0).locator(".rp-words")).to_be_visible()
    expect(pane(page, 0).locator(".rp-quotes button")).to_have_count(2)
    run.again(1)
    page.get_by_role("button", name="Reload").click()
    expect(pane(page, 0).locator(".rp-words")).to_be_hidden()
    expect(pane(page, 0).locator(".rp-text")).to_be_visible()
    expect(pane(page, 0).get_by_label("Compare answer A with")).to_be_disabled()
    expect(pane(page, 0).locator(".rp-quotes button")).to_have_count(0)
    assert painted(page, "rp-quote") == []
    run.feed(1, SECOND)
    run.finish(1)
    run.end()
    expect(pane(page, 0).locator(".rp-quotes button")).to_have_count(2)
    expect(pane(page, 0).get_by_label("Compare answer A with")).to_be_enabled()


def test_what_only_one_answer_says_is_painted_when_asked_for_and_changes_no_text(pane_driver: Driver) -> None:
    run = ended(pane_driver, FIRST, SECOND)
    page = opened(pane_driver, run)
    html = page.locator(".rp-answers .rp-text").first.inner_html()
    assert painted(page, "rp-only") == []
    page.get_by_role("button", name="Only here").click()
    expect_painted(page, "rp-only", ["13.5%", "$5", "$1,284.00", "12 May", "12%", "14 May"])
    expect(page.locator(".rp-sr[role=status]")).to_have_text("Places that only one answer has: A 4, B 2")
    assert page.locator(".rp-answers .rp-text").first.inner_html() == html
    page.get_by_role("button", name="Only here").click()
    expect_painted(page, "rp-only", [])


POINT = """text => {
    const range = [...CSS.highlights.get('rp-quote')].find(r => String(r) === text);
    const box = range.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
}"""


def test_a_quote_leads_to_its_message_also_in_the_folded_middle(pane_driver: Driver) -> None:
    run = ended(pane_driver, FIRST, SECOND)
    run.says(*THREAD[3:6], *THREAD)
    page = opened(pane_driver, run)
    quote = "13.5% under\nLD-7731"
    expect_painted(page, "rp-quote", [quote, "$1,284.00", "LD-7731", "LD-7731"])
    assert page.locator('.rp-m[data-n="4"]').count() == 0
    buttons = pane(page, 0).get_by_role("group", name="Quoted messages").get_by_role("button")
    assert buttons.all_inner_texts() == ["4", "6"]
    expect(pane(page, 0).get_by_role("group", name="Quoted messages")).to_contain_text("Quotes messages")
    assert buttons.nth(1).get_attribute("title") == "Message 6: 13.5% under LD-7731; LD-7731"
    x, y = page.evaluate(POINT, "$1,284.00")
    page.mouse.move(x, y)
    expect(body(page, 0)).to_have_attribute("title", "Quotes message 4. Click to show it.")
    assert painted(page, "rp-quote-at") == ["$1,284.00"]
    page.mouse.click(x, y)
    message = page.locator('.rp-m[data-n="4"]')
    expect(message).to_be_in_viewport()
    assert painted(page, "rp-source") == ["$1,284.00"]
    page.mouse.move(x, y + 200)
    expect(body(page, 0)).not_to_have_attribute("title", "Quotes message 4. Click to show it.")
    page.get_by_role("button", name="Thread", exact=True).first.click()
    expect(page.locator(".rp-thread")).to_be_hidden()
    buttons.nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.locator('.rp-m[data-n="6"]')).to_be_in_viewport()
    assert painted(page, "rp-source") == [quote.replace("\n", " "), "LD-7731"]


def test_find_opens_the_middle_goes_from_hit_to_hit_and_its_keys_go_nowhere_else(pane_driver: Driver) -> None:
    run = ended(pane_driver, LONG + "A cafe.", SECOND)
    page = opened(pane_driver, run)
    page.evaluate("""() => {
        window.heard = [];
        for (const target of [window, document]) target.addEventListener('keydown', e => window.heard.push(e.key));
    }""")
    page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Find in thread")
    expect(field).to_be_focused()
    assert page.locator('.rp-m[data-n="3"]').count() == 0
    page.keyboard.type("CAFE")
    hits = page.locator(".rp-hits")
    expect(hits).to_have_text("1 of 1")
    expect(page.locator('.rp-m[data-n="3"]')).to_be_in_viewport()
    expect(page.locator(".rp-elsewhere")).to_have_text("In answers: A 1")
    assert painted(page, "rp-find-at") == ["Caf\u00e9"]
    assert painted(page, "rp-find") == ["Caf\u00e9", "cafe"]
    field.fill("small talk")
    expect(hits).to_have_text("1 of 24")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(hits).to_have_text("3 of 24")
    page.keyboard.press("Shift+Enter")
    expect(hits).to_have_text("2 of 24")
    held = scroll_top(page, 0)
    field.fill("")
    page.keyboard.type("1jksr/")
    expect(hits).to_have_text("no hit")
    assert scroll_top(page, 0) == held
    assert page.evaluate("window.heard") == []
    page.keyboard.press("Escape")
    expect(field).to_have_value("")
    expect(field).not_to_be_focused()
    expect(hits).to_have_text("")
    assert painted(page, "rp-find") == []
    expect(page.get_by_text("events: []")).to_be_visible()


def test_raw_and_copy_keep_every_byte_also_a_byte_order_mark(pane_driver: Driver) -> None:
    text = "\ufeff| a\u00a0| $5 |\r\n\x00\t\u200b e\u0301 \U0001f469\u200d\U0001f467 \\(x_1\\)  \n"
    run = ended(pane_driver, text, "other")
    page = opened(pane_driver, run)
    pane(page, 0).get_by_role("button", name="Raw").click()
    stored = pane(page, 0).locator(".rp-stored")
    expect(stored).to_be_visible()
    assert stored.evaluate("node => node.textContent").encode() == text.encode()
    pane(page, 0).get_by_role("button", name="Copy").click()
    expect(pane(page, 0).get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").encode() == text.encode()


def test_a_blind_run_is_compared_by_letters_once_its_texts_are_shown(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2, hidden=True, labels=["secret-one", "secret-two"])
    run.says(*THREAD)
    page = opened(pane_driver, run)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/marks" in request.url else None)
    for k, text in enumerate((FIRST, SECOND)):
        run.feed(k, text)
        run.finish(k)
    expect(state(page, 0)).to_have_text("not shown yet")
    assert asked == []
    run.end()
    expect(pane(page, 0).locator(".rp-quotes button")).to_have_count(2)
    pane(page, 1).get_by_label("Compare answer B with").select_option(label="with A")
    expect(pane(page, 1).locator(".rp-legend")).to_contain_text("only in B only in A")


def test_a_phone_has_room_for_the_helps(pane_driver: Driver) -> None:
    run = ended(pane_driver, FIRST, SECOND, LONG)
    page = opened(pane_driver, run, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    pane(page, 0).get_by_label("Compare answer A with").select_option(label="with B")
    expect(pane(page, 0).locator(".rp-words")).to_be_visible()
    pane(page, 0).get_by_role("button", name="Close the comparison").click()
    pane(page, 0).get_by_role("button", name="Quotes message 3, show it").click()
    expect(page.locator('.rp-m[data-n="3"]')).to_be_in_viewport()
    assert page.evaluate(OVERFLOW) == 0
    ours = ":is(.rp-bar, .rp-foot, .rp-quotes, .rp-find) :is(button, select, input):visible"
    heights = page.locator(ours).evaluate_all("all => all.map(b => b.getBoundingClientRect().height)")
    assert min(heights) >= 44
