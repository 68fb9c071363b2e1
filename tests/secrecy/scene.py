"""A simulated server that wants a key, a catalogue in which every format meets every fault, and what must stay clean.

One of the faults repeats the key in its error.
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

from compare.sim.demands import FAULTS_ON_DEMAND
from compare.sim.models import BASE_PATHS
from tests.app_server import ROOT
from tests.engine.servers import simulator

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
