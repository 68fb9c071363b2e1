"""Figures that take a moment, made in one thread of their own and kept for the votes that they are of.

The key says which votes they are: the places of their rows (rows never change while a table's generation lasts). A page
asks for all it needs, shows what is there, and draws the rest when it is done; two sessions that look at the same votes
have them computed once.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from compare.report.results.filters import Chosen

_KEPT = 400
"""Figures; each is a few kilobytes."""


class Work:
    """A thread that makes figures, and those it has made."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="results")
        self._lock = threading.Lock()
        self._made: OrderedDict[Hashable, Future[Any]] = OrderedDict()

    def ask(self, key: Hashable, make: Callable[[], Any]) -> Future[Any]:
        """The figure with this key, made where nobody has asked for it yet; one that failed is tried again."""
        with self._lock:
            found = self._made.pop(key, None)
            if found is None or (found.done() and (found.cancelled() or found.exception() is not None)):
                found = self._pool.submit(make)
            self._made[key] = found
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)[1].cancel()
            return found

    def wait(self) -> None:
        """Until everything asked for is made; errors stay with who asked."""
        with self._lock:
            made = list(self._made.values())
        wait(made)


def votes_key(chosen: Chosen) -> str:
    """Names the votes that were chosen: equal keys are equal votes."""
    digest = hashlib.blake2b(chosen.rows.tobytes(), digest_size=16)
    return f"{chosen.table.reader}-{chosen.table.generation}-{chosen.filters.rated}-{digest.hexdigest()}"


WORK = Work()
"""The process's."""
