"""The server around the pages, however the app is started."""

from __future__ import annotations

import asyncio
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

import aiohttp

from compare.ui.server import send_small_writes_at_once
from tests.app_server import READY_S, ROOT, free_port, start_app
from tests.viewer import open_page


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


def test_the_app_ends_at_once_though_somebody_reads_an_answer_that_is_not_complete(tmp_path: Path) -> None:
    server = start_app(tmp_path, sim_speed="500")

    async def read_and_end() -> float:
        async with aiohttp.ClientSession() as http, open_page(http, server.url, "") as session:
            route = await session.run()
            async with http.get(f"{server.url}{route}/events?v=0") as events:
                assert await events.content.readline() == b"retry: 500\n"
                began = time.monotonic()
                server.process.send_signal(signal.SIGTERM)
                while await events.content.readany():
                    pass
        await asyncio.to_thread(server.process.wait, 30)
        return time.monotonic() - began

    try:
        # One answer alone would take minutes at this pace.
        assert asyncio.run(read_and_end()) < 10
    finally:
        server.stop(signal.SIGKILL)


def _answer(url: str, process: subprocess.Popen[bytes]) -> str:
    until = time.monotonic() + READY_S
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=1) as response:
                return str(response.read().decode())
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"nothing answered at {url}; the process ended with {process.poll()}")
