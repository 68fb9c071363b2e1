"""An httpx transport on aiohttp: it raises httpx's exceptions and needs about a quarter of the CPU of httpx's own."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from functools import partial
from typing import NoReturn

import aiohttp
import httpx
import yarl
from aiohttp.client_proto import ResponseHandler

MAX_HEADER_BYTES = 65_536

# First match wins: the most particular class comes first.
_AS_HTTPX: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
    (aiohttp.ServerTimeoutError, httpx.ReadTimeout),
    (aiohttp.ClientHttpProxyError, httpx.ProxyError),
    (aiohttp.ClientProxyConnectionError, httpx.ProxyError),
    (aiohttp.ClientConnectorError, httpx.ConnectError),
    (aiohttp.ServerDisconnectedError, httpx.RemoteProtocolError),
    (aiohttp.ClientConnectionResetError, httpx.WriteError),
    (aiohttp.ClientOSError, httpx.ReadError),
    (aiohttp.ClientPayloadError, httpx.RemoteProtocolError),
    (aiohttp.ClientResponseError, httpx.RemoteProtocolError),
    (aiohttp.ClientConnectionError, httpx.ReadError),
    (aiohttp.InvalidURL, httpx.UnsupportedProtocol),
    (aiohttp.ClientError, httpx.TransportError),
    (TimeoutError, httpx.ReadTimeout),
    (OSError, httpx.ReadError),
)
_AIOHTTP_ERRORS = (aiohttp.ClientError, OSError)
"""Everything that aiohttp raises about a request; its timeouts are OSErrors, as TimeoutError is."""


def _raise_as_httpx(exc: Exception, request: httpx.Request) -> NoReturn:
    becomes = next(to for known, to in _AS_HTTPX if isinstance(exc, known))
    if isinstance(exc, aiohttp.ClientPayloadError) and isinstance(exc.__cause__, OSError):
        becomes = httpx.ReadError
    raise becomes(_reason(exc), request=request) from exc


def _reason(exc: Exception) -> str:
    """What the system says, without aiohttp's words around it."""
    if isinstance(exc, aiohttp.ClientConnectorCertificateError):
        return str(exc.certificate_error)
    if isinstance(exc, aiohttp.ClientConnectorError):
        return exc.os_error.strerror or str(exc.os_error)
    if isinstance(exc, aiohttp.ClientResponseError):
        # Its status is aiohttp's own invention, and its message is drawn over several lines.
        return " ".join(exc.message.replace("^", "").split())
    return str(exc) or type(exc).__name__


class _AiohttpBody(httpx.AsyncByteStream):
    """A body as aiohttp has it. Not a generator: leaving it early leaves nothing behind to be collected."""

    def __init__(self, response: aiohttp.ClientResponse, request: httpx.Request) -> None:
        self._response = response
        self._content = response.content
        self._request = request

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            chunk = await self._content.readany()
        except _AIOHTTP_ERRORS as exc:
            _raise_as_httpx(exc, self._request)
        if not chunk:
            raise StopAsyncIteration
        return chunk

    async def aclose(self) -> None:
        # close() drops the connection of a body that was not read to its end; at the end it was given back already.
        self._response.close()


class _Protocol(ResponseHandler):
    """aiohttp's own, put right in two places.

    A body that is being read is told of a chunk that cannot be parsed: aiohttp 3.14 leaves its reader waiting. And
    what was never paused is not resumed, which aiohttp does, parser and all, for every chunk that is taken out.
    """

    def resume_reading(self, resume_parser: bool = True) -> None:
        if self._reading_paused:
            super().resume_reading(resume_parser)

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        payload = self._payload
        super().set_exception(exc, *cause)
        if payload is not None and not payload.is_eof() and payload.exception() is None:
            payload.set_exception(aiohttp.ClientPayloadError(str(exc) or type(exc).__name__))


class AiohttpTransport(httpx.AsyncBaseTransport):
    """Made anywhere, used and closed on one loop."""

    def __init__(self, verify: ssl.SSLContext, proxy: str | None, keep_alive_s: float) -> None:
        self._verify = verify
        self._proxy = proxy
        self._keep_alive_s = keep_alive_s
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request as it stands; its body comes as it is read.

        Raises:
            httpx.TransportError: no headers came; the class says why, as with httpx's own transport.
        """
        if self._session is None:
            self._session = self._open()
        connect_s = request.extensions["timeout"]["connect"]
        try:
            response = await self._session.request(
                request.method,
                yarl.URL(str(request.url), encoded=True),
                headers=[(name.decode("ascii"), value.decode("ascii")) for name, value in request.headers.raw],
                data=request.content or None,
                allow_redirects=False,
                # `connect` bounds all of it, looking up the name and TLS included; there is no pool to wait for.
                timeout=aiohttp.ClientTimeout(connect=connect_s),
                proxy=self._proxy,
            )
        except _AIOHTTP_ERRORS as exc:
            _raise_as_httpx(exc, request)
        return httpx.Response(
            response.status,
            headers=response.raw_headers,
            stream=_AiohttpBody(response, request),
            request=request,
        )

    def _open(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=0, ssl=self._verify, keepalive_timeout=self._keep_alive_s)
        connector._factory = partial(_Protocol, loop=asyncio.get_running_loop())  # type: ignore[assignment]
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("user-agent", "accept", "accept-encoding", "content-type"),
            max_field_size=MAX_HEADER_BYTES,
            max_line_size=MAX_HEADER_BYTES,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()


__all__ = ["AiohttpTransport"]
