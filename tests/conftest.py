"""What every test shares: a data folder of its own, no keys, no network beyond this machine, and the hub."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from compare.engine.hub import Hub, close_hub, get_hub
from compare.store import Store, open_store
from tests.chromium_fixture import chromium

__all__ = ["chromium"]

# Property tests run without a limit of time: the machine is shared, and a slow moment is no defect.
settings.register_profile("shared-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared-machine")


_WAITS = "test_commands_keep_no_key.py"
"""Waits for a minute, as failing servers ask for it: on several cores it must not be the last to begin."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with browser tests last, in them those tests last, and all of them marked.

    Playwright keeps an event loop running in this thread, in which no other can be run. `make test` runs the others on
    all cores, and then these two at a time: they mostly wait, but a Chromium fills a core while it draws.
    """

    def in_browser(item: pytest.Item) -> bool:
        return "chromium" in getattr(item, "fixturenames", ())

    files = {item.path for item in items if in_browser(item)}
    items.sort(key=lambda item: (item.path in files, in_browser(item) and item.path in files, item.path.name != _WAITS))
    for item in items:
        if item.path in files:
            item.add_marker("browser")


@pytest.fixture(autouse=True)
def own_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the developer's own: database, models, keys; simulated models answer without waiting."""
    for name in os.environ:
        if name.endswith("_API_KEY") or name.startswith("WEIGHBRIDGE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("WEIGHBRIDGE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("WEIGHBRIDGE_SIM_SPEED", "0")


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """A connection to anything but this machine fails the test that tries it."""

    class Guarded(socket.socket):
        def connect(self, address: Any, /) -> None:
            _check(self, address)
            super().connect(address)

        def connect_ex(self, address: Any, /) -> int:
            _check(self, address)
            return super().connect_ex(address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", Guarded)
        yield


def _check(sock: socket.socket, address: Any) -> None:
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    host = str(address[0])
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise AssertionError(f"a test tried to reach {host}; tests stay on this machine")


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "weighbridge.db"
    open_store(path).close()
    return path


@pytest.fixture
def store(tmp_path: Path, empty_database: Path) -> Iterator[Store]:
    """Without a row, and copied: to make one anew takes ten times as long."""
    opened = open_store(shutil.copy(empty_database, tmp_path / "weighbridge.db"))
    yield opened
    opened.close()


@pytest.fixture
def hub() -> Iterator[Hub]:
    """The process's hub, closed at the end so that the next test starts with a new one."""
    yield get_hub()
    close_hub()
