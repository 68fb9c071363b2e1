"""A built wheel, installed elsewhere, finds its pages, data and settings and serves the app."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest

from tests.app_server import READY_S, ROOT, free_port


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the wheel's contents; its dependencies come from this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        capture_output=True, text=True,
    )  # fmt: skip
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = folder.glob("weighbridge-*.whl")
    target = folder / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def environment(installed: Path, data_dir: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(installed), "WEIGHBRIDGE_DATA_DIR": str(data_dir)}


def test_the_wheel_holds_the_app_and_no_database(installed: Path) -> None:
    app = installed / "compare" / "_app"
    for name in ("app.py", "pages/run/playground.py", ".streamlit/config.toml", "data/models.toml", "data/prices.json"):
        assert (app / name).is_file(), name
    assert (app / "data" / "identity_words.toml").is_file()
    assert list((app / "data" / "threads").glob("*.jsonl"))
    assert not [path for path in installed.rglob("*") if path.suffix in (".db", ".pyc")]


def test_doctor_finds_everything(installed: Path, tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "compare", "doctor"],
        env=environment(installed, tmp_path), cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout + found.stderr
    assert str(installed) in found.stdout
    assert "(installed)" in found.stdout


def test_serve_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "compare", "serve", "--port", str(port)],
        env=environment(installed, tmp_path), cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as response:
                    assert response.status == 200
                    return
            except OSError:
                assert process.poll() is None, process.stderr.read() if process.stderr else ""
                time.sleep(0.1)
        raise AssertionError("the app did not answer")
    finally:
        process.terminate()
        process.wait(20)
        if process.stderr:
            process.stderr.close()
