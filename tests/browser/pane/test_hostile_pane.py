"""Hostile answers in a real Chromium: no request leaves, no script runs, no address opens by itself."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.pane.conftest import Driver
from tests.render.strings import PAYLOADS

pytestmark = pytest.mark.browser


def test_hostile_answers_neither_load_nor_run_anything(pane_driver: Driver, listener: tuple[str, list[str]]) -> None:
    host, asked = listener
    payloads = [p.replace("HOST", host).replace("alert(1)", "window.ran=1") for p in PAYLOADS]
    run = pane_driver.new(n=2)
    page = pane_driver.open(run)
    dialogs: list[str] = []
    popups: list[object] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.context.on("page", lambda popup: popups.append(popup))
    text = "\n\n".join(payloads)
    for k in range(0, len(text), 400):
        run.feed(0, text[k : k + 400])
    run.feed(1, " ".join(p.replace("\n", " ") for p in payloads))  # one growing line: it stays in the live tail
    run.earlier(1, text)
    run.finish(0)
    expect(page.locator('[data-pane="0"] .rp-state')).to_have_text("done")
    page.locator('[data-pane="0"] .rp-b[data-o]').nth(40).wait_for()
    page.get_by_role("button", name="Reload").click()
    expect(page.locator('[data-pane="1"] .rp-earlier .rp-turn')).to_have_count(1)
    assert page.locator('[data-pane="1"] .rp-tail').inner_text().count("<script>") >= 1
    page.evaluate(
        """() => document.querySelectorAll('.rp-text *').forEach(e => {
             for (const type of ['mouseover', 'focus', 'click', 'auxclick']) {
               e.dispatchEvent(new MouseEvent(type, { bubbles: true }));
             }
           })"""
    )
    forbidden = "script, img, svg, iframe, object, embed, link, meta, base, form, input, video, audio, style, details"
    assert page.locator(".rp-text").locator(forbidden).count() == 0
    assert page.locator(".rp-text").locator("[href], [src], [style]:not(.rp-l), [onerror], [onload], [id]").count() == 0
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran") is None
    assert asked == []
    assert popups == []
    assert dialogs
    assert all(re.search(r"^Open this address .*\n\nhttps?://", message) for message in dialogs)


def test_a_link_opens_only_after_the_reader_agreed(pane_driver: Driver, listener: tuple[str, list[str]]) -> None:
    host, asked = listener
    run = pane_driver.new(n=2)
    run.feed(0, f"[read]({host}page) and [mail](mailto:a@b.example) and [root](/etc)\n\n")
    page = pane_driver.open(run)
    page.once("dialog", lambda dialog: dialog.accept())
    with page.context.expect_page() as popup:
        page.locator(".rp a", has_text="read").click()
    page.locator(".rp a", has_text="mail").click()
    page.locator(".rp a", has_text="root").click()
    page.wait_for_timeout(200)
    popup.value.close()
    assert asked in (["/page"], ["/page", "/favicon.ico"])
