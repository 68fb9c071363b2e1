"""A column of votes as numbers: each distinct value once, and for every vote the place of its value.

Tables of stored votes are read once and sliced on every click. A slice of such a column is one numpy step, and names
become the numbers of a fit without looking at any vote one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.integer[Any]]


class Coded(Sequence[object]):
    """A column of n values.

    Attributes:
        codes: shape (n,), places in `values`.
        values: the distinct values; some may occur in no vote.
    """

    __slots__ = ("codes", "values")

    def __init__(self, codes: Codes, values: Sequence[object]) -> None:
        self.codes = codes
        self.values = values

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, at: int) -> object: ...
    @overload
    def __getitem__(self, at: slice) -> Coded: ...
    def __getitem__(self, at: int | slice) -> object:
        if isinstance(at, slice):
            return Coded(self.codes[at], self.values)
        return self.values[int(self.codes[at])]

    def take(self, at: NDArray[Any] | Sequence[int]) -> Coded:
        """The values at these positions, or where a mask is True."""
        return Coded(self.codes[np.asarray(at)], self.values)

    def where(self, holds: Callable[[Any], bool]) -> NDArray[np.bool_]:
        """Shape (n,): True where the value fulfils a condition, which is asked once for each distinct value."""
        fulfils = np.fromiter((holds(value) for value in self.values), np.bool_, len(self.values))
        found: NDArray[np.bool_] = fulfils[self.codes]
        return found

    def map(self, change: Callable[[Any], object]) -> Coded:
        """The column with other values; what becomes equal is one value from then on."""
        changed = [change(value) for value in self.values]
        number = {value: i for i, value in enumerate(dict.fromkeys(changed))}
        places = np.fromiter((number[value] for value in changed), self.codes.dtype, len(changed))
        return Coded(places[self.codes], list(number))

    def factorize(self) -> tuple[NDArray[np.int64], list[object]]:
        """Numbers from 0 in order of first appearance, shape (n,), and the values that do occur; as in pandas."""
        n = len(self.codes)
        first = np.full(len(self.values), n, dtype=np.int64)
        # Of several assignments to one place numpy keeps the last, which backwards is the first appearance.
        first[self.codes[::-1]] = np.arange(n - 1, -1, -1)
        order = np.argsort(first, kind="stable")[: int((first < n).sum())]
        number = np.zeros(len(self.values), dtype=np.int64)
        number[order] = np.arange(len(order))
        return number[self.codes], [self.values[i] for i in order.tolist()]

    def present(self) -> list[object]:
        """The distinct values that occur, in the order of `values`."""
        seen = np.bincount(self.codes, minlength=len(self.values)) > 0
        return [self.values[i] for i in np.flatnonzero(seen).tolist()]
