"""The elements of a JSON array, cut out of a file piece by piece, so that no more than one element is ever held.

Only brackets and the ends of strings are looked at; each element is parsed afterwards by itself, so a bad one costs
nothing but itself, and an enormous one is left out with its size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+("?)|[\[\]{}]', re.DOTALL)
_REST_OF_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+("?)', re.DOTALL)
_PIECE_BYTES = 1 << 18


class Element(NamedTuple):
    """One element of the array."""

    raw: bytes
    """As written; empty where it is too long."""
    n_bytes: int
    complete: bool = True
    """False where the file ends inside it."""


def elements(stream: BinaryIO, most_bytes: int) -> Iterator[Element]:
    """Every element of the one array that a file is; the file stands at its opening bracket or before it.

    Args:
        stream: UTF-8, or any encoding that writes ASCII in the same bytes.
        most_bytes: an element that is longer comes without its bytes.
    """
    return _Splitter(stream, most_bytes).elements()


class _Splitter:
    def __init__(self, stream: BinaryIO, most_bytes: int) -> None:
        self._stream = stream
        self._most = most_bytes
        self._depth = 0
        self._in_string = False
        self._held: list[bytes] = []
        """Pieces of the element that is open."""
        self._n_held = 0

    def elements(self) -> Iterator[Element]:
        carried = b""
        while piece := self._stream.read(_PIECE_BYTES):
            piece = carried + piece
            # A backslash at the end belongs to what follows.
            n_slashes = len(piece) - len(piece.rstrip(b"\\"))
            carried = b"\\" if n_slashes % 2 else b""
            yield from self._of_piece(piece[: len(piece) - len(carried)])
        if self._depth:
            self._hold(carried)
            left = self._taken(complete=False)
            if (left is not None and left.raw.strip(b" \t\r\n,")) or (left and not left.raw and left.n_bytes):
                yield left

    def _of_piece(self, piece: bytes) -> Iterator[Element]:
        done = position = 0
        if self._in_string:
            match = _REST_OF_STRING.match(piece)
            assert match is not None
            position = match.end()
            self._in_string = not match[1]
        for token in _TOKEN.finditer(piece, position):
            start = token.start()
            byte = piece[start]
            if byte == 0x22:
                self._in_string = not token[1]
            elif byte == 0x7B or byte == 0x5B:
                self._depth += 1
                if self._depth == 1:
                    done = start + 1
                elif self._depth == 2 and (loose := self._loose(piece[done:start])):
                    done = start
                    yield loose
            else:
                self._depth -= 1
                if self._depth == 1:
                    self._hold(piece[done : start + 1])
                    done = start + 1
                    if (whole := self._taken()) is not None:
                        yield whole
                elif self._depth == 0:
                    if loose := self._loose(piece[done:start]):
                        yield loose
                    done = start + 1
        if self._depth:
            self._hold(piece[done:])

    def _loose(self, gap: bytes) -> Element | None:
        """What stands before an element's bracket or the array's end: a comma, or elements that are no containers."""
        if not self._n_held and gap.strip(b" \t\r\n,") == b"":
            return None
        self._hold(gap)
        return self._taken()

    def _hold(self, piece: bytes) -> None:
        if not piece:
            return
        self._n_held += len(piece)
        if self._n_held <= self._most:
            self._held.append(piece)
        else:
            self._held.clear()

    def _taken(self, *, complete: bool = True) -> Element | None:
        n_bytes, raw = self._n_held, b"".join(self._held).strip(b" \t\r\n,")
        self._held, self._n_held = [], 0
        if n_bytes <= self._most and not raw:
            return None
        return Element(raw, n_bytes, complete)
