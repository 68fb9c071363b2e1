"""The process's store, hub and runs, made once and shared by pages and routes."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, replace

from compare.catalog import Catalog, load_catalog
from compare.engine.hub import Hub, get_hub
from compare.runs.live import Runs
from compare.runs.views import Views
from compare.settings import database_path, shipped
from compare.store.store import Store, open_store
from compare.threads.importers import read_file
from compare.threads.importers.read import titled

_making = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Opened:
    """A store with the database's path, so that another data folder (in tests) is another store."""

    path: str
    store: Store


def store() -> Store:
    """The open database; kept on the interpreter because Streamlit re-imports modules on save."""
    path = str(database_path())
    with _making:
        opened: _Opened | None = getattr(sys, "_weighbridge_store", None)
        if opened is None or opened.path != path:
            opened = _Opened(path, open_store(database_path()))
            _keep_samples(opened.store)
            sys._weighbridge_store = opened  # type: ignore[attr-defined]
        return opened.store


def hub() -> Hub:
    """The process's run hub."""
    return get_hub()


def catalog() -> Catalog:
    """The catalogue as the files say now."""
    return load_catalog()


def runs() -> Runs:
    """Starting, continuing and reopening runs."""
    return Runs(store(), hub(), load_catalog)


def views() -> Views:
    """Runs through a viewer's eyes."""
    return Views(runs(), store())


def _keep_samples(into: Store) -> None:
    """The sample threads, stored like any other; those that are there already stay as they are."""
    for path in sorted(shipped("threads").glob("*.jsonl")):
        for thread in read_file(path).threads:
            into.save_thread(replace(titled(thread), source="sample"))
