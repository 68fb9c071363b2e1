"""How a request of any wire format is worded, and worded anew when the server refuses one of its parameters.

A format says what it would send as a Draft, with its parameters under flat names ("reasoning.effort"); what servers
have refused so far is left out or renamed here, with a warning for the reader of the answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode, urlsplit, urlunsplit

import orjson

from compare.errors import ProviderError
from compare.providers.errorbody import as_text, parse_json
from compare.providers.exchange import Asked, Reader
from compare.providers.failures import Call
from compare.providers.quirks import DROPPABLE, UNMISTAKABLE, Change, Learned
from compare.providers.reply import Reply
from compare.providers.tokencounts import count
from compare.records import ChatRequest, ProviderFailure

if TYPE_CHECKING:
    from compare.providers.http import HttpClient

JSON_HEADERS = {"content-type": "application/json", "accept": "text/event-stream, application/json"}
SIDE_CALL_TIMEOUT_S = 30.0
"""Bound on a list of models and on a count of tokens."""


class Refusal(NamedTuple):
    """A sentence by which a server refuses a parameter."""

    pattern: re.Pattern[str]
    param: str | None
    """The parameter; None where the pattern's first group names it."""


class LeftOut(NamedTuple):
    """A setting that was chosen and is not sent, because this server or this format does not take it."""

    setting: str
    """The field of records.Settings."""
    why: str
    """A sentence without its full stop."""
    done: str = "it was left out"

    @property
    def sentence(self) -> str:
        """For the reader of the answer."""
        return f"{self.why}: {self.done}."


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
    refusals: tuple[Refusal, ...] = ()
    """How servers of this format word it that they do not take a parameter, where no field of an error names it."""
    required: tuple[str, ...] = ()
    """Parameters that this format cannot do without, though others can."""
    warnings: tuple[str, ...] = ()
    """What had to be changed about the request, in sentences."""
    left_out: tuple[LeftOut, ...] = ()
    """Settings that `params` does not hold, though they were chosen."""


class Worded(NamedTuple):
    """The parameters of a draft as one server takes them."""

    params: dict[str, Any]
    """Under flat names, as in Draft."""
    warnings: tuple[str, ...]
    """What was left out or renamed, in sentences."""


def worded(draft: Draft, refused: Sequence[Change]) -> Worded:
    """What goes out of a draft, given what the server has refused so far, in that order."""
    params, warnings = dict(draft.params), [*draft.warnings, *(one.sentence for one in draft.left_out)]
    for change in refused:
        if change.name in params:
            value = params.pop(change.name)
            if change.becomes:
                params[change.becomes] = value
            warnings.append(_warning(change, value))
    return Worded(params, tuple(warnings))


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
        params, warnings = worded(self._draft, self._learned.about(*self._server))
        for warning in warnings:
            reply.warn(warning)
        if self._asked_again:
            reply.warn("It was asked again for this answer, whose times include the refused request.")
        self._sent = params
        nested = nest(params)
        body = encode({**nested, **self._draft.conversation})
        return Asked(self._draft.headers, body, nested, reply, self._draft.reader(reply))

    def adapt(self, failure: ProviderFailure) -> bool:
        """Remember a refused parameter; whether there was one that can be changed."""
        if failure.param in self._draft.required:
            return False
        name = _refused_of(self._sent, self._with_param(failure))
        if name is None:
            return False
        # What is known of the server already was not known when this request went out: another call has learned it.
        refused = {change.name for change in self._learned.about(*self._server)}
        if name not in refused:
            becomes = self._draft.renames.get(name)
            self._learned.remember(*self._server, Change(name, None if becomes in refused else becomes))
        self._asked_again = True
        return True

    def _with_param(self, failure: ProviderFailure) -> ProviderFailure:
        """The failure with the parameter that only its sentence names."""
        if failure.kind in ("bad_request", "unsupported_param"):
            for pattern, param in self._draft.refusals:
                if found := pattern.search(failure.message):
                    return replace(failure, kind="unsupported_param", param=param or found[1])
        return failure


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


def join(base_url: str, path: str, query: Mapping[str, object] | None = None) -> str:
    """The address below base_url; a query of its own (an api-version) stays at the end, before what is asked for."""
    try:
        parts = urlsplit(base_url.strip())
    except ValueError:
        return f"{base_url}/{path}"  # unreadable; the HTTP client says so
    queries = "&".join(filter(None, (parts.query, urlencode(query or {}))))
    return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/{path}", queries, ""))


def call_for(request: ChatRequest, url: str, api_key: str | None, *, is_side_call: bool = False) -> Call:
    """A call to the model of a request; a side call is one that no model has to think about."""
    model = request.model
    timeout_s = min(request.total_timeout_s, SIDE_CALL_TIMEOUT_S) if is_side_call else request.total_timeout_s
    return Call(url, model.model, model.api_key_env, api_key, total_timeout_s=timeout_s)


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


async def fetch_count(client: HttpClient, call: Call, headers: Mapping[str, str], body: bytes, name: str) -> int:
    """The count of tokens that a short request is answered with, in the field `name`.

    Raises:
        ProviderError: as fetch_json.
    """
    value = await fetch_json(client, call, headers, body)
    counted = count(value, name) if isinstance(value, dict) else None
    if counted is None:
        raise ProviderError(call.not_a_model_server(200, as_text(value)))
    return counted


def _refused_of(sent: Mapping[str, Any], failure: ProviderFailure) -> str | None:
    """Which of the parameters sent the server does not take; None where the failure is about something else."""
    if failure.kind != "unsupported_param":
        return None
    for name in sent:
        if failure.param in (name, _last(name)) and _is_droppable(name):
            return name
    # A complaint about an object is about what we put into it.
    inside = (name for name in sent if failure.param and f".{failure.param}." in f".{name}" and _is_droppable(name))
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


__all__ = [
    "JSON_HEADERS",
    "SIDE_CALL_TIMEOUT_S",
    "Asking",
    "Draft",
    "LeftOut",
    "Refusal",
    "Worded",
    "call_for",
    "encode",
    "fetch_count",
    "fetch_json",
    "join",
    "nest",
    "worded",
]
