"""What raters say of the same question: marks `forgot` over the distance of the message that they are about.

An answer can only have forgotten what lay before it, so it counts in every range of distances that its thread reaches:
as kept, unless a mark says that a message of that range was forgotten. No mark is weaker evidence than a passed probe:
the rater may not have looked.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from compare.probes.curve import EDGES, Bin
from compare.probes.thread_share import thread_share
from compare.store.mark_distances import RatedAnswer
from compare.store.store import Store
from compare.store.votes import vote_name


def human_curves(store: Store, *, edges: Sequence[int] = EDGES) -> dict[str, tuple[Bin, ...]]:
    """Bins by candidate name, for candidates whose answers were rated in studies."""
    candidates = store.candidates()
    found: dict[str, list[RatedAnswer]] = {}
    for one in store.rated_answers():
        found.setdefault(vote_name(candidates[one.candidate_id]), []).append(one)
    return {name: bins_of(rated, edges=edges) for name, rated in found.items()}


def bins_of(rated: Sequence[RatedAnswer], *, edges: Sequence[int] = EDGES) -> tuple[Bin, ...]:
    """The share of rated answers without a mark in each range, threads as clusters."""
    threads = {one.thread_id: n for n, one in enumerate(rated)}
    bins = []
    for low, high in zip((1, *(edge + 1 for edge in edges)), (*edges, None), strict=True):
        reaching = [one for one in rated if one.n_messages >= low]
        if not reaching:
            break
        kept = [not any(low <= d and (high is None or d <= high) for d in one.forgot) for one in reaching]
        value = thread_share(
            np.array(kept, dtype=np.float64), np.array([threads[one.thread_id] for one in reaching], dtype=np.int64)
        )
        bins.append(Bin(low, high, value, 0, value.value))
    return tuple(bins)
