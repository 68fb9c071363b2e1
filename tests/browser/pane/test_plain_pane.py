"""The view without a script reads as written too, and nothing runs in it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from compare.render.characters import encodable
from tests.browser.pane.conftest import Driver
from tests.browser.reading import ONE_LINE, SEEN, WRITTEN, assert_reads
from tests.render.strings import PAYLOADS

pytestmark = pytest.mark.browser

HOST = "http://127.0.0.1:9/"


def test_the_plain_view_reads_as_written_live_and_complete_and_runs_nothing(pane_driver: Driver) -> None:
    payloads = [encodable(p).replace("HOST", HOST).replace("alert(1)", "window.ran=1") for p in PAYLOADS]
    run = pane_driver.new(n=4)
    run.feed(0, WRITTEN)
    run.finish(0)
    run.feed(1, "\n".join(encodable(text) for text in ONE_LINE))
    run.feed(2, "\n\n".join(payloads))
    run.feed(3, " ".join(" ".join(payload.split()) for payload in payloads))
    page = pane_driver.open(run)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if HOST in request.url else None)
    page.goto(f"{pane_driver.address}/?run={run.id}&plain=1")
    answers = page.get_by_test_id("stHtml").filter(has=page.locator(".rp-letter"))
    assert_all(answers)
    assert page.evaluate("window.ran") is None
    assert asked == []


def assert_all(answers: Locator) -> None:
    expect(answers).to_have_count(4)
    assert_reads(answers.nth(0), SEEN)
    assert_reads(answers.nth(1), ONE_LINE)
    expect(answers.nth(3)).to_contain_text("window.ran=1")
    assert (
        answers.locator("script, img, svg, iframe, object, link, meta, base, form, input, math, template").count() == 0
    )
    assert answers.locator("[href], [src], [style], [id], [name]").count() == 0
