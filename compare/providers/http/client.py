"""The HTTP client: sends one request and hands over its response, through aiohttp or httpx's own transport."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator, Mapping
from functools import cache, lru_cache, partial
from typing import Literal

import httpx

from compare.errors import ProviderError
from compare.providers.failures import Call
from compare.providers.http.over_aiohttp import AiohttpTransport
from compare.providers.http.proxies import proxy_to
from compare.providers.http.response import HttpResponse
from compare.providers.http.wording import Bounds, translated
from compare.providers.quirks import Learned
from compare.providers.watch import OutOfTimeError, Watch

Transport = Literal["aiohttp", "httpx"]

KEEP_ALIVE_S = 30.0
_GONE = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
"""How a connection that is no longer there shows when it is used."""


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
        self._bounds = Bounds(connect_timeout_s, read_gap_s)
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
        watch = Watch(max(0.0, call.total_timeout_s - spent_s), self._bounds.read_gap_s)
        try:
            response = await self._send(call, headers, body, watch)
            try:
                yield HttpResponse(call, response, watch, self._bounds)
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
        timeout = {"connect": self._bounds.connect_timeout_s, "read": None, "write": None, "pool": None}
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
            raise translated(exc, call, "sending", self._bounds) from exc

    def _transport_to(self, url: httpx.URL) -> httpx.AsyncBaseTransport:
        proxy = proxy_to(url)
        transport = self._transports.get(proxy)
        if transport is None:
            transport = self._transports[proxy] = self._make(proxy)
        return transport

    def _make(self, proxy: str | None) -> httpx.AsyncBaseTransport:
        if self._transport == "aiohttp":
            return AiohttpTransport(self._verify, proxy, KEEP_ALIVE_S)
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=KEEP_ALIVE_S)
        return httpx.AsyncHTTPTransport(verify=self._verify, limits=limits, proxy=proxy)


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


__all__ = ["HttpClient", "Transport"]
