"""Scanning threads: their tokens message by message, and what was asked again. Made once for each thread and kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from compare.report.findings.asked_again import RULES, asked_again
from compare.store.findings import Said, Scan
from compare.store.store import Store
from compare.tokens.count import count

_AT_ONCE = 100
"""Threads in one transaction."""


class Progress(NamedTuple):
    """How far the scan is."""

    n_scanned: int
    n_threads: int

    @property
    def n_left(self) -> int:
        """Threads that are not scanned yet."""
        return max(0, self.n_threads - self.n_scanned)


def scan(store: Store, *, budget_s: float | None = None, tell: Callable[[Progress], None] | None = None) -> Progress:
    """Scan the threads that are not scanned yet, the newest first.

    Args:
        store: of the threads; what is found is kept there.
        budget_s: seconds after which no further batch is begun; None until all are done.
        tell: called after every batch.
    """
    until = None if budget_s is None else time.monotonic() + budget_s
    while True:
        state = store.scan_state(RULES)
        progress = Progress(state.n_scanned, state.n_threads)
        if tell is not None:
            tell(progress)
        if not progress.n_left or (until is not None and time.monotonic() >= until):
            return progress
        if not _scan_some(store, store.unscanned_threads(RULES, _AT_ONCE), until):
            return progress


def scan_these(store: Store, thread_ids: Sequence[str]) -> None:
    """Scan these threads now, for a page that shows their tokens; those that have a scan need none."""
    _scan_some(store, thread_ids, None)


def _scan_some(store: Store, thread_ids: Sequence[str], until: float | None) -> int:
    scans = list(_scans(store.texts_of(thread_ids), until))
    if scans:
        store.save_scans(RULES, scans)
    return len(scans)


def _scans(texts: dict[str, list[Said]], until: float | None) -> Iterator[Scan]:
    for n, (thread_id, messages) in enumerate(texts.items()):
        if n and until is not None and time.monotonic() >= until:
            return
        tokens = tuple(accumulate(count(message.text) for message in messages))
        yield Scan(thread_id, tokens, tuple(repeat._asdict() for repeat in asked_again(messages)))
