"""A key in the environment reaches no page, no log of the app and no argument."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.app_server import AppServer, start_app
from tests.browser.conftest import page
from tests.browser.steps import add_candidate, open_playground, press_run
from tests.secrecy.scene import Scene, arguments_of, assert_clean, files_below

__all__ = ["page"]


@pytest.fixture
def app(scene: Scene) -> Iterator[AppServer]:
    server = start_app(scene.folder / "data", sim_speed="0", env=scene.env)
    yield server
    server.stop()


def test_no_part_of_a_key_reaches_a_page_or_the_apps_log(page: Page, app: AppServer, scene: Scene) -> None:
    told: list[bytes] = []
    page.on("response", lambda response: told.append(response.url.encode()))
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: told.append(_bytes(frame))))
    open_playground(page, app.url)
    for model_id in ("anthropic+bad_key", "gemini+bad_key", "openai-responses+html_error!", "openai-chat+error_in_200"):
        add_candidate(page, model_id)
    press_run(page)
    expect(page.get_by_text("refused the key in").first).to_be_visible()
    told.append(page.content().encode())
    page.goto(f"{app.url}/models")
    expect(page.get_by_text("models are ready")).to_be_visible()
    told.append(page.content().encode())
    assert len(told) > 10
    for content in told:
        assert_clean("what the browser was sent", content)
    assert_clean("the arguments", arguments_of(app.process.pid))
    app.stop()
    for path in files_below(scene.folder):
        assert_clean(path.name, path.read_bytes())


def _bytes(frame: str | bytes) -> bytes:
    return frame if isinstance(frame, bytes) else frame.encode()
