"""Votes made ready for a fit: numbers for names and clusters, without what says nothing about who is better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from compare.ratings import bradley_terry as bt
from compare.ratings.bradley_terry import IntArray
from compare.ratings.dense import dense
from compare.ratings.votes import VoteArrays, VoteRow, Votes, cluster_numbers, vote_arrays


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Rateable votes.

    Attributes:
        arrays: the votes, n of them, without "both bad" and without a candidate against itself.
        columns: one array of shape (n,) for each cluster column, with cluster numbers 0, 1, 2 ...
        at: shape (n,), where each stood among the votes given.
        problems: sentences about what was left out.
    """

    arrays: VoteArrays
    columns: tuple[IntArray, ...]
    at: IntArray
    problems: tuple[str, ...]

    def take(self, at: IntArray) -> Prepared:
        """The votes at these positions, clusters numbered anew."""
        columns = tuple(dense(column[at]) for column in self.columns)
        return Prepared(self.arrays.take(at), columns, self.at[at], self.problems)


def prepare(votes: Votes | Sequence[VoteRow], cluster: Sequence[str] = ()) -> Prepared:
    """Number the votes and leave out those that compare nothing.

    Args:
        votes: pairwise votes.
        cluster: none, one or two columns whose equal values mark votes that lean the same way.

    Raises:
        ConfigError: there is no such column.
    """
    table = votes if isinstance(votes, Votes) else Votes.from_rows(votes)
    arrays = vote_arrays(table)
    itself = arrays.index_a == arrays.index_b
    at = np.flatnonzero(~itself & ~arrays.both_bad)
    problems = []
    if itself.any():
        problems.append(f"{bt.counted(itself.sum())} on a candidate against itself, left out.")
    bad = int((arrays.both_bad & ~itself).sum())
    if bad:
        problems.append(f'{bt.counted(bad)} of "both bad" left out, as no answer is named as better.')
    columns = []
    for name in cluster:
        numbers, missing = cluster_numbers(table.column(name))
        columns.append(dense(numbers[at]))
        if missing:
            problems.append(f"{bt.counted(missing)} without a {name}; each counts as a cluster of its own.")
    return Prepared(arrays.take(at), tuple(columns), at, tuple(problems))
