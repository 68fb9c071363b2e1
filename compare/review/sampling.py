"""A part of a study's items that stands for all: evenly many of each pair of candidates, thread and length of thread.

Items are taken one by one: of the pair that was taken least so far, of a thread that was taken least, of the length
that was least taken with this pair; among equals a seed decides. Threads come before lengths, since many items of the
only long thread would say little about long threads. The same items, number and seed give the same draw.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from compare.errors import StudyError
from compare.ratings.buckets import DEFAULT_EDGES, bucket_of, buckets
from compare.store.library import BUCKET_EDGES
from compare.store.store import Store
from compare.store.study_values import NewItem


class _Kind(NamedTuple):
    """What an item is alike others in."""

    candidates: frozenset[str]
    thread_id: str
    length: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A draw of a study's items."""

    items: tuple[NewItem, ...]
    """In the order in which they were; training and gold items are all there."""
    left_out: tuple[NewItem, ...]
    sentence: str
    """What was drawn and how even it is; empty where all items are in."""


def sample(store: Store, items: Sequence[NewItem], at_most: int | None, *, seed: int = 0) -> Sample:
    """Draw so many items to rate; training and gold items are kept beside them.

    Args:
        store: where their answers are.
        items: of a new study.
        at_most: items to rate; None, or as many as there are, for all of them.
        seed: decides among items that are equally good.

    Raises:
        StudyError: at_most is below 1.
    """
    if at_most is not None and at_most < 1:
        raise StudyError(f"At most {at_most} items cannot be; give 1 or more, or nothing for all of them.")
    rated = [place for place, item in enumerate(items) if item.kind == "rated"]
    if at_most is None or len(rated) <= at_most:
        return Sample(tuple(items), (), "")
    kinds = _kinds(store, [items[place] for place in rated])
    taken = {rated[k] for k in _drawn(kinds, at_most, seed)}
    left_out = set(rated) - taken
    told = _told([kinds[k] for k, place in enumerate(rated) if place in taken], len(rated), seed)
    return Sample(
        tuple(item for place, item in enumerate(items) if place not in left_out),
        tuple(items[place] for place in sorted(left_out)),
        told,
    )


def _kinds(store: Store, items: Sequence[NewItem]) -> list[_Kind]:
    answers = store.answers({answer_id for item in items for answer_id in item.answer_ids})
    ranges = buckets(tuple(store.kept_choice(BUCKET_EDGES) or DEFAULT_EDGES))
    found = []
    for item in items:
        own = [answers[answer_id] for answer_id in item.answer_ids]
        length = bucket_of(max(answer.n_messages for answer in own), ranges)
        candidates = frozenset(answer.candidate_id for answer in own)
        found.append(_Kind(candidates, item.thread_id, length.label if length else "no"))
    return found


def _drawn(kinds: Sequence[_Kind], n: int, seed: int) -> list[int]:
    order = list(range(len(kinds)))
    random.Random(seed).shuffle(order)
    queues: dict[frozenset[str], dict[str, list[tuple[int, int, int]]]] = {}
    for rank, k in enumerate(order):  # ascending, so each queue is a heap already
        queues.setdefault(kinds[k].candidates, {}).setdefault(kinds[k].length, []).append((0, rank, k))
    candidates: Counter[frozenset[str]] = Counter()
    lengths: Counter[str] = Counter()
    both: Counter[tuple[frozenset[str], str]] = Counter()
    threads: Counter[str] = Counter()
    taken: list[int] = []
    while len(taken) < n:
        pair = min(queues, key=lambda one: candidates[one])
        of_pair = queues[pair]
        least = {one: _least_taken(of_pair[one], kinds, threads) for one in of_pair}
        length = min(of_pair, key=lambda one: (least[one], both[pair, one], lengths[one]))
        k = heapq.heappop(of_pair[length])[2]
        taken.append(k)
        candidates[pair] += 1
        lengths[length] += 1
        both[pair, length] += 1
        threads[kinds[k].thread_id] += 1
        if not of_pair[length]:
            del of_pair[length]
        if not of_pair:
            del queues[pair]
    return taken


def _least_taken(queue: list[tuple[int, int, int]], kinds: Sequence[_Kind], threads: Counter[str]) -> int:
    """How often the thread of a queue's first item was taken, which is the least taken one of the queue.

    Counts only rise, so an item that stands first with an old count goes back into the queue.
    """
    while True:
        count, rank, k = queue[0]
        now = threads[kinds[k].thread_id]
        if now == count:
            return count
        heapq.heapreplace(queue, (now, rank, k))


def _told(taken: Sequence[_Kind], n_of: int, seed: int) -> str:
    n = len(taken)
    pairs, threads, lengths = (Counter(values) for values in zip(*taken, strict=True))
    parts = []
    if len(pairs) > 1:
        sets = "pairs" if all(len(candidates) == 2 for candidates in pairs) else "sets"
        parts.append(f"each of {len(pairs)} {sets} of candidates {_times(pairs)}")
    if len(threads) > 1:
        parts.append(f"each of {len(threads):,} threads {_times(threads)}")
    if len(lengths) > 1:
        by_length = sorted(lengths.items(), key=lambda one: int(one[0].split("-")[0].rstrip("+")))
        parts.append(", ".join(f"{count:,} with {length} messages" for length, count in by_length))
    how = f": {'; '.join(parts)}" if parts else ""
    verb = "is" if n_of - n == 1 else "are"
    return f"{n:,} of {n_of:,} items, drawn evenly (seed {seed}){how}. {n_of - n:,} {verb} left out."


def _times(counts: Counter[object]) -> str:
    low, high = min(counts.values()), max(counts.values())
    if low == high:
        return "once" if low == 1 else f"{low:,} times"
    return f"{low:,} to {high:,} times"
