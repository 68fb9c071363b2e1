"""The address bar in a real browser: back, forward, reload and a second tab bring back what stood there."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from compare.store.store import open_store
from tests.app_server import AppServer
from tests.browser import steps

pytestmark = pytest.mark.browser


def said(page: Page) -> dict[str, str]:
    """What stands in the address, but for the thread's id."""
    found = {key: values[-1] for key, values in parse_qs(urlsplit(page.url).query).items()}
    found.pop("thread", None)
    return found


def blind_switch(page: Page):
    return page.get_by_role("switch", name="Blind").or_(page.get_by_role("checkbox", name="Blind"))


def wait_for(page: Page, **params: str) -> None:
    """Until the address says this and the page is drawn."""
    page.wait_for_url(
        lambda url: {k: v[-1] for k, v in parse_qs(urlsplit(url).query).items() if k != "thread"} == params
    )
    steps.wait_until_drawn(page)


THREE = "sim-lite,sim-flash,sim-large"


def test_back_and_forward_walk_through_choices_and_runs(app: AppServer, page: Page) -> None:
    steps.open_playground(page, app.url)
    assert said(page) == {}
    steps.add_candidate(page, "Sim Flaky")
    wait_for(page, models=f"{THREE},sim-flaky")
    steps.go_blind(page)
    wait_for(page, models=f"{THREE},sim-flaky", blind="1")
    expect(blind_switch(page)).to_be_checked()
    page.go_back()
    wait_for(page, models=f"{THREE},sim-flaky")
    expect(blind_switch(page)).not_to_be_checked()
    page.go_forward()
    wait_for(page, models=f"{THREE},sim-flaky", blind="1")
    expect(blind_switch(page)).to_be_checked()
    # The same choice in a second tab and after a reload.
    second = page.context.new_page()
    second.goto(page.url)
    page.reload()
    for each in (page, second):
        expect(each.get_by_text("messages go to 4 candidates")).to_be_visible()
        expect(blind_switch(each)).to_be_checked()
        assert said(each) == {"models": f"{THREE},sim-flaky", "blind": "1"}
    second.close()
    steps.press_run(page)
    run_id = steps.run_id(page)
    steps.wait_until_votable(page)
    page.go_back()
    wait_for(page, models=f"{THREE},sim-flaky", blind="1")
    expect(page.get_by_text("messages go to 4 candidates")).to_be_visible()
    page.go_forward()
    steps.wait_until_votable(page)
    assert steps.run_id(page) == run_id
    expect(steps.answer(page, "A")).not_to_contain_text("Sim ")


def test_quick_clicks_are_not_undone_by_an_address_that_comes_late(app: AppServer, page: Page) -> None:
    steps.open_playground(page, app.url, "?models=sim-lite,sim-large")
    # Each press is sent while the page is still being drawn for the one before.
    steps.go_blind(page)
    steps.run_button(page).dblclick()
    page.wait_for_url(re.compile(r"[?&]run="))
    steps.wait_until_votable(page)
    store = open_store(app.data_dir / "weighbridge.db")
    comparison = store.comparison(steps.run_id(page))
    assert comparison is not None
    assert comparison.blind
    assert sorted(slot.candidate.model_id for slot in comparison.current) == ["sim-large", "sim-lite"]
    before = [one for one in store.recent_comparisons(5) if one.created_at > comparison.created_at]
    store.close()
    # The second half of a double click starts no second run.
    assert before == []
