"""Numbers for the distinct values of a column, in order of first appearance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

_AT_ONCE = 4000
"""Values at a time: while some are taken in, other threads of the process wait, half a millisecond."""


class Coder:
    """Numbers values, however many columns they stand in."""

    def __init__(self) -> None:
        self._values: list[object] = []
        self._numbers: defaultdict[Any, int] = defaultdict(count().__next__)

    def codes(self, values: Sequence[object]) -> IntArray:
        """The numbers of these values, shape (len(values),)."""
        if len(self._numbers) < len(self._values):
            self._look_up_what_was_added()
        return np.fromiter(map(self._numbers.__getitem__, values), np.int64, len(values))

    def add(self, values: Sequence[object]) -> None:
        """Give values the next numbers; none of them was seen before, so that they need not be looked up."""
        self._seen().extend(values)

    def values(self) -> Sequence[object]:
        """All values seen, by number."""
        return self._seen()

    def _seen(self) -> list[object]:
        if len(self._values) < len(self._numbers):
            self._values = list(self._numbers)
        return self._values

    def _look_up_what_was_added(self) -> None:
        first, end = len(self._numbers), len(self._values)
        for start in range(first, end, _AT_ONCE):
            self._numbers.update(zip(self._values[start : start + _AT_ONCE], range(start, end), strict=False))
        self._numbers.default_factory = count(end).__next__
