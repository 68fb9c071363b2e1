"""The HTTP client: the only module that imports httpx and aiohttp, and the seam behind which adapters see neither.

Requests go through an httpx transport: by default one on aiohttp that raises httpx's exceptions and needs about a
quarter of the CPU, by argument httpx's own. Transports are used without httpx.AsyncClient, so there is nothing that
could follow a redirect, keep a cookie or log an address. Limits and timeouts are set on purpose: no cap on connections
and so no waiting for one, a bound on connecting, on the gap between two pieces, and on the whole call.

Whatever fails leaves as a ProviderError whose failure is worded and judged by phase: not connected, sent without an
answer, streaming. An exception's class alone does not tell whether a request was paid for.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl
import urllib.request
from collections.abc import AsyncIterator, Mapping
from functools import cache, lru_cache, partial
from typing import Literal, NoReturn

import aiohttp
import httpx
import yarl
from aiohttp.client_proto import ResponseHandler

from compare.errors import ProviderError
from compare.providers.failures import Call
from compare.providers.inflate import InflateError, inflated
from compare.providers.quirks import Learned
from compare.providers.watch import OutOfTimeError, Watch
from compare.records import FailureKind

Transport = Literal["aiohttp", "httpx"]
Phase = Literal["sending", "streaming"]

_GONE = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
"""How a connection that is no longer there shows when it is used."""

KEEP_ALIVE_S = 30.0
MAX_HEADER_BYTES = 65_536
MAX_BODY_BYTES = 32 * 1024 * 1024
"""Largest body that is read whole."""
MAX_ERROR_BYTES = 64 * 1024
ERROR_BODY_TIMEOUT_S = 5.0
"""An error's words are worth waiting for, but not for long."""
DRAIN_S = 0.05
"""How long to wait after the last event for the body's end, which lets the connection serve again."""


# --- the transport on aiohttp ----------------------------------------------------------------------------------------

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


class _AiohttpTransport(httpx.AsyncBaseTransport):
    def __init__(self, verify: ssl.SSLContext, proxy: str | None) -> None:
        self._verify = verify
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
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
        connector = aiohttp.TCPConnector(limit=0, ssl=self._verify, keepalive_timeout=KEEP_ALIVE_S)
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
        if self._session is not None:
            await self._session.close()


# --- the seam --------------------------------------------------------------------------------------------------------


class HttpResponse:
    """A response whose headers are in and whose body is still to be read."""

    __slots__ = ("_call", "_chunks", "_client", "_watch", "headers", "status")

    def __init__(self, client: HttpClient, call: Call, response: httpx.Response, watch: Watch) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = dict(response.headers.items())
        """Names in lower case."""
        encoding = self.headers.get("content-encoding", "identity").strip().lower()
        stream = response.stream
        assert isinstance(stream, httpx.AsyncByteStream)
        self._chunks = aiter(stream) if encoding in ("", "identity") else inflated(stream, encoding)
        self._client = client
        self._call = call
        self._watch = watch

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
            raise self._client.translated(exc, self._call, "streaming") from exc

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


class HttpClient:
    """One per process and loop; made anywhere, used and closed on one loop."""

    def __init__(
        self, *, transport: Transport = "aiohttp", connect_timeout_s: float = 5.0, read_gap_s: float = 60.0
    ) -> None:
        """Open nothing yet.

        Args:
            transport: what carries the requests.
            connect_timeout_s: bound on looking up the name, connecting and TLS together.
            read_gap_s: bound on the time without a byte, before the headers and between two pieces.
        """
        self._transport = transport
        self._connect_timeout_s = connect_timeout_s
        self._read_gap_s = read_gap_s
        self._transports: dict[str | None, httpx.AsyncBaseTransport] = {}
        """By the address of the proxy; None for direct."""
        self._served: set[bytes] = set()
        """Hosts and ports that have answered, to which a connection may have been kept open."""
        self._verify = _tls()
        self.learned = Learned()
        """What servers refused so far; providers are made per call, the client lasts."""

    @contextlib.asynccontextmanager
    async def open(
        self,
        call: Call,
        headers: Mapping[str, str],
        body: bytes | None = None,
        *,
        spent_s: float = 0.0,
    ) -> AsyncIterator[HttpResponse]:
        """Send a request; when the block ends the response is closed, and its socket unless it can serve again.

        Args:
            call: what is asked, and how long it may take in all.
            headers: those of the wire format, the key among them.
            body: the request's body.
            spent_s: what earlier attempts have used of the call's time.

        Raises:
            ProviderError: nothing came back.
        """
        watch = Watch(max(0.0, call.total_timeout_s - spent_s), self._read_gap_s)
        try:
            response = await self._send(call, headers, body, watch)
            try:
                yield HttpResponse(self, call, response, watch)
            finally:
                await response.aclose()
        finally:
            watch.stop()

    async def aclose(self) -> None:
        """Close every connection."""
        transports, self._transports = list(self._transports.values()), {}
        for transport in transports:
            await transport.aclose()

    async def _send(self, call: Call, headers: Mapping[str, str], body: bytes | None, watch: Watch) -> httpx.Response:
        _check_headers(call, headers)
        # A gateway that compresses a stream may hold pieces back until its buffer is full: ask it not to.
        headers = {"user-agent": "weighbridge", "accept-encoding": "identity", **headers}
        timeout = {"connect": self._connect_timeout_s, "read": None, "write": None, "pool": None}
        try:
            url = _address(call.url)
            request = httpx.Request(call.method, url, headers=headers, content=body, extensions={"timeout": timeout})
            transport = self._transport_to(request.url)
            try:
                response = await watch.wait_for(partial(transport.handle_async_request, request))
            except _GONE:
                if request.url.netloc not in self._served:
                    raise
                # The server closed a connection that it had kept open for us. Nothing was answered, so nothing is
                # repeated; llama.cpp, for one, announces keep-alive and closes after every stream.
                response = await watch.wait_for(partial(transport.handle_async_request, request))
            self._served.add(request.url.netloc)
            return response
        except (OutOfTimeError, httpx.HTTPError, httpx.InvalidURL) as exc:
            raise self.translated(exc, call, "sending") from exc

    def _transport_to(self, url: httpx.URL) -> httpx.AsyncBaseTransport:
        proxy = _proxy_to(url)
        transport = self._transports.get(proxy)
        if transport is None:
            transport = self._transports[proxy] = self._make(proxy)
        return transport

    def _make(self, proxy: str | None) -> httpx.AsyncBaseTransport:
        if self._transport == "aiohttp":
            return _AiohttpTransport(self._verify, proxy)
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=KEEP_ALIVE_S)
        return httpx.AsyncHTTPTransport(verify=self._verify, limits=limits, proxy=proxy)

    def translated(self, exc: Exception, call: Call, phase: Phase) -> ProviderError:
        """The exception as a failure in words."""
        kind, message, retryable = self._described(exc, call, phase)
        return ProviderError(call.failure(kind, message, retryable=retryable))

    def _described(self, exc: Exception, call: Call, phase: Phase) -> tuple[FailureKind, str, bool]:
        host, detail = call.host, str(exc) or type(exc).__name__
        match exc:
            case OutOfTimeError(stalled=False):
                limit = f"{call.total_timeout_s:g} s"
                return "timeout", f"The answer of {call.model} at {host} was not complete within {limit}.", False
            case OutOfTimeError():
                # Not repeated: a model that thinks for long would think as long again, and be paid for again.
                message = f"The server at {host} sent nothing for {self._read_gap_s:g} s; the call was given up."
                return "timeout", message, False
            case httpx.InvalidURL() | httpx.UnsupportedProtocol():
                return "bad_request", f"base_url makes {call.url!r}, which cannot be asked: {detail}.", False
            case httpx.ConnectTimeout():
                wait = f"{self._connect_timeout_s:g} s"
                return "connection", f"{host} did not accept a connection within {wait}; can it be reached?", True
            case httpx.ProxyError():
                return "connection", f"The proxy on the way to {host} failed: {detail}.", True
            case httpx.ConnectError() if "certificate" in detail.lower():
                advice = "if it is your own, name the file of its authority in SSL_CERT_FILE"
                return "connection", f"The certificate of {host} is not trusted ({detail}); {advice}.", False
            case httpx.ConnectError():
                return "connection", f"Nothing answers at {host}; is the server running? ({detail})", True
            case InflateError():
                return "protocol", f"The server at {host} sent a compressed body that cannot be read: {detail}.", False
        if phase == "streaming":
            return "truncated", f"The connection to {host} broke before the answer was complete ({detail}).", True
        if isinstance(exc, httpx.RemoteProtocolError) and "disconnected" not in detail.lower():
            return "protocol", f"What came from {host} is no HTTP answer ({detail}); check base_url.", False
        # Repeated: an idle connection that the server has closed meanwhile fails in just this way.
        return "connection", f"The server at {host} closed the connection without an answer ({detail}).", True


@cache
def _tls() -> ssl.SSLContext:
    """The certificates to trust. Made with the first client: it takes some 25 ms, which no call's times should show."""
    return httpx.create_ssl_context()


def _check_headers(call: Call, headers: Mapping[str, str]) -> None:
    """Refuse what no header can carry before a library does, with the key in its message."""
    for value in headers.values():
        if not (value.isascii() and value.isprintable()):
            where = call.key_env or "the key"
            message = f"{where} holds characters that no header can carry (a line break, an accent?); set it again."
            raise ProviderError(call.failure("auth", message))


@lru_cache(maxsize=256)
def _address(text: str) -> httpx.URL:
    """The address of a call, which most calls share with the one before.

    Raises:
        httpx.InvalidURL: no request can go there.
    """
    url = httpx.URL(text)
    if url.scheme not in ("http", "https") or not url.host:
        raise httpx.InvalidURL("it must begin with http:// or https:// and name a host")
    if url.port is not None and not 0 < url.port < 65_536:
        raise httpx.InvalidURL(f"port {url.port} is beyond 65535")
    try:
        url.raw_host.decode("ascii").encode("idna")
    except UnicodeError as exc:
        raise httpx.InvalidURL(f"{url.host} is no name of a host") from exc
    if url.userinfo:
        raise httpx.InvalidURL("it holds a user name or password; put the key into a variable and name it")
    return url


def _proxy_to(url: httpx.URL) -> str | None:
    """The proxy that the environment names for this address; never one for a loopback address."""
    if _is_loopback(url.host) or urllib.request.proxy_bypass(f"{url.host}:{url.port}" if url.port else url.host):
        return None
    proxies = urllib.request.getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy:
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if not proxy.startswith(("http://", "https://")):
        raise httpx.ProxyError(f"{proxy.partition('://')[0]} proxies are not supported, only http and https")
    return proxy


@lru_cache(maxsize=256)
def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


__all__ = ["HttpClient", "HttpResponse", "Transport"]
