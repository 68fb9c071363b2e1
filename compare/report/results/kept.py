"""How a part of the votes is written by column: numbers of as few bytes as will do, and what they stand for as JSON.

A column of words has its distinct values written once, and for each row the place of its value among them. A column of
numbers is written as what each has more than the least. Words have other numbers in every part, so that processes need
not agree on how they number them.

Behind the numbers stands a checksum of all that was written and of how far the parts before it reach: a part that was
damaged, or lost the one before it, is found out and read from the votes again.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from compare.ratings.columns import Coded

FORM = 2
"""To be raised with every change of what is written or what it means: parts of another form are not read."""

_CHECKSUM_BYTES = 4

IntArray = NDArray[np.int64]


class Columns(NamedTuple):
    """Columns by name."""

    words: Mapping[str, Coded]
    numbers: Mapping[str, IntArray]


def packed(columns: Columns) -> tuple[str, bytes]:
    """The columns as JSON and bytes; values of words are what JSON can hold."""
    told: dict[str, dict[str, Any]] = {}
    written = []
    for name, column in columns.words.items():
        distinct, places = np.unique(column.codes, return_inverse=True)
        told[name] = {"values": [column.values[i] for i in distinct.tolist()]}
        written.append(places)
    for name, numbers in columns.numbers.items():
        least = int(numbers.min(initial=np.iinfo(np.int64).max)) if len(numbers) else 0
        told[name] = {"least": least}
        written.append(numbers - least)
    small = [_small(each) for each in written]
    for one, each in zip(told.values(), small, strict=True):
        one |= {"n": len(each), "type": each.dtype.str}
    return orjson.dumps(told).decode(), b"".join(each.tobytes() for each in small)


def unpacked(columns_json: str, codes: bytes) -> Columns:
    """The columns that were packed."""
    words, numbers, at = {}, {}, 0
    for name, one in orjson.loads(columns_json).items():
        each = np.frombuffer(codes, np.dtype(one["type"]), one["n"], at)
        at += each.nbytes
        if "values" in one:
            words[name] = Coded(each, one["values"])
        else:
            numbers[name] = each.astype(np.int64) + one["least"]
    return Columns(words, numbers)


def sealed(columns_json: str, codes: bytes, after: Sequence[int]) -> bytes:
    """The numbers with a checksum behind them.

    Args:
        columns_json: what they stand for.
        codes: the numbers.
        after: how far the parts before this one reach.
    """
    return codes + _checksum(columns_json, codes, after)


def unsealed(columns_json: str, codes: bytes, after: Sequence[int]) -> Columns | None:
    """The columns that were packed and sealed; None where the part is damaged or stands elsewhere."""
    numbers, checksum = codes[:-_CHECKSUM_BYTES], codes[-_CHECKSUM_BYTES:]
    return unpacked(columns_json, numbers) if checksum == _checksum(columns_json, numbers, after) else None


def _checksum(columns_json: str, codes: bytes, after: Sequence[int]) -> bytes:
    of_words = zlib.crc32(f"{[*after]}{columns_json}".encode("utf-8", "surrogatepass"))
    return zlib.crc32(codes, of_words).to_bytes(_CHECKSUM_BYTES, "little")


def _small(numbers: NDArray[Any]) -> NDArray[np.unsignedinteger[Any]]:
    largest = int(numbers.max(initial=0))
    kind = next(kind for kind in ("u1", "<u2", "<u4", "<u8") if largest <= np.iinfo(kind).max)
    return numbers.astype(kind)
