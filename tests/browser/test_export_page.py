"""An exported page in a real browser: whatever an answer holds, nothing runs and nothing is asked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from compare.report.comparison.page import to_page
from tests.report.comparison.conftest import full, shelf

__all__ = ["full", "shelf"]

pytestmark = pytest.mark.browser

POLICY = re.compile('<meta http-equiv="Content-Security-Policy"[^>]*>')


@pytest.mark.parametrize("with_policy", [True, False], ids=["as it is", "without its content policy"])
def test_a_hostile_answer_runs_nothing_and_asks_for_nothing(
    chromium: Browser, full, tmp_path: Path, with_policy: bool
) -> None:
    written = to_page(full())
    assert len(POLICY.findall(written)) == 1
    file = tmp_path / "comparison.html"
    file.write_text(written if with_policy else POLICY.sub("", written), encoding="utf-8")
    page = chromium.new_context().new_page()
    asked: list[str] = []
    troubles: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(file.as_uri())
    for fold in page.locator("summary").all():
        if fold.is_visible():
            fold.click()
    page.get_by_text("a longer one, never closed").wait_for()
    page.get_by_text("Thinking ``` and <script>x</script>").wait_for()
    # Where a link was, there is only its text.
    assert page.locator("a[href], a[tabindex], script, img, iframe, [onerror], [style]").count() == 0
    page.get_by_text("link", exact=True).click()
    assert page.title() == "Order <b>4417</b> # | *x*"
    assert asked == [file.as_uri()]
    assert troubles == []
    page.context.close()
