"""What the peer tests share: no keys, no network beyond this machine, and one process of each server.

tests/conftest.py is not loaded here: it needs a browser's driver, and these tests run in an environment without one.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.peers import peers
from tests.peers.scenarios import FIXTURES


@pytest.fixture(scope="session", autouse=True)
def only_this_machine() -> Iterator[None]:
    """No key of the developer's, and no connection to anything but this machine, from this process."""

    class Guarded(socket.socket):
        def connect(self, address: Any, /) -> None:
            if self.family in (socket.AF_INET, socket.AF_INET6):
                assert ipaddress.ip_address(address[0]).is_loopback, f"a test tried to reach {address[0]}"
            super().connect(address)

    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.endswith(("_API_KEY", "_BASE_URL", "_proxy", "_PROXY")) or name.startswith("WEIGHBRIDGE_"):
                patch.delenv(name)
        patch.setattr(socket, "socket", Guarded)
        yield


@pytest.fixture(scope="session")
def sim(only_this_machine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with peers.simulator(tmp_path_factory.mktemp("sim")) as root:
        yield root


@pytest.fixture(scope="session")
def aimock(only_this_machine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with peers.aimock(tmp_path_factory.mktemp("aimock"), FIXTURES) as root:
        yield root


@pytest.fixture(scope="session")
def llama(only_this_machine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with peers.llama(tmp_path_factory.mktemp("llama")) as root:
        yield root
