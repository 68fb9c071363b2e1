"""The way of a file with recorded answers: shown, kept, read, compared blind; nothing tells who said what before."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.app_server import AppServer
from tests.browser import steps

pytestmark = pytest.mark.browser

SAID = [{"role": ("user", "assistant")[n % 2], "content": f"Message {n + 1} about the parcel."} for n in range(19)]
RECORDED = {"acme-model-9": "It left Lisbon on Monday.", "zoe-the-person": "It is in Lisbon, leaving on Monday."}
FILE = json.dumps({"title": "Where is the parcel?", "messages": SAID, "responses": RECORDED})


def test_recorded_answers_come_in_and_stand_in_a_blind_pair(fresh_app: AppServer, page: Page) -> None:
    page.goto(f"{fresh_app.url}/threads?view=add")
    given = {"name": "log.jsonl", "mimeType": "application/jsonl", "buffer": FILE.encode()}
    page.locator("input[type=file]").set_input_files([given])  # type: ignore[list-item]
    expect(page.get_by_text("1 record read = 1 new + 0 here already + 0 refused.")).to_be_visible()
    page.get_by_role("button", name="Keep 1 thread").click()
    page.get_by_role("button", name="Show them in the library").click()
    expect(page.get_by_role("heading", name="Where is the parcel?")).to_be_visible()
    page.wait_for_url(re.compile("threads=ids"))
    # A long thread is folded, and opens at the message that is looked for.
    expect(page.get_by_text("Messages 5 to 13", exact=True)).to_be_visible()
    expect(page.get_by_text("Message 9 about the parcel.", exact=True)).to_be_hidden()
    page.get_by_text("Messages 5 to 13", exact=True).click()
    expect(page.get_by_text("Message 9 about the parcel.", exact=True)).to_be_visible()
    page.get_by_role("link", name="Compare them blind").click()
    page.wait_for_url(re.compile("models=recorded"))
    steps.press_run(page)
    address = page.url
    # In a page that never chose anybody, so that all that it is sent counts.
    other = page.context.new_page()
    heard: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on(
            "framereceived",
            lambda frame: heard.append(frame if isinstance(frame, str) else frame.decode("utf-8", "replace")),
        )

    other.on("websocket", listen)
    other.goto(address)
    steps.wait_until_votable(other)
    for text in RECORDED.values():
        expect(other.get_by_text(text)).to_be_visible()
    snapshot = other.evaluate(
        """async () => {
            const seen = performance.getEntriesByType('resource').map(e => e.name);
            return await (await fetch(seen.filter(n => /\\/rp\\/[^/]+\\/snap/.test(n)).at(-1))).text();
        }"""
    )
    everything = "\n".join([*heard, snapshot, other.content(), other.url])
    assert not [name for name in (*RECORDED, "recorded") if name in everything]
    first, second = (
        {key: value for key, value in pane.items() if key not in ("name", "blocks", "tail")}
        for pane in json.loads(snapshot)["panes"]
    )
    assert first == second
    expect(steps.vote_button(other, "A best")).to_be_enabled()
    other.keyboard.press("1")
    expect(other.get_by_text(re.compile("You voted blind: A, (acme-model-9|zoe-the-person)"))).to_be_visible()
