"""Numbers for the distinct values of a column, in order of first appearance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import count, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

_AT_ONCE = 4000
"""Values at a time: while some are taken in, other threads of the process wait, half a millisecond."""


class Coder:
    """Numbers values, however many columns they stand in.

    Values that are added unseen stand in no dictionary. To make one of two hundred thousand ids takes longer than to go
    through them once for the few that are wanted, which is all that most processes ever do; it is made the second time.
    """

    def __init__(self) -> None:
        self._values: list[object] = []
        self._numbers: defaultdict[Any, int] = defaultdict(count().__next__)
        self._n_entered = 0
        """So many values, the first ones, are known to stand in the dictionary."""
        self._was_searched = False

    def values(self) -> Sequence[object]:
        """All values seen, by number; it grows, and what stands in it stays."""
        return self._values

    def add(self, values: Sequence[object]) -> None:
        """Give values the next numbers; none of them was seen before, so that they need not be looked up."""
        self._values.extend(values)

    def codes(self, values: Sequence[object]) -> IntArray:
        """The numbers of these values, shape (len(values),)."""
        if self._n_entered < len(self._values):
            self._enter(values)
        n_before, was_complete = len(self._numbers), self._n_entered == len(self._values)
        found = np.fromiter(map(self._numbers.__getitem__, values), np.int64, len(values))
        if n_new := len(self._numbers) - n_before:
            self._values.extend(reversed([*islice(reversed(self._numbers), n_new)]))
        if was_complete:
            self._n_entered = len(self._values)
        return found

    def _enter(self, wanted: Sequence[object]) -> None:
        """Enter the values that were added into the dictionary: the wanted ones, or, if asked again, all."""
        missing = {value for value in wanted if value not in self._numbers}
        for start in range(self._n_entered, len(self._values), _AT_ONCE):
            some = enumerate(self._values[start : start + _AT_ONCE], start)
            if self._was_searched:
                self._numbers.update([(value, number) for number, value in some])
            else:
                self._numbers.update([(value, number) for number, value in some if value in missing])
        if self._was_searched:
            self._n_entered = len(self._values)
        self._was_searched = True
        self._numbers.default_factory = count(len(self._values)).__next__
