"""Compressed bodies, which we never ask for, read within bounds: a few kilobytes can stand for gigabytes."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable, AsyncIterator

MAX_INFLATED_BYTES = 64 * 1024 * 1024
_AT_ONCE = 1024 * 1024
_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class InflateError(ValueError):
    """The body is compressed in another way, is broken, or is too large; the message says which."""


async def inflated(chunks: AsyncIterable[bytes], encoding: str) -> AsyncIterator[bytes]:
    """The body's bytes as they were before they were compressed, a megabyte at the most at a time.

    Raises:
        InflateError: on the first chunk that shows it.
    """
    if encoding not in _WINDOW_BITS:
        raise InflateError(f"it is encoded as {encoding[:40]!r}, which was not asked for")
    inflater = zlib.decompressobj(_WINDOW_BITS[encoding])
    size = 0
    async for chunk in chunks:
        while chunk:
            try:
                piece = inflater.decompress(chunk, _AT_ONCE)
            except zlib.error as exc:
                raise InflateError(str(exc)) from exc
            size += len(piece)
            if size > MAX_INFLATED_BYTES:
                raise InflateError(f"it is larger than {MAX_INFLATED_BYTES:,} bytes")
            chunk = inflater.unconsumed_tail
            if piece:
                yield piece
