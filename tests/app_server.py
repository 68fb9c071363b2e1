"""The real app as a real process, for tests that use a browser or its routes."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READY_S = 30.0
UNHURRIED = "3"
"""Pace of simulated models that are still writing when a busy browser has drawn them."""
STOPPED_S = 60.0


def free_port() -> int:
    """A port that nobody listens on, from a range that only this test process uses.

    One given out by the system may be given to another process before the app has taken it: then the other's app
    answers in its place, and ends when that one's test does. The ranges lie below those that systems give out.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    first = 12_000 + 1_000 * (int(worker) % 16)
    for port in random.SystemRandom().sample(range(first, first + 1_000), 100):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise AssertionError(f"no free port among 100 of {first} to {first + 999}")


@dataclass
class AppServer:
    """`python -m compare serve` on a free port with a data folder of its own."""

    data_dir: Path
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    started_at: float
    """time.monotonic() of the start command."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self, sig: int = signal.SIGTERM) -> int:
        """End it; one that does not end tells in its log where each of its threads stands, and is killed."""
        if self.process.poll() is None:
            self.process.send_signal(sig)
        try:
            return self.process.wait(STOPPED_S)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)
            self.process.wait()
            raise AssertionError(f"the app did not end within {STOPPED_S} s: {self.log.read_text()}") from None


def start_app(data_dir: Path, *, sim_speed: str = "0.2", env: dict[str, str] | None = None) -> AppServer:
    """Start it and wait until it answers."""
    data_dir.mkdir(parents=True, exist_ok=True)
    port = free_port()
    log = data_dir / "app.log"
    variables = {
        **{name: value for name, value in os.environ.items() if name != "WEIGHBRIDGE_PLAIN"},
        "WEIGHBRIDGE_DATA_DIR": str(data_dir),
        "WEIGHBRIDGE_SIM_SPEED": sim_speed,
        "PYTHONPATH": str(ROOT),
        "PYTHONFAULTHANDLER": "1",
        **(env or {}),
    }
    started_at = time.monotonic()
    with log.open("wb") as out:
        # Another working folder on purpose: nothing may depend on it.
        process = subprocess.Popen(
            [sys.executable, "-m", "compare", "serve", "--port", str(port)],
            stdout=out, stderr=subprocess.STDOUT, env=variables, cwd=data_dir,
        )  # fmt: skip
    server = AppServer(data_dir, port, process, log, started_at)
    while time.monotonic() - started_at < READY_S:
        if process.poll() is not None:
            raise AssertionError(f"the app ended with {process.returncode}: {log.read_text()}")
        try:
            with urllib.request.urlopen(f"{server.url}/healthz", timeout=1):
                return server
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    server.stop()
    raise AssertionError(f"the app did not answer within {READY_S} s: {log.read_text()}")
