"""How a request of any wire format is worded, and worded anew when the server refuses one of its parameters.

A format says what it would send as a Draft, with its parameters under flat names ("reasoning.effort"); what servers
have refused so far is left out or renamed here, with a warning for the reader of the answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import orjson

from compare.errors import ProviderError
from compare.providers.errorbody import parse_json
from compare.providers.exchange import Asked, Reader
from compare.providers.failures import Call
from compare.providers.quirks import DROPPABLE, UNMISTAKABLE, Change, Learned
from compare.providers.reply import Reply
from compare.records import ProviderFailure

if TYPE_CHECKING:
    from compare.providers.http import HttpClient


@dataclass(frozen=True, slots=True)
class Draft:
    """One request as its wire format would have it."""

    headers: Mapping[str, str]
    params: Mapping[str, Any]
    """Everything in the body but the conversation; a dot in a name stands for an object in an object."""
    conversation: Mapping[str, Any]
    """The rest of the body: messages, system prompt."""
    reader: Callable[[Reply], Reader]
    renames: Mapping[str, str] = field(default_factory=dict)
    """Other names of parameters at other servers of this format, tried before one is dropped."""
    warnings: tuple[str, ...] = ()
    """What had to be changed about the request, in sentences."""


class Asking:
    """exchange.Format: one request, and what its server is known to refuse."""

    def __init__(self, learned: Learned, base_url: str, call: Call, draft: Draft) -> None:
        self._learned = learned
        self._server = (base_url, call.model)
        self._call = call
        self._draft = draft
        self._sent: dict[str, Any] = {}
        self._asked_again = False

    def ask(self) -> Asked:
        """The request without what is known to be refused."""
        reply = Reply(self._call)
        for warning in self._draft.warnings:
            reply.warn(warning)
        params = dict(self._draft.params)
        for change in self._learned.about(*self._server):
            if change.name in params:
                value = params.pop(change.name)
                if change.becomes:
                    params[change.becomes] = value
                reply.warn(_warning(change, value))
        if self._asked_again:
            reply.warn("It was asked again for this answer, whose times include the refused request.")
        self._sent = params
        nested = nest(params)
        body = encode({**nested, **self._draft.conversation})
        return Asked(self._draft.headers, body, nested, reply, self._draft.reader(reply))

    def adapt(self, failure: ProviderFailure) -> bool:
        """Remember a refused parameter; whether there was one that can be changed."""
        name = _refused_of(self._sent, failure)
        if name is None:
            return False
        # What is known of the server already was not known when this request went out: another call has learned it.
        refused = {change.name for change in self._learned.about(*self._server)}
        if name not in refused:
            becomes = self._draft.renames.get(name)
            self._learned.remember(*self._server, Change(name, None if becomes in refused else becomes))
        self._asked_again = True
        return True


def nest(params: Mapping[str, Any]) -> dict[str, Any]:
    """Flat names as objects: {"a.b": 1} becomes {"a": {"b": 1}}."""
    nested: dict[str, Any] = {}
    for name, value in params.items():
        *path, last = name.split(".")
        inner = nested
        for step in path:
            inner = inner.setdefault(step, {})
        inner[last] = value
    return nested


def encode(value: Mapping[str, Any]) -> bytes:
    """A body as JSON."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        # Half a surrogate pair in a message, which only the escapes of the standard library can carry.
        return json.dumps(value).encode()


def join(base_url: str, path: str) -> str:
    """The address below base_url; a query of its own (an api-version) stays at the end."""
    try:
        parts = urlsplit(base_url.strip())
    except ValueError:
        return f"{base_url}/{path}"  # unreadable; the HTTP client says so
    return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/{path}", parts.query, ""))


async def fetch_json(client: HttpClient, call: Call, headers: Mapping[str, str], body: bytes | None = None) -> Any:
    """The JSON value that a short request is answered with.

    Raises:
        ProviderError: the server cannot be reached, refuses, or answers with something else.
    """
    async with client.open(call, headers, body) as response:
        if response.status != 200:
            raise ProviderError(call.refused(response.status, response.headers, await response.read_error()))
        answer = await response.read()
    try:
        return parse_json(answer)
    except ValueError:
        raise ProviderError(call.not_a_model_server(200, answer.decode("utf-8", "replace"))) from None


def _refused_of(sent: Mapping[str, Any], failure: ProviderFailure) -> str | None:
    """Which of the parameters sent the server does not take; None where the failure is about something else."""
    if failure.kind != "unsupported_param":
        return None
    for name in sent:
        if failure.param in (name, _last(name)) and _is_droppable(name):
            return name
    # A complaint about an object is about what we put into it.
    inside = (name for name in sent if failure.param and name.startswith(f"{failure.param}.") and _is_droppable(name))
    named = (name for name in sent if _last(name) in UNMISTAKABLE and re.search(rf"\b{_last(name)}\b", failure.message))
    return next(inside, None) or next(named, None)


def _is_droppable(name: str) -> bool:
    return name in DROPPABLE or _last(name) in DROPPABLE


def _last(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def _warning(change: Change, value: object) -> str:
    shown = f"{change.name}={value}" if not isinstance(value, dict) else change.name
    done = f"it was sent as {change.becomes}" if change.becomes else "it was left out"
    return f"The server does not take {shown}: {done}."


__all__ = ["Asking", "Draft", "encode", "fetch_json", "join", "nest"]
