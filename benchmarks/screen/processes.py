"""The three servers of a run, each in a process of its own: the models, the app, the naive page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.app_server import ROOT, free_port, start_app

N_PANES = 4
_READY_S = 30.0


@dataclass(frozen=True, slots=True)
class Servers:
    """Where everything is."""

    models_url: str
    app_url: str
    app_pid: int
    naive_url: str
    naive_pid: int
    data_dir: Path


def candidates(asked: str) -> list[str]:
    """The four models that answer alike: "prose-800-100" as "prose-800-100-a" to "-d"."""
    return [f"{asked}-{letter}" for letter in "abcdefgh"[:N_PANES]]


@contextmanager
def servers(data_dir: Path, asked: Sequence[str]) -> Iterator[Servers]:
    """Start all three; `asked` are the models that the app is to know, without their letters."""
    command = [sys.executable, "-m", "benchmarks.screen.models"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as models:
        assert models.stdout is not None
        models_url = f"http://127.0.0.1:{int(models.stdout.readline())}/v1"
        catalogue = data_dir / "models.toml"
        catalogue.write_text("".join(_entry(model, models_url) for name in asked for model in candidates(name)))
        app = start_app(data_dir / "app", env={"WEIGHBRIDGE_MODELS": str(catalogue)})
        try:
            with _naive(data_dir) as (naive_url, naive_pid):
                yield Servers(models_url, app.url, app.process.pid, naive_url, naive_pid, data_dir)
        finally:
            app.stop()
            models.terminate()


def _entry(model: str, url: str) -> str:
    fields = {"id": model, "label": model, "provider": "openai-chat", "base_url": url, "model": model}
    return "[[model]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in fields.items())


@contextmanager
def _naive(data_dir: Path) -> Iterator[tuple[str, int]]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        sys.executable, "-m", "streamlit", "run", str(ROOT / "benchmarks/screen/naive.py"), "--server.port", str(port),
        "--server.fileWatcherType", "none",
    ]  # fmt: skip
    # The app's own settings: what is compared is the design, not how the server is set up.
    with (data_dir / "naive.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
    try:
        _wait_for(f"{url}/_stcore/health", process)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _READY_S
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"{url} did not answer within {_READY_S:.0f} s; its log is in the data folder.")


def cpu_s(pid: int) -> float | None:
    """Processor seconds that a process has used; None where the system does not tell it in this way."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load() -> str:
    """The machine's load now, to stand beside every figure."""
    return f"load {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores"
