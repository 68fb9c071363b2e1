"""The server around the pages, however the app is started."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from compare.ui.server import send_small_writes_at_once
from tests.app_server import READY_S, ROOT, free_port


def _nodelay(found: socket.socket) -> bool:
    return bool(found.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


def test_connections_that_are_accepted_send_small_writes_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        before = len(os.listdir("/dev/fd"))
        send_small_writes_at_once()
        assert len(os.listdir("/dev/fd")) == before
        with socket.create_connection(listening.getsockname()):
            accepted, _ = listening.accept()
            with accepted:
                assert _nodelay(accepted)


def test_streamlit_run_serves_our_routes_beside_the_pages(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
    env = {**os.environ, "WEIGHBRIDGE_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=env, cwd=tmp_path) as process:
        try:
            assert json.loads(_answer(f"http://127.0.0.1:{port}/healthz", process))["status"] == "ok"
        finally:
            process.send_signal(signal.SIGTERM)


def _answer(url: str, process: subprocess.Popen[bytes]) -> str:
    until = time.monotonic() + READY_S
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=1) as response:
                return str(response.read().decode())
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"nothing answered at {url}; the process ended with {process.poll()}")
