"""Columns come back as they were packed, and take few bytes."""

from __future__ import annotations

import numpy as np

from compare.ratings.columns import Coded
from compare.report.results.kept import Columns, packed, unpacked


def test_what_was_packed_comes_back() -> None:
    words = {
        "candidate": Coded(np.array([4, 0, 4]), ["p", "unused", "", "", "q"]),
        "comparison_id": Coded(np.array([0, 0, 1]), [None, 'no "plain", text\x1f\x00\n']),
        "n_messages": Coded(np.array([1, 0, 1]), [300, 2]),
    }
    numbers = {"row": np.array([70_001, 70_002, 140_000]), "none": np.zeros(0, dtype=np.int64)}
    found = unpacked(*packed(Columns(words, numbers)))
    assert {name: list(column) for name, column in found.words.items()} == {
        name: list(column) for name, column in words.items()
    }
    assert {name: each.tolist() for name, each in found.numbers.items()} == {
        name: each.tolist() for name, each in numbers.items()
    }


def test_only_the_values_that_occur_are_written() -> None:
    text, codes = packed(Columns({"id": Coded(np.array([1, 1]), ["far away", "here"])}, {}))
    assert "far away" not in text
    assert len(codes) == 2


def test_numbers_take_as_many_bytes_as_their_spread_needs() -> None:
    for spread, size in ((255, 1), (256, 2), (65_535, 2), (65_536, 4), (2**32, 8)):
        _, codes = packed(Columns({}, {"row": np.array([10**12, 10**12 + spread])}))
        assert len(codes) == 2 * size
