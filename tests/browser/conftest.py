"""A real app for every test below, used through a real Chromium."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.app_server import AppServer, start_app

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """One app for all tests that do not need a fresh one."""
    server = start_app(tmp_path_factory.mktemp("app"))
    yield server
    server.stop()


@pytest.fixture
def fresh_app(tmp_path: Path) -> Iterator[AppServer]:
    """A process that nobody has visited."""
    server = start_app(tmp_path / "data")
    yield server
    server.stop()


class Watched:
    """What went wrong in a page, gathered while it was used."""

    def __init__(self, page: Page) -> None:
        self.script_errors: list[str] = []
        self.foreign: list[str] = []
        page.on("pageerror", lambda error: self.script_errors.append(str(error)))
        page.on("request", lambda request: self._look(request.url))

    def _look(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "blob:", "data:")):
            self.foreign.append(url)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh context at desktop size; a script error or a foreign request in it fails the test."""
    context = chromium.new_context(viewport=DESKTOP)
    opened = context.new_page()
    watched = Watched(opened)
    yield opened
    context.close()
    assert watched.script_errors == []
    assert watched.foreign == []


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A loopback address that only notes what it is asked for, and its notes."""
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_HEAD = do_OPTIONS = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", asked
    server.shutdown()
    thread.join()
    server.server_close()
