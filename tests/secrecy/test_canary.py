"""A key in the environment is used and never kept: no part of it in database, files, logs, pages or arguments.

Every wire format meets every fault of the simulated server, one of which repeats the key in its error.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from compare.sim.demands import FAULTS_ON_DEMAND
from compare.sim.models import BASE_PATHS
from tests.app_server import ROOT, AppServer, start_app
from tests.browser.conftest import page
from tests.browser.steps import add_candidate, open_playground, press_run
from tests.engine.servers import simulator

__all__ = ["page"]

CANARY = "sk-canary-Zq7Vw2Lm9Xt4Rb8Kd3Nf6Hj1"
PLAIN_CANARY = "Gx5Pq8Wz2Tn7Lc4Vy9Bk3"
"""A key that looks like none: only knowing it can hide it."""
_PIECE = 10
"""A tenth of a key is no secret; so many of its characters in a row are."""

THREAD = '{"messages": [{"role": "user", "content": "My code is 4417."}, {"role": "user", "content": "Which code?"}]}\n'


def pieces(key: str) -> set[bytes]:
    """Every run of characters that must not be found, as it is and as it may be written elsewhere."""
    runs = {key[i : i + _PIECE].encode() for i in range(len(key) - _PIECE + 1) if key[i : i + 10] != "sk-canary-"}
    whole = key.encode()
    return runs | {base64.b64encode(whole)[:-4], whole.hex().encode(), quote(key, safe="").encode(), whole[::-1]}


FORBIDDEN = pieces(CANARY) | pieces(PLAIN_CANARY)


def assert_clean(what: str, content: bytes) -> None:
    found = [piece for piece in FORBIDDEN if piece in content]
    assert not found, f"{what} holds {found[0]!r}"


@dataclass
class Scene:
    """A simulated server that wants a key, and a catalogue in which every format meets every fault."""

    folder: Path
    env: dict[str, str]
    models: list[str]
    record: list[dict[str, Any]]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "compare", *arguments],
            capture_output=True, cwd=self.folder, env={**os.environ, **self.env}, timeout=120, check=False,
        )  # fmt: skip


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    record: list[dict[str, Any]] = []
    with simulator(record) as root:
        faults = ["", *(f"+{fault}{always}" for fault in FAULTS_ON_DEMAND for always in ("", "!"))]
        named = [(f"{kind}{fault}", kind, path, fault) for kind, path in BASE_PATHS.items() for fault in faults]
        blocks = (
            f'[[model]]\nid = "{model_id}"\nprovider = "{kind}"\nbase_url = "{root}{path}"\nmodel = "sim-lite{fault}"\n'
            f'api_key_env = "{"CANARY_KEY" if i % 2 else "PLAIN_CANARY_KEY"}"\nmax_output_tokens = 512\n'
            for i, (model_id, kind, path, fault) in enumerate(named)
        )
        (tmp_path / "models.toml").write_text("\n".join(blocks))
        (tmp_path / "threads.jsonl").write_text(THREAD)
        env = {
            "PYTHONPATH": str(ROOT),
            "CANARY_KEY": CANARY,
            "PLAIN_CANARY_KEY": PLAIN_CANARY,
            "WEIGHBRIDGE_MODELS": str(tmp_path / "models.toml"),
            "WEIGHBRIDGE_DATA_DIR": str(tmp_path / "data"),
            "WEIGHBRIDGE_SIM_SPEED": "0",
        }
        yield Scene(tmp_path, env, [model_id for model_id, *_ in named], record)


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def arguments_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes() if Path("/proc").is_dir() else b""


def test_no_part_of_a_key_is_kept_by_any_command_under_any_fault(scene: Scene) -> None:
    for transport in ("aiohttp", "httpx"):
        scene.env["WEIGHBRIDGE_HTTP"] = transport
        out = f"{transport}.jsonl"
        run = scene.command("run", "--threads", "threads.jsonl", "--models", ",".join(scene.models), "--out", out)
        assert_clean("the output of run", run.stdout + run.stderr)
        lines = (scene.folder / out).read_text().splitlines()
        assert len(lines) == len(scene.models)
        assert sum("the key in" in line for line in lines) >= 2 * len(BASE_PATHS), "the key was refused and echoed"
    for command in (
        ("models", "--check", "--json"),
        ("models",),
        ("doctor",),
        ("tokens", "calibration", "--json"),
        ("threads", "list", "--json"),
        ("votes", "export", "--out", "votes.csv"),
    ):
        done = scene.command(*command)
        assert_clean(" ".join(command), done.stdout + done.stderr)
    assert (scene.folder / "data" / "weighbridge.db").stat().st_size > 0
    for path in files_below(scene.folder):
        assert_clean(path.name, path.read_bytes())
    # The keys were really sent: by header, and nowhere else.
    sent = [request.headers for request in scene.record]  # type: ignore[attr-defined]
    assert any(CANARY in str(headers) for headers in sent)
    assert not any(CANARY in request.path or CANARY in str(dict(request)) for request in scene.record)  # type: ignore[attr-defined]


@pytest.fixture
def app(scene: Scene) -> Iterator[AppServer]:
    server = start_app(scene.folder / "data", sim_speed="0", env=scene.env)
    yield server
    server.stop()


def test_no_part_of_a_key_reaches_a_page_or_the_apps_log(page: Page, app: AppServer, scene: Scene) -> None:
    told: list[bytes] = []
    page.on("response", lambda response: told.append(response.url.encode()))
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: told.append(_bytes(frame))))
    open_playground(page, app.url)
    for model_id in ("anthropic+bad_key", "gemini+bad_key", "openai-responses+html_error!", "openai-chat+error_in_200"):
        add_candidate(page, model_id)
    press_run(page)
    expect(page.get_by_text("refused the key in").first).to_be_visible()
    told.append(page.content().encode())
    page.goto(f"{app.url}/models")
    expect(page.get_by_text("models are ready")).to_be_visible()
    told.append(page.content().encode())
    assert len(told) > 10
    for content in told:
        assert_clean("what the browser was sent", content)
    assert_clean("the arguments", arguments_of(app.process.pid))
    app.stop()
    for path in files_below(scene.folder):
        assert_clean(path.name, path.read_bytes())


def _bytes(frame: str | bytes) -> bytes:
    return frame if isinstance(frame, bytes) else frame.encode()
