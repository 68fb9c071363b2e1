"""Candidates made on the page: what their settings do to the thread is shown, they are run, what was sent is told."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.app_server import AppServer
from tests.browser.steps import open_playground, press_run, wait_until_drawn, wait_until_votable


def open_settings(page: Page) -> Locator:
    page.get_by_role("button", name="Candidate settings").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Add it")).to_be_visible()
    wait_until_drawn(page)
    return dialog


def choose_policy(page: Page, policy: str) -> None:
    page.get_by_role("combobox", name="Context policy").click()
    page.get_by_role("option", name=policy, exact=True).click()


def choose_more(page: Page, name: str) -> None:
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name=name).click()


def type_temperature(dialog: Locator, value: str) -> None:
    field = dialog.get_by_role("spinbutton", name="Temperature")
    field.fill(value)
    field.press("Enter")


def test_a_candidate_with_settings_is_made_run_and_accounted_for(page: Page, fresh_app: AppServer) -> None:
    open_playground(page, fresh_app.url)
    dialog = open_settings(page)
    type_temperature(dialog, "0.2")
    expect(dialog.get_by_text("Sim Lite (temperature 0.2)")).to_be_visible()
    choose_policy(page, "last:12")
    expect(dialog.get_by_text("Cut by us: 18 messages")).to_be_visible()
    dialog.get_by_role("button", name="provider count").click()
    expect(dialog.get_by_role("button", name="Add it")).to_be_enabled()
    dialog.get_by_role("button", name="Add it").click()
    expect(page.get_by_text(re.compile(r"messages go to 4 candidates"))).to_be_visible()
    press_run(page)
    wait_until_votable(page)
    expect(page.get_by_role("region", name="Answer D")).to_contain_text("Sim Lite (temperature 0.2, last:12)")
    choose_more(page, "Tokens")
    expect(page.get_by_role("dialog")).to_contain_text("Models count differently")
    page.keyboard.press("Escape")
    choose_more(page, "Sent")
    expect(page.get_by_role("dialog")).to_contain_text("Exactly what was sent: 29 messages")
    page.get_by_role("dialog").get_by_role("radio", name="D", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("0.2: sent as generationConfig.temperature")
    expect(page.get_by_role("dialog")).to_contain_text("Cut by us: 18 messages")


def test_what_cannot_be_read_or_sent_is_said_and_nothing_is_kept(page: Page, fresh_app: AppServer) -> None:
    open_playground(page, fresh_app.url)
    dialog = open_settings(page)
    type_temperature(dialog, "7")
    expect(dialog).to_contain_text("The temperature 7 is above 2, the most that Gemini takes.")
    expect(dialog.get_by_role("button", name="Add it")).to_be_disabled()
    wait_until_drawn(page)
    field = page.get_by_role("combobox", name="Context policy")
    field.click()
    field.fill("last:many")
    field.press("Enter")
    expect(dialog).to_contain_text("The context policy 'last:many' cannot be read at character 6")
    expect(dialog.get_by_role("button", name="Add it")).to_have_count(0)
