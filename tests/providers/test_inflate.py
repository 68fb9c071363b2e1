"""Compressed bodies are read within bounds, whatever a few bytes stand for."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator

import pytest

from compare.providers.inflate import MAX_INFLATED_BYTES, InflateError, inflated


def read(*chunks: bytes, encoding: str = "gzip") -> bytes:
    async def came() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    async def whole() -> bytes:
        return b"".join([piece async for piece in inflated(came(), encoding)])

    return asyncio.run(whole())


@pytest.mark.parametrize("size", [1, 2, 7, 64, 10_000])
def test_a_body_comes_out_as_it_was_however_it_is_cut(size: int) -> None:
    body = bytes(range(256)) * 40
    packed = gzip.compress(body)
    assert read(*(packed[i : i + size] for i in range(0, len(packed), size))) == body
    packed = zlib.compress(body)
    assert read(*(packed[i : i + size] for i in range(0, len(packed), size)), encoding="deflate") == body


def test_a_bomb_is_left_at_the_bound() -> None:
    bomb = gzip.compress(b"0" * (MAX_INFLATED_BYTES + 1))
    assert len(bomb) < 100_000
    with pytest.raises(InflateError, match="larger than 67,108,864 bytes"):
        read(bomb)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd"])
def test_what_was_not_asked_for_is_named(encoding: str) -> None:
    with pytest.raises(InflateError, match="which was not asked for"):
        read(b"x", encoding=encoding)
