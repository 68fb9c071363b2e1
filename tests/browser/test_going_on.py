"""A conversation that goes on under each history, in the browser: the server is sent what the page says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.app_server import AppServer, start_app
from tests.browser import steps
from tests.engine.servers import ModelServer, model_server, naming_itself

NAMES = ("anna", "bert")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """Models that answer with their own name."""
    with model_server() as found:
        found.acts = [naming_itself]
        yield found


@pytest.fixture
def named_app(server: ModelServer, tmp_path: Path) -> Iterator[AppServer]:
    blocks = (
        f'[[model]]\nid = "{name}"\nprovider = "openai-chat"\nbase_url = "{server.base_url}"\nmodel = "wire-{name}"\n'
        f'label = "{name.title()}"\n'
        for name in NAMES
    )
    models = tmp_path / "models.toml"
    models.write_text("\n".join(blocks))
    app = start_app(tmp_path / "data", sim_speed="0", env={"WEIGHBRIDGE_MODELS": str(models)})
    yield app
    app.stop()


def names_in_the_last_requests(server: ModelServer) -> dict[str, list[str]]:
    """By model: whose answers stand in its newest request, oldest first."""
    found = {}
    for request in server.requests:
        said = [m["content"] for m in request["messages"] if m["role"] == "assistant"]
        found[request["model"].removeprefix("wire-")] = [
            text.split()[2].removeprefix("wire-") for text in said if text.startswith("I am wire-")
        ]
    return found


def say(page: Page, text: str) -> None:
    field = page.get_by_test_id("stChatInput").locator("textarea")
    before = page.url
    field.fill(text)
    field.press("Enter")
    page.wait_for_function("before => location.href !== before", arg=before)
    # The address changes before the page does; until then the vote of the run before stands there.
    steps.wait_until_drawn(page)
    steps.wait_until_votable(page)


def choose_history(page: Page, now: str, then: str) -> None:
    page.get_by_role("button", name=now).click()
    page.get_by_role("radio", name=then).check(force=True)
    expect(page.get_by_role("button", name=then)).to_be_visible()
    page.keyboard.press("Escape")
    steps.wait_until_drawn(page)


def test_every_history_sends_what_the_page_says(page: Page, named_app: AppServer, server: ModelServer) -> None:
    steps.open_playground(page, named_app.url)
    for name in ("Sim Lite", "Sim Flash", "Sim Large"):
        page.get_by_test_id("stMultiSelect").get_by_role("button", name=f"Remove {name}").click()
        steps.wait_until_drawn(page)
    for name in NAMES:
        steps.add_candidate(page, name.title())
    steps.press_run(page)
    steps.wait_until_votable(page)
    expect(page.get_by_text("Earlier turns as given")).to_be_visible()

    say(page, "And then?")
    assert names_in_the_last_requests(server) == {"anna": ["anna"], "bert": ["bert"]}
    expect(page.get_by_text("Each candidate sees its own answers")).to_be_visible()

    steps.vote_button(page, "B").click()
    expect(page.get_by_text("You voted with names shown: B, Bert.")).to_be_visible()
    choose_history(page, "Each sees its own answers", "All see the winner's answer")
    say(page, "And after that?")
    assert names_in_the_last_requests(server) == {"anna": ["bert", "bert"], "bert": ["bert", "bert"]}
    expect(page.get_by_text("All see the winner's answers (Bert)")).to_be_visible()

    page.get_by_role("button", name="Each sees its own answers").click()
    page.get_by_role("radio", name="One takes over").check(force=True)
    page.get_by_role("combobox", name="Takes over").click()
    page.get_by_role("option").filter(has_text="Anna").click()
    page.keyboard.press("Escape")
    say(page, "Who goes on?")
    assert server.requests[-1]["model"] == server.requests[-2]["model"] == "wire-anna"
    expect(steps.answer(page, "B")).to_contain_text("Bert, then Anna")


def test_an_earlier_message_is_said_differently_and_asked_again(page: Page, named_app: AppServer) -> None:
    steps.open_playground(page, named_app.url)
    steps.press_run(page)
    steps.wait_until_votable(page)
    page.get_by_role("button", name="Edit message 27 and ask again").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("Tell me your name.")
    before = page.url
    dialog.get_by_role("button", name="Ask again from here").click()
    page.wait_for_function("before => location.href !== before", arg=before)
    # The address changes before the page does; until then the vote of the run before stands there.
    steps.wait_until_drawn(page)
    steps.wait_until_votable(page)
    expect(page.get_by_text("27 messages").first).to_be_visible()
    expect(page.locator(".rp-m").last).to_contain_text("Tell me your name.")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Candidates").click()
    dialog.get_by_role("button", name="Remove B Sim Flash").click()
    dialog.get_by_role("button", name="Show these").click()
    expect(page.get_by_role("region", name="Answer C")).to_have_count(0)
    steps.wait_until_votable(page)
