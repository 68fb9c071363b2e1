"""What every page test shares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from compare.engine.hub import close_hub
from compare.ui import resources
from compare.ui.jobs.workers import end_workers
from tests.app_server import ROOT


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A database of its own, answers without waiting, and the panes without their script."""
    monkeypatch.setenv("WEIGHBRIDGE_PLAIN", "1")
    yield tmp_path
    close_hub()


@pytest.fixture
def own_workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Processes of the app that work on jobs find this package, and end with the test; no samples in the library."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr(resources, "_keep_samples", lambda into: None)
    yield
    end_workers()
