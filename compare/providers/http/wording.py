"""What went wrong on the way, judged by phase and in words: not connected, sent without an answer, streaming.

An exception's class alone does not tell whether a request was paid for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import httpx

from compare.errors import ProviderError
from compare.providers.failures import Call
from compare.providers.inflate import InflateError
from compare.providers.watch import OutOfTimeError
from compare.records import FailureKind

Phase = Literal["sending", "streaming"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a client waits; what a whole call may take is the call's own."""

    connect_timeout_s: float
    """On looking up the name, connecting and TLS together."""
    read_gap_s: float
    """On the time without a byte, before the headers and between two pieces."""


def translated(exc: Exception, call: Call, phase: Phase, bounds: Bounds) -> ProviderError:
    """The exception as a failure in words."""
    kind, message, retryable = _described(exc, call, phase, bounds)
    return ProviderError(call.failure(kind, message, retryable=retryable))


def _described(exc: Exception, call: Call, phase: Phase, bounds: Bounds) -> tuple[FailureKind, str, bool]:
    host, detail = call.host, str(exc) or type(exc).__name__
    match exc:
        case OutOfTimeError(stalled=False):
            limit = f"{call.total_timeout_s:g} s"
            return "timeout", f"The answer of {call.model} at {host} was not complete within {limit}.", False
        case OutOfTimeError():
            # Not repeated: a model that thinks for long would think as long again, and be paid for again.
            message = f"The server at {host} sent nothing for {bounds.read_gap_s:g} s; the call was given up."
            return "timeout", message, False
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return "bad_request", f"base_url makes {call.url!r}, which cannot be asked: {detail}.", False
        case httpx.ConnectTimeout():
            wait = f"{bounds.connect_timeout_s:g} s"
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


__all__ = ["Bounds", "translated"]
