"""`serve`: what would keep the app from opening is said in one sentence; that it opens is tested in tests/journey."""

from __future__ import annotations

import fcntl
import socket
from pathlib import Path

import pytest

from tests.cli.command import process, weighbridge


def test_a_port_in_use_is_told_with_another_to_take() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = process("serve", "--port", port).complaint
    other = port + 1 if port < 65535 else port - 1
    assert told == (
        f"Port {port} on 127.0.0.1 is in use. Is Weighbridge running already? "
        f"Otherwise choose another port: weighbridge serve --port {other}"
    )


@pytest.mark.parametrize("port", [0, 8600])
def test_an_address_of_another_machine_is_told_as_such(port: int) -> None:
    told = weighbridge("serve", "--host", "192.0.2.1", "--port", port).complaint
    assert told.startswith(f"192.0.2.1:{port} cannot be listened on: Cannot assign requested address. ")
    assert "--host" in told


def test_a_data_folder_that_cannot_be_used_is_told_before_a_page_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WEIGHBRIDGE_DATA_DIR", str(tmp_path / "file"))
    assert "WEIGHBRIDGE_DATA_DIR" in weighbridge("serve").complaint


def test_a_data_folder_is_served_by_one_app(tmp_path: Path) -> None:
    with (tmp_path / "serve.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = process("serve", "--port", 0).complaint
    assert told.startswith(f"Another Weighbridge serves the data folder {tmp_path} already.")
