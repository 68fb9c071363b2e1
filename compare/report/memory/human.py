"""What raters say of the same question: marks `forgot` over the distance of the message that they are about.

An answer can only have forgotten what lay before it, so it counts in every range of distances that its thread reaches:
as kept, unless a mark says that a message of that range was forgotten. No mark is evidence only from somebody who sets
marks, so the ballots of a rater count where they set a mark of any kind in that study; and it is weaker evidence than a
passed probe all the same, as the rater may not have looked. A line is worth drawing where it says something of long
threads.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from compare.probes.curve import EDGES, Bin
from compare.probes.thread_share import thread_share
from compare.store.mark_distances import RatedAnswer
from compare.store.store import Store
from compare.store.votes import vote_name

LONG = EDGES[1]
"""A thread is long where more messages than these stand before the answer."""


def human_curves(store: Store, *, edges: Sequence[int] = EDGES, longer_than: int = 0) -> dict[str, tuple[Bin, ...]]:
    """Bins by candidate name, of the candidates whose answers were rated by raters who set marks.

    Args:
        store: where the ballots are.
        edges: upper ends of the bins in messages.
        longer_than: leave out candidates none of whose rated answers has more messages before it.
    """
    candidates = store.candidates()
    found: dict[str, list[RatedAnswer]] = {}
    for one in by_markers(store.rated_answers()):
        found.setdefault(vote_name(candidates[one.candidate_id]), []).append(one)
    return {
        name: bins_of(rated, edges=edges)
        for name, rated in found.items()
        if any(one.n_messages > longer_than for one in rated)
    }


def by_markers(rated: Sequence[RatedAnswer]) -> list[RatedAnswer]:
    """Those of raters who set a mark of any kind in the same study: only they can be taken to have looked."""
    markers = {(one.study_id, one.rater_id) for one in rated if one.n_marks}
    return [one for one in rated if (one.study_id, one.rater_id) in markers]


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


def no_line(names: Sequence[str]) -> str:
    """Why these candidates, by the names that pages use, have no second line."""
    if not names:
        return ""
    who = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return (
        f"No study has rated answers of {who} on long threads yet (more than {LONG} messages, by raters who set "
        "marks), so no second line."
    )
