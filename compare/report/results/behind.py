"""The ballots behind a figure: those of the chosen votes in which a candidate, or two of them, stood."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from operator import eq

import numpy as np

from compare.ratings.columns import Coded
from compare.report.results.filters import Chosen, bucket_named


def ballots_behind(chosen: Chosen, of: str = "", against: str = "", within: str = "") -> list[str]:
    """Ids of the ballots, newest first.

    Args:
        chosen: the votes on the page.
        of: a candidate as votes call it; empty for any.
        against: the other one; empty for any.
        within: a range of thread lengths, such as "9+"; empty for all.
    """
    votes = chosen.votes
    at = np.ones(len(votes), dtype=np.bool_)
    sides = [side for side in (votes.model_a, votes.model_b) if isinstance(side, Coded)]
    for name in (of, against):
        if name:
            is_there = [side.where(partial(eq, name)) for side in sides]
            at &= np.logical_or.reduce(is_there)
    bucket = bucket_named(within) if within else None
    lengths, ballots = votes.column("n_messages"), votes.column("ballot_id")
    if bucket is not None and isinstance(lengths, Coded):
        at &= lengths.where(bucket.holds)
    if not isinstance(ballots, Coded):
        return []
    # Ballots are numbered as they came: the newest has the greatest number.
    numbers = np.unique(ballots.codes[at])[::-1]
    return [str(ballots.values[i]) for i in numbers.tolist()]


def comparisons_of(chosen: Chosen, ballot_ids: Sequence[str]) -> list[str]:
    """The comparisons that these ballots are about; imported ones are about none."""
    table, wanted = chosen.table, frozenset(ballot_ids)
    at = chosen.rows[table.column("ballot_id").take(chosen.rows).where(wanted.__contains__)]
    return [str(i) for i in table.column("comparison_id").take(at).present() if i is not None]
