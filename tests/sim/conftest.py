"""A real simulator on loopback, in a thread of its own, with a log of every request body."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from compare.sim.server import SimServer, start
from tests.sim.asker import Asker


class RunningSim:
    """A started simulator and what it was asked."""

    def __init__(self, speed: float) -> None:
        self.requests: list[dict[str, Any]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sim-under-test")
        self._thread.start()
        self._server: SimServer = self._run(start(speed, record=self.requests))
        self.client = httpx.Client(base_url=self._server.base_url + "/v1", timeout=20)
        self.any = Asker(self._server.base_url)

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def post(self, model: str, *messages: tuple[str, str], **fields: Any) -> httpx.Response:
        body = {"model": model, "messages": [{"role": r, "content": c} for r, c in messages], **fields}
        return self.client.post("/chat/completions", json=body)

    def answer(self, model: str, *messages: tuple[str, str], **fields: Any) -> str:
        response = self.post(model, *messages, **fields)
        assert response.status_code == 200, response.text
        return str(response.json()["choices"][0]["message"]["content"])

    def close(self) -> None:
        self.client.close()
        self.any.close()
        self._run(self._server.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@pytest.fixture(scope="package")
def shared_sim() -> Iterator[RunningSim]:
    running = RunningSim(0)
    yield running
    running.close()


@pytest.fixture
def sim(shared_sim: RunningSim) -> RunningSim:
    """Without waiting; the log starts empty."""
    shared_sim.requests.clear()
    return shared_sim


@pytest.fixture
def sim_at() -> Iterator[Any]:
    """Starts a simulator at a given speed."""
    started: list[RunningSim] = []

    def begin(speed: float) -> RunningSim:
        started.append(RunningSim(speed))
        return started[-1]

    yield begin
    for running in started:
        running.close()
