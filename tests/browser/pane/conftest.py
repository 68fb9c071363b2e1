"""A real server with the fake app, and a driver for runs and pages. Names begin with pane_."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.app_server import free_port

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


class Driver:
    """Tells a run what to do and opens pages on it. Pages share a context, so that only the first one loads scripts."""

    def __init__(self, address: str, browser: Browser) -> None:
        self.address, self.browser = address, browser
        self.shared = browser.new_context(viewport={"width": 1440, "height": 900})
        self.shared.grant_permissions(["clipboard-read", "clipboard-write"])
        self.shared.add_init_script("localStorage.clear()")
        self.opened: list[Page] = []

    def new(self, **options: Any) -> Run:
        run_id = secrets.token_hex(6)
        self.command(run_id, "new", options)
        return Run(self, run_id)

    def command(self, *command: Any) -> Any:
        body = json.dumps(command).encode()
        request = urllib.request.Request(self.address + "/command", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def open(self, run: Run, query: str = "", *, init_script: str = "", **context: Any) -> Page:
        page = (self.browser.new_context(**context) if context else self.shared).new_page()
        if init_script:
            page.add_init_script(init_script)
        self.opened.append(page)
        page.goto(f"{self.address}/?run={run.id}{query}", wait_until="commit")
        return page

    def close_pages(self) -> None:
        for page in self.opened:
            if page.context is self.shared:
                page.close()
            else:
                page.context.close()
        self.opened.clear()


class Run:
    """A handle on one run: attribute calls become commands, for instance run.feed(0, "text")."""

    def __init__(self, driver: Driver, run_id: str) -> None:
        self.driver, self.id = driver, run_id

    def __getattr__(self, method: str) -> Any:
        return lambda *arguments: self.driver.command(self.id, method, *arguments)


@pytest.fixture(scope="session")
def pane_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    log = tmp_path_factory.mktemp("pane") / "server.log"
    command = [sys.executable, "-m", "streamlit", "run", str(HERE / "fake_app.py"), f"--server.port={port}"]
    settings = ["--server.address=127.0.0.1", "--server.headless=true", "--server.fileWatcherType=none"]
    settings += ["--browser.gatherUsageStats=false", "--client.toolbarMode=minimal"]
    with log.open("wb") as out:
        server = subprocess.Popen(
            command + settings, cwd=ROOT, stdout=out, stderr=out, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(address, server, log)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=15)


def _wait_until_up(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address + "/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"The test app did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def pane_session(pane_server: str, chromium: Browser) -> Iterator[Driver]:
    driver = Driver(pane_server, chromium)
    yield driver
    driver.shared.close()


@pytest.fixture
def pane_driver(pane_session: Driver) -> Iterator[Driver]:
    yield pane_session
    pane_session.close_pages()
