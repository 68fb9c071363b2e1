"""What every page test shares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from compare.engine.hub import close_hub


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A database of its own, answers without waiting, and the panes without their script."""
    monkeypatch.setenv("WEIGHBRIDGE_PLAIN", "1")
    yield tmp_path
    close_hub()
