"""How the tests of every wire format feed its reader: in pieces of every size, over a socket, or with nonsense."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Protocol

import pytest

from compare.errors import ProviderError
from compare.providers.reply import Piece, Reply
from compare.records import ChatResult, ProviderFailure

SIZES = (1, 2, 7, 64, None)
"""Bytes per chunk; None is the whole body at once."""
by_size = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size or 'all'} bytes")
HearAll = Callable[..., None]
"""The fixture `hear_all` of conftest.py."""
by_transport = pytest.mark.parametrize("transport", ["aiohttp", "httpx"])


class Reader(Protocol):
    """What the readers of all formats have in common."""

    @property
    def ended(self) -> bool: ...

    def feed(self, data: bytes) -> None: ...

    def close(self) -> None: ...

    def cut(self, failure: ProviderFailure) -> None: ...


def read_in_pieces(reader: Reader, reply: Reply, body: bytes, size: int | None) -> ChatResult:
    """The result of a body that arrives in pieces of a size; its texts are what the deltas joined give."""
    step = size or len(body)
    pieces: list[Piece] = []
    for start in range(0, len(body), step):
        reader.feed(body[start : start + step])
        pieces += reply.take()
        if reader.ended:
            break
    else:
        reader.close()
        pieces += reply.take()
    return _joined(reply, pieces)


def read_anything(reader: Reader, reply: Reply, events: Iterable[bytes]) -> ChatResult:
    """The result after events of any content; it always comes and keeps the rules that every result keeps."""
    pieces: list[Piece] = []
    try:
        for event in events:
            if not reader.ended:
                reader.feed(event)
                pieces += reply.take()
        if not reader.ended:
            reader.close()
    except ProviderError as exc:
        reader.cut(exc.failure)
    if not reader.ended:
        reader.cut(ProviderFailure("protocol", "nothing came"))
    result = _joined(reply, pieces)
    assert (result.failure is not None) == (result.finish == "error")
    (result.text + result.reasoning).encode()
    json.dumps(result.usage.raw)
    return result


def _joined(reply: Reply, pieces: list[Piece]) -> ChatResult:
    result = reply.result({})
    pieces += reply.take()
    assert "".join(piece.text for piece in pieces if not piece.is_reasoning) == result.text
    assert "".join(piece.text for piece in pieces if piece.is_reasoning) == result.reasoning
    return result
