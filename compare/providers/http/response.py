"""A response as adapters see it: status, headers, and a body that is read piece by piece, whole, or as an error's."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping

import httpx

from compare.errors import ProviderError
from compare.providers.failures import Call
from compare.providers.http.wording import Bounds, translated
from compare.providers.inflate import InflateError, inflated
from compare.providers.watch import OutOfTimeError, Watch

MAX_BODY_BYTES = 32 * 1024 * 1024
"""Largest body that is read whole."""
MAX_ERROR_BYTES = 64 * 1024
ERROR_BODY_TIMEOUT_S = 5.0
"""An error's words are worth waiting for, but not for long."""
DRAIN_S = 0.05
"""How long to wait after the last event for the body's end, which lets the connection serve again."""


class HttpResponse:
    """A response whose headers are in and whose body is still to be read."""

    __slots__ = ("_bounds", "_call", "_chunks", "_watch", "headers", "status")

    def __init__(self, call: Call, response: httpx.Response, watch: Watch, bounds: Bounds) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = dict(response.headers.items())
        """Names in lower case."""
        encoding = self.headers.get("content-encoding", "identity").strip().lower()
        stream = response.stream
        assert isinstance(stream, httpx.AsyncByteStream)
        self._chunks = aiter(stream) if encoding in ("", "identity") else inflated(stream, encoding)
        self._call = call
        self._watch = watch
        self._bounds = bounds

    async def next_chunk(self) -> bytes:
        """The next bytes of the body, decompressed; empty at its end.

        Raises:
            ProviderError: the connection broke (kind "truncated"), stalled or met the deadline (kind "timeout").
        """
        try:
            while True:
                if chunk := await self._watch.wait_for(self._chunks.__anext__):
                    return chunk
        except StopAsyncIteration:
            return b""
        except (OutOfTimeError, httpx.HTTPError, InflateError) as exc:
            raise translated(exc, self._call, "streaming", self._bounds) from exc

    async def read(self, limit: int = MAX_BODY_BYTES) -> bytes:
        """The whole body.

        Raises:
            ProviderError: as next_chunk, or the body is larger than `limit` bytes (kind "protocol").
        """
        parts: list[bytes] = []
        size = 0
        while chunk := await self.next_chunk():
            size += len(chunk)
            if size > limit:
                message = f"The server at {self._call.host} sent more than {limit:,} bytes; that is no answer."
                raise ProviderError(self._call.failure("protocol", message))
            parts.append(chunk)
        return b"".join(parts)

    async def read_error(self) -> bytes:
        """As much of an error's body as comes in time; a body that breaks off is still worth reading."""
        parts: list[bytes] = []
        size = 0
        with contextlib.suppress(TimeoutError, ProviderError):
            async with asyncio.timeout(ERROR_BODY_TIMEOUT_S):
                while size < MAX_ERROR_BYTES and (chunk := await self.next_chunk()):
                    parts.append(chunk)
                    size += len(chunk)
        return b"".join(parts)[:MAX_ERROR_BYTES]

    async def drain(self) -> None:
        """Wait a moment for the body's end after its last event, so that the connection can serve again."""
        with contextlib.suppress(TimeoutError, ProviderError):
            async with asyncio.timeout(DRAIN_S):
                while await self.next_chunk():
                    pass


__all__ = ["MAX_BODY_BYTES", "HttpResponse"]
