"""The item of a study that tells most about who is best: pair, thread and rater, by `compare.ratings.next_vote`.

A study chooses this way where that was asked for when it was made (`study create --informative`); the choice is kept
beside it. All that the order needs is read before the store's transaction begins.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from compare.ratings import bradley_terry as bt
from compare.ratings.next_vote import PRIOR_PRECISION, Options, best, gains
from compare.store.store import Store
from compare.store.study_values import Queue, QueuedItem


def choose_by_information(store: Store, study_id: str) -> None:
    """Have a study give out the most informative item first from now on."""
    store.keep_choice(f"study_order:{study_id}", "informative")


class ByInformation:
    """Orders items of one study by what a vote of one rater on them would tell, as of the moment it is made."""

    def __init__(self, store: Store, study_id: str, rater_id: str) -> None:
        candidates: dict[str, list[str]] = defaultdict(list)
        self._thread: dict[str, str] = {}
        for comparison_id, thread_id, candidate_id in store.stands_in(study_id):
            candidates[comparison_id].append(candidate_id)
            self._thread[comparison_id] = thread_id
        self._number = {c: i for i, c in enumerate(sorted({c for found in candidates.values() for c in found}))}
        self._pairs = {
            comparison_id: [tuple(sorted(pair)) for pair in combinations([self._number[c] for c in found], 2)]
            for comparison_id, found in candidates.items()
        }
        m = len(self._number)
        self._wins = np.zeros((m, m))
        self._of_rater: Counter[tuple[int, ...]] = Counter()
        self._on_thread: Counter[tuple[str, tuple[int, ...]]] = Counter()
        for vote in store.study_pairs(study_id):
            a, b = self._number[vote.candidate_a], self._number[vote.candidate_b]
            self._wins[a, b] += vote.score
            self._wins[b, a] += 1.0 - vote.score
            pair = tuple(sorted((a, b)))
            self._of_rater[pair] += vote.rater_id == rater_id
            self._on_thread[vote.thread_id, pair] += 1

    def __call__(self, _: Queue, items: Sequence[QueuedItem]) -> list[QueuedItem]:
        """The items, the most informative first; those that tell alike stay in the order in which they come."""
        options = [
            (place, pair, self._of_rater[pair], self._on_thread[self._thread[item.comparison_id], pair])
            for place, item in enumerate(items)
            for pair in self._pairs[item.comparison_id]
            if pair[0] != pair[1]
        ]
        told = np.zeros(len(items))
        if options and len(self._number) > 1:
            places, pairs, of_rater, on_thread = zip(*options, strict=True)
            first, second = np.array(pairs, dtype=np.int64).T
            theta = bt.fit(self._wins, prior_precision=PRIOR_PRECISION).theta
            found = gains(self._wins, Options(first, second, np.array(of_rater), np.array(on_thread)), best(theta))
            np.add.at(told, np.array(places), found)
        # Gains that differ by rounding alone are alike.
        return [items[place] for place in np.argsort(-np.round(told, 9), kind="stable").tolist()]
