"""Which item a rater gets next. Pure over the store's queue; the store runs it inside its transaction.

An unfinished item comes back first. Then training, then a planned repeat or a gold item where one is due, then the
item with the fewest ballots; among equals every rater has an order of their own, so that raters spread by themselves.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

from compare.review.informative import ByInformation
from compare.store.store import Store
from compare.store.study_values import Assignment, OwnItem, Pick, Queue, QueuedItem

Rank = Callable[[Queue, Sequence[QueuedItem]], Sequence[QueuedItem]]
"""Orders the items that a rater may get, best first."""

REPEAT_DISTANCE = 5
"""Finished items between an item and its repeat; with fewer, a rater may remember the first verdict."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rater and the whole study are."""

    done: int
    """Items that the rater finished, checks and skips among them."""
    left: int
    """Items that are there for the rater now, planned repeats among them."""
    study_done: int
    """Ballots that count on rated items."""
    study_needed: int
    """Items times raters per item."""
    minutes_left: float | None
    """For the rater, by the median active time of what they finished, else of all; None while nothing is measured."""


def fewest_ballots(queue: Queue, items: Sequence[QueuedItem]) -> list[QueuedItem]:
    """Fewest ballots and reservations first; among equals in an order of the rater's own."""

    def key(item: QueuedItem) -> tuple[int, str]:
        return item.n_done + item.n_reserved, _own_order(queue.rater_id, item.comparison_id)

    return sorted(items, key=key)


def choose(queue: Queue, rank: Rank = fewest_ballots) -> Pick | None:
    """The item to reserve, or None where nothing is left for this rater now."""
    rated = {item.comparison_id: item for item in queue.items if item.kind == "rated"}
    unfinished = _unfinished(queue, rated)
    if unfinished is not None:
        return unfinished
    had = {own.comparison_id for own in queue.own}
    training = [item for item in queue.items if item.kind == "training" and item.comparison_id not in had]
    if training:
        return Pick(training[0].comparison_id)
    finished = [own for own in queue.own if own.state == "done" and not own.is_repeat and own.comparison_id in rated]
    repeat = _due_repeat(queue, finished, distance=REPEAT_DISTANCE)
    if repeat is not None:
        return repeat
    gold = [item for item in queue.items if item.kind == "gold"]
    waiting = [item for item in gold if item.comparison_id not in had]
    if waiting and len(finished) >= _gold_due_after(queue, n_given=len(gold) - len(waiting)):
        return Pick(min(waiting, key=lambda item: _own_order(queue.rater_id, item.comparison_id)).comparison_id)
    free = _free(queue, rated, had)
    if free:
        return Pick(rank(queue, free)[0].comparison_id)
    return _due_repeat(queue, finished, distance=1)


def next_item(store: Store, study_id: str, rater_id: str, *, rank: Rank | None = None) -> Assignment | None:
    """Reserve the rater's next item; None where nothing is left for them now.

    Args:
        store: where the study is.
        study_id: which.
        rater_id: for whom.
        rank: orders the items that are free; as the study was made to choose where it is None.

    Raises:
        NotFoundError: there is no such study.
        StudyClosedError: it takes no more ballots.
        NotAllowedError: the rater may not rate in it.
    """
    if rank is None:
        rank = _by_information(store, study_id, rater_id) if store.items_by_information(study_id) else fewest_ballots
    return store.reserve(study_id, rater_id, partial(choose, rank=rank))


def _by_information(store: Store, study_id: str, rater_id: str) -> Rank:
    """The most informative first, and among those that tell alike the one with the fewest ballots."""
    informative = ByInformation(store, study_id, rater_id)
    return lambda queue, items: informative(queue, fewest_ballots(queue, items))


def progress(store: Store, study_id: str, rater_id: str) -> Progress:
    """How far this rater and the study are now.

    Raises:
        NotFoundError: there is no such study.
    """
    queue = store.study_queue(study_id, rater_id)
    rated = {item.comparison_id: item for item in queue.items if item.kind == "rated"}
    had = {own.comparison_id for own in queue.own}
    ended = [own for own in queue.own if own.state != "reserved"]
    finished = [own for own in ended if own.state == "done" and not own.is_repeat and own.comparison_id in rated]
    free = len(_free(queue, rated, had)) + sum(_is_open(own, rated, queue) for own in queue.own)
    n_repeats = sum(own.is_repeat for own in queue.own)
    left = free + sum(item.kind == "training" and item.comparison_id not in had for item in queue.items)
    left += max(0, int((len(finished) + free) * queue.study.swap_share) - n_repeats)
    times = store.active_times(study_id)
    own_times = [ms for rater, ms in times if rater == rater_id] or [ms for _, ms in times]
    return Progress(
        done=len(ended),
        left=left,
        study_done=sum(min(item.n_done, queue.study.overlap) for item in rated.values()),
        study_needed=len(rated) * queue.study.overlap,
        minutes_left=left * median(own_times) / 60_000 if own_times else None,
    )


def _unfinished(queue: Queue, rated: dict[str, QueuedItem]) -> Pick | None:
    """What the rater has in hand, or had when the reservation ran out, as long as there is a place."""
    held = [own for own in queue.own if own.state == "reserved" and not own.is_expired]
    expired = [own for own in queue.own if _is_open(own, rated, queue)]
    for own in [*held, *expired]:
        return Pick(own.comparison_id, own.is_repeat)
    return None


def _is_open(own: OwnItem, rated: dict[str, QueuedItem], queue: Queue) -> bool:
    if own.state != "reserved":
        return False
    item = rated.get(own.comparison_id)
    limited = own.is_expired and not own.is_repeat and item is not None
    return not limited or (item is not None and _has_place(item, queue))


def _has_place(item: QueuedItem, queue: Queue) -> bool:
    return item.n_done + item.n_reserved < queue.study.overlap


def _free(queue: Queue, rated: dict[str, QueuedItem], had: set[str]) -> list[QueuedItem]:
    return [item for item in rated.values() if item.comparison_id not in had and _has_place(item, queue)]


def _due_repeat(queue: Queue, finished: Sequence[OwnItem], *, distance: int) -> Pick | None:
    """A finished item to be seen again with sides swapped, where one is due."""
    repeated = {own.comparison_id for own in queue.own if own.is_repeat}
    if len(repeated) >= int(len(finished) * queue.study.swap_share):
        return None
    old_enough = [own.comparison_id for own in finished[: max(0, len(finished) - distance + 1)]]
    candidates = [comparison_id for comparison_id in old_enough if comparison_id not in repeated]
    if not candidates:
        return None
    return Pick(min(candidates, key=lambda one: _own_order(queue.rater_id, one)), is_repeat=True)


def _gold_due_after(queue: Queue, *, n_given: int) -> int:
    """How many rated items a rater finishes before the next gold item: not always as many, or raters would notice."""
    every = queue.study.gold_every
    drawn = random.Random(f"{queue.study.id} {queue.rater_id} {n_given}")
    return n_given * every + drawn.randrange((every + 1) // 2, every + 1)


def _own_order(rater_id: str, comparison_id: str) -> str:
    return hashlib.sha256(f"{rater_id} {comparison_id}".encode()).hexdigest()
