"""Scripted model servers for the engine's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from compare.engine.hub import Hub
from tests.engine.servers import ModelServer, model_server


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub of the test's own, beside the process's."""
    own = Hub()
    yield own
    own.close()


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries wait hundredths of a second, not whole ones."""
    monkeypatch.setattr("compare.engine.retry._FIRST_WAIT_S", 0.02)
