"""A variant of a model, made on the page: what it does to the thread is shown, it is run, its tokens are accounted."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.app_server import AppServer
from tests.browser.steps import open_playground, press_run, wait_until_votable


def make_variant(page: Page, policy: str) -> None:
    page.get_by_role("button", name="New variant").click()
    page.get_by_role("combobox", name="Context policy").click()
    page.get_by_role("option", name=policy, exact=True).click()


def test_a_variant_is_made_run_and_its_tokens_are_accounted(page: Page, fresh_app: AppServer) -> None:
    open_playground(page, fresh_app.url)
    make_variant(page, "last:12")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Cut by us: 18 messages")).to_be_visible()
    dialog.get_by_role("button", name="provider count").click()
    expect(dialog.get_by_role("button", name="Use this variant")).to_be_enabled()
    dialog.get_by_role("button", name="Use this variant").click()
    expect(page.get_by_text(re.compile(r"messages go to 4 candidates"))).to_be_visible()
    press_run(page)
    wait_until_votable(page)
    expect(page.get_by_role("region", name="Answer D")).to_contain_text("Sim Lite (last:12)")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Tokens").click()
    expect(page.get_by_role("dialog")).to_contain_text("Models count differently")


def test_a_policy_that_cannot_be_read_is_said_and_nothing_is_kept(page: Page, fresh_app: AppServer) -> None:
    open_playground(page, fresh_app.url)
    page.get_by_role("button", name="New variant").click()
    field = page.get_by_role("combobox", name="Context policy")
    field.click()
    field.fill("last:many")
    field.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("The context policy 'last:many' cannot be read at character 6")
    expect(page.get_by_role("button", name="Use this variant")).to_have_count(0)
