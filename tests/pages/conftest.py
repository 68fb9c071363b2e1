"""What every page test shares."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner

from compare.engine.hub import close_hub
from compare.ui import resources
from compare.ui.jobs.workers import end_workers
from tests.app_server import ROOT


@pytest.fixture(scope="session", autouse=True)
def one_scan() -> Iterator[None]:
    """Every AppTest looks through all installed packages for components; once is enough."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


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
