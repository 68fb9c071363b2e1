"""What every wire format shares: the request as it comes, how it is refused, what was asked, how an answer is written.

A format is one object (Format) that reads a body into an Ask and makes a Writer for the reply; serve.py does all the
rest, which is the same in every format: recording, answering in a thread, faults, pace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import orjson
from starlette.requests import Request
from starlette.responses import Response

from compare.sim.demands import Target
from compare.sim.faults import Fault
from compare.sim.reply import Reply, SimRequest

_KEY_HEADERS = ("x-api-key", "x-goog-api-key", "api-key")


class RefusedError(Exception):
    """A request that is refused; each format puts it into its own error object."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        """Make it.

        Args:
            status: of the response.
            message: a sentence for the client.
            param: the field that is wrong, where the format can say so.
            code: the vendor's word for it, where the format has one.
            retry_after_s: when to come back, with 429.
        """
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request without its body."""

    path: str
    named: Mapping[str, str]
    """The named parts of the path."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""

    @classmethod
    def of(cls, request: Request) -> Incoming:
        """Taken from a request."""
        headers = {k.lower(): v for k, v in request.headers.items()}
        return cls(request.url.path, dict(request.path_params), dict(request.query_params), headers)

    @property
    def key(self) -> str:
        """The key that was sent, in whichever header; empty if none was."""
        bearer = self.headers.get("authorization", "").removeprefix("Bearer ").strip()
        return bearer or next((self.headers[h] for h in _KEY_HEADERS if h in self.headers), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A valid request; formats add what only they need to write the answer."""

    sim: SimRequest
    target: Target
    stream: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer, before a format gives them its own names and meanings."""

    prompt: int
    """Those from a cache included."""
    cached: int
    completion: int
    """Thoughts included."""
    thinking: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.prompt + self.completion


def usage_of(reply: Reply, fault: Fault) -> Usage | None:
    """What an answer reports; None where a fault leaves it out."""
    if fault.kind == "no_usage":
        return None
    cached = reply.prompt_tokens // 2 if fault.kind == "cached" else 0
    return Usage(reply.prompt_tokens, cached, reply.completion_tokens, reply.thinking_tokens)


class Writer(Protocol):
    """Writes one answer. The parts of a stream are asked for in order; what is empty is not sent."""

    media_type: str
    """Of the stream."""

    def whole(self) -> Mapping[str, Any]:
        """The answer as one JSON object."""
        ...

    def opening(self) -> bytes:
        """What comes before any text."""
        ...

    def thought(self, text: str) -> bytes:
        """A piece of the thoughts."""
        ...

    def text(self, text: str) -> bytes:
        """A piece of the text."""
        ...

    def ending(self) -> bytes:
        """Why it ended, the usage, and the mark that ends a stream."""
        ...

    def failing(self, message: str) -> bytes:
        """An error in place of the ending."""
        ...


AskT = TypeVar("AskT", bound=Ask)


class Format(Protocol[AskT]):
    """One wire format."""

    def read(self, call: Incoming, body: Mapping[str, Any]) -> AskT:
        """The request that a body makes.

        Raises:
            RefusedError: it is not valid in this format; the message names the field.
        """
        ...

    def write(self, ask: AskT, reply: Reply, usage: Usage | None) -> Writer:
        """A writer for the reply to it; without usage it reports none."""
        ...

    def refused(self, refusal: RefusedError, call: Incoming) -> Response:
        """A refusal as the vendor sends it."""
        ...

    def headers(self) -> dict[str, str]:
        """The headers of an answer."""
        ...


class Slot:
    """An event of which only one text differs from one piece to the next: everything around it is written once."""

    _MARK = "\ue000"

    def __init__(self, event: Callable[[str], bytes]) -> None:
        before, after = event(self._MARK).split(self._MARK.encode())
        self._before, self._after = before[:-1], after[1:]

    def filled(self, text: str) -> bytes:
        """The event with this text."""
        return self._before + orjson.dumps(text) + self._after


def parsed(raw: bytes) -> dict[str, Any]:
    """The body as an object.

    Raises:
        RefusedError: 400, it is no JSON object.
    """
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as exc:
        raise RefusedError(400, f"The body of your request is not valid JSON: {exc}.") from exc
    if not isinstance(body, dict):
        raise RefusedError(400, f"The body of your request must be a JSON object, not {kind_of(body)}.")
    return body


def kind_of(value: object) -> str:
    """A JSON value's type with its article, for error messages."""
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def seed_in(metadata: object, name: str) -> int:
    """The seed at the end of a word in a request's metadata, for formats without a field of its own; else 0."""
    word = metadata.get(name) if isinstance(metadata, dict) else None
    digits = word.rpartition("-")[2] if isinstance(word, str) else ""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0


def is_whole_number(value: object) -> bool:
    """Whether a JSON value is an integer; true and false are not."""
    return isinstance(value, int) and not isinstance(value, bool)


def json_response(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """One JSON document."""
    return Response(orjson.dumps(value), status, dict(headers or {}), "application/json")


__all__ = [
    "Ask",
    "AskT",
    "Format",
    "Incoming",
    "RefusedError",
    "Slot",
    "Usage",
    "Writer",
    "is_whole_number",
    "json_response",
    "kind_of",
    "parsed",
    "usage_of",
]
