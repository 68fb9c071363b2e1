"""A catalogue whose models are the product's simulator under other names, with a record of every request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from compare.catalog import Catalog
from compare.engine.hub import Hub
from compare.engine.run import Run
from compare.records import Candidate, Message, ModelSpec, Thread
from compare.runs.live import Runs
from compare.store import Store
from tests.engine.servers import ModelServer, model_server, simulator

MESSAGES = (
    Message("system", "Be kind."),
    Message("user", "My order is 4417."),
    Message("assistant", "Thank you. What can I do?"),
    Message("user", "Where is it?"),
)


@dataclass
class World:
    """Everything that a run needs."""

    store: Store
    hub: Hub
    models: dict[str, ModelSpec]
    server: ModelServer
    requests: list[dict[str, Any]]
    """What the simulator was asked."""
    threads: list[str] = field(default_factory=list)

    @property
    def runs(self) -> Runs:
        return Runs(self.store, self.hub, lambda: Catalog(dict(self.models)))

    def thread(self, *messages: Message, **changes: Any) -> str:
        return self.store.save_thread(Thread(messages or MESSAGES, title="Order", **changes)).id

    def candidates(self, *model_ids: str) -> list[Candidate]:
        return [Candidate(model_id) for model_id in model_ids]

    def finished(self, run_id: str) -> Run:
        run = self.runs.open(run_id)
        until(lambda: not run.snapshot(revealed=True)["running"])
        return run

    def requests_to(self, model_id: str) -> list[list[tuple[str, str]]]:
        """The messages of every request to a simulated model."""
        return [[(m["role"], m["content"]) for m in r["messages"]] for r in self.requests if r["model"] == model_id]


def until(true: Callable[[], bool], within_s: float = 30.0) -> None:
    limit = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < limit, "it never came true"
        time.sleep(0.005)


@pytest.fixture
def world(store: Store, hub: Hub) -> Iterator[World]:
    requests: list[dict[str, Any]] = []
    with simulator(requests) as root, model_server() as server:
        models = {
            name: ModelSpec(name, "openai-chat", f"{root}/v1", name, label=name.title())
            for name in ("sim-lite", "sim-flash", "sim-large")
        }
        models["scripted"] = server.spec("scripted")
        yield World(store, hub, models, server, requests)
        hub.close()
