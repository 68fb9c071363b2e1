"""Files and databases for commands; all of it is made through the product's own code."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from compare.records import Message, Thread
from compare.store import Store, open_store
from tests.engine.servers import ModelServer, model_server
from tests.report.test_weights import vote
from tests.review.conftest import Table, table

__all__ = ["table"]

N_VOTES = 60


@pytest.fixture(scope="session")
def voted_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once for all tests; each gets a copy."""
    path = tmp_path_factory.mktemp("voted") / "weighbridge.db"
    store = open_store(path)
    thread = store.save_thread(Thread((Message("user", "Where is it?"),), title="Order"))
    vote(Table(store, store.thread(thread.id)), N_VOTES)
    store.close()
    return path


@pytest.fixture
def voted(voted_file: Path, tmp_path: Path) -> Iterator[Store]:
    """A database with open votes by ten raters, three of four for sim-large over sim-lite."""
    opened = open_store(Path(shutil.copy(voted_file, tmp_path)))
    yield opened
    opened.close()


@pytest.fixture
def conversations(tmp_path: Path) -> Path:
    """Five threads, the last with two user turns."""
    records: list[dict[str, Any]] = [
        {"id": f"order-{n}", "messages": [{"role": "user", "content": f"Order {n} is mine. Where is it?"}]}
        for n in range(4)
    ]
    said = [("system", "Be short."), ("user", "I am Ann."), ("assistant", "Hello, Ann."), ("user", "Who am I?")]
    records.append({"id": "ann", "messages": [{"role": role, "content": text} for role, text in said]})
    path = tmp_path / "conversations.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


@pytest.fixture
def half_bad(tmp_path: Path) -> Path:
    """Two threads among two records that are none."""
    path = tmp_path / "half-bad.jsonl"
    path.write_text(
        '{"id": "good", "messages": [{"role": "user", "content": "Where is it?"}]}\n'
        "this is no JSON\n"
        '{"id": "nobody asks", "messages": [{"role": "assistant", "content": "Hello."}]}\n'
        '{"id": "good too", "messages": [{"role": "user", "content": "When does it come?"}]}\n'
    )
    return path


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """A model of the user's own, `local`, whose server does what a test tells it and counts what it is asked."""
    with model_server() as running:
        own = tmp_path / "own-models.toml"
        own.write_text(
            "[[model]]\n"
            'id = "local"\n'
            'provider = "openai-chat"\n'
            'model = "wire-local"\n'
            f'base_url = "{running.base_url}"\n'
        )
        monkeypatch.setenv("WEIGHBRIDGE_MODELS", str(own))
        yield running
