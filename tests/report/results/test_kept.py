"""Columns come back as they were packed, and take few bytes."""

from __future__ import annotations

import numpy as np

from compare.ratings.columns import Coded
from compare.report.results.kept import Columns, packed, sealed, unpacked, unsealed


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


def test_a_sealed_part_is_read_only_as_it_was_written_and_where_it_stood() -> None:
    text, codes = packed(Columns({"id": Coded(np.array([1, 0]), ["p", "q"])}, {"row": np.array([7, 9])}))
    kept = sealed(text, codes, (5, 3))
    found = unsealed(text, kept, (5, 3))
    assert found is not None
    assert [list(found.words["id"]), found.numbers["row"].tolist()] == [["q", "p"], [7, 9]]
    damaged = [bytes([*kept[:k], kept[k] ^ 1, *kept[k + 1 :]]) for k in range(len(kept))]
    for codes in (b"", kept[:-1], kept + b"1", *damaged):
        assert unsealed(text, codes, (5, 3)) is None
    assert unsealed(text.replace("p", "r"), kept, (5, 3)) is None
    assert unsealed(text, kept, (5, 4)) is None
