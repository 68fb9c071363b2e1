"""The sheet of keys says every key, and keys act only where nothing else is meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.pane.conftest import Driver

pytestmark = pytest.mark.browser

PANE = Path(__file__).resolve().parents[3] / "compare" / "ui" / "pane"
HEARD = """() => {
  window.heard = [];
  document.addEventListener('keydown', e => window.heard.push(e.key));
}"""


def listed_keys() -> list[str]:
    """The keys of the table in keys.js."""
    rows = re.findall(r"^  \['\w+', \[(.*?)\], '", (PANE / "keys.js").read_text(encoding="utf-8"), re.MULTILINE)
    return [key for row in rows for key in re.findall(r"'(.*?)'", row)]


def test_every_key_that_the_pane_takes_is_listed_once() -> None:
    view = (PANE / "view.js").read_text(encoding="utf-8")
    taken = set(re.findall(r"e\.key === '(.)'", view[view.index("  key(e) {") :]))
    keys = listed_keys()
    assert taken
    assert taken <= set(keys)
    assert sorted(keys) == sorted(set(keys))


def test_the_sheet_lists_the_keys_and_holds_them_back_while_it_is_open(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2)
    page = pane_driver.open(run)
    expect(page.get_by_role("region", name="Answer B")).to_be_visible()
    page.evaluate(HEARD)
    page.keyboard.press("1")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet).to_be_visible()
    expect(sheet.get_by_role("button", name="Close")).to_be_focused()
    assert [cap for cap in sheet.locator("kbd").all_inner_texts()] == [key for key in listed_keys() if key != "..."]
    page.keyboard.press("2")
    page.keyboard.press("u")
    page.keyboard.press("s")
    assert [key for key in page.evaluate("window.heard") if key in "12u"] == ["1"]
    expect(page.get_by_role("button", name="Sync scroll")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Sync scroll")).to_have_attribute("aria-pressed", "false")


COMPOSE = """name => {
  const field = document.querySelector(name) ?? document.body;
  for (const key of ['s', 'Process', '1']) {
    field.dispatchEvent(new KeyboardEvent('keydown', { key, isComposing: true, bubbles: true, composed: true }));
  }
}"""


def test_keys_do_nothing_with_modifiers_in_lists_and_while_a_word_is_composed(pane_driver: Driver) -> None:
    run = pane_driver.new(n=2, messages=20)
    page = pane_driver.open(run)
    sync = page.get_by_role("button", name="Sync scroll")
    expect(sync).to_have_attribute("aria-pressed", "true")
    for keys in ("Control+s", "Alt+s", "Meta+s"):
        page.keyboard.press(keys)
    page.evaluate(COMPOSE, "body")
    page.evaluate(COMPOSE, "input")
    page.get_by_role("combobox", name="Jump to message").focus()
    page.keyboard.press("s")
    page.keyboard.press("?")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p contenteditable=true id=edited>x</p>')")
    page.locator("#edited").focus()
    page.keyboard.press("s")
    expect(sync).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("dialog")).to_have_count(0)
