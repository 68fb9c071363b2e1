"""Reading what a server says went wrong, in whatever shape it says it.

Known shapes: {"error": {...}} with code as text, number or null; the same inside a one-element list; {"error": "text"};
{"message"} and {"detail"} alone; validation lists with a path to the field; a message that is itself JSON; an SSE body
under an error status; HTML from a gateway; nothing at all.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from typing import Any

import orjson

from compare.errors import ProviderError
from compare.providers.sse import SSEDecoder

_MAX_TEXT_CHARS = 20_000


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error as the server words it."""

    message: str
    type: str | None = None
    code: str | None = None
    param: str | None = None
    status: int | None = None
    """A status named inside the body; the only one there is when an error comes after status 200."""
    readable: bool = True
    """False where the body is no error object; `message` then holds its text."""

    def __post_init__(self) -> None:
        """Cut what is beyond reading: megabytes would go through every pattern that finds out what is meant."""
        for name in ("message", "type", "code", "param"):
            text = getattr(self, name)
            if isinstance(text, str) and len(text) > _MAX_TEXT_CHARS:
                object.__setattr__(self, name, text[:_MAX_TEXT_CHARS])

    retry_after_s: float | None = None
    """How long the body asks to wait, as Google's do."""


def parse_json(text: str | bytes) -> Any:
    """The JSON value, also where it holds NaN or halves of surrogate pairs, which strict parsers refuse.

    Raises:
        ValueError: the text is not JSON.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig", "replace")
        try:
            return json.loads(text, strict=False)
        except RecursionError as exc:
            raise ValueError("the JSON is nested too deeply") from exc


def read_complaint(body: bytes) -> Complaint:
    """What an error body says; unreadable bodies give their text without markup."""
    text = body.decode("utf-8", "replace").strip()
    try:
        value = parse_json(text)
    except ValueError:
        return _from_sse(body) or Complaint(_plain(text), readable=False)
    return complaint_of(value) or Complaint(_plain(text), readable=False)


def complaint_of(value: object) -> Complaint | None:
    """The complaint in a parsed error body or stream chunk; None where it holds none."""
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, dict):
        return None
    error = value.get("error")
    if isinstance(error, dict):
        return _from_object(error)
    if isinstance(error, str) and error:
        return Complaint(error, type=_text(value.get("type")), code=_text(value.get("code")), status=_status(value))
    if "message" in value or "detail" in value or "msg" in value:
        return _from_object(value)
    errors = value.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    return _from_object(first) if isinstance(first, dict) else Complaint(first) if isinstance(first, str) else None


def _from_object(error: dict[str, Any]) -> Complaint:
    said = next((error[k] for k in ("message", "detail", "msg") if error.get(k)), "")
    message, kind, param = _validation(said)
    upstream = error.get("metadata")
    if isinstance(upstream, dict) and upstream.get("raw"):
        # OpenRouter says only "Provider returned error"; the reason stands here.
        message = f"{message} ({_text(upstream.get('provider_name')) or 'upstream'}: {as_text(upstream['raw'])})"
    return Complaint(
        message or as_text(error),
        type=kind or _text(error.get("type")) or _text(error.get("status")),
        code=_text(error.get("code")) or _text(_error_code(error.get("details"))),
        param=param or _text(error.get("param")),
        status=_status(error),
        retry_after_s=_retry_after_s(error.get("details")),
    )


def _validation(said: object) -> tuple[str, str | None, str | None]:
    """Message, type and field of what may be a validation report: a list of {loc, msg, type}, also below "detail"."""
    if isinstance(said, str) and said[:1] in "{[":
        try:
            said = parse_json(said)
        except ValueError:
            return str(said), None, None
    if isinstance(said, dict):
        said = said.get("detail") or said.get("message") or said
    if not isinstance(said, list):
        return as_text(said), None, None
    lines, kind, param = [], None, None
    for item in said:
        if not isinstance(item, dict):
            lines.append(as_text(item))
            continue
        path = item.get("loc")
        where = [str(part) for part in path if isinstance(part, str | int)] if isinstance(path, list) else []
        where = where[1:] if where[:1] == ["body"] else where
        lines.append(
            f"{'.'.join(where)}: {as_text(item.get('msg') or item)}" if where else as_text(item.get("msg") or item)
        )
        kind = kind or _text(item.get("type"))
        param = param or (where[0] if where else None)
    return "; ".join(lines), kind, param


def _from_sse(body: bytes) -> Complaint | None:
    decoder = SSEDecoder()
    try:
        events = decoder.feed(body) + decoder.flush()
    except ProviderError:
        return None
    for _, data in events:
        try:
            found = complaint_of(parse_json(data))
        except ValueError:
            continue
        if found:
            return found
    return None


_MAX_HTML_CHARS = 8000
"""Titles and headings come early; the expressions below are slow on long hostile text."""
_INVISIBLE = re.compile(r"<(script|style|head|title)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def _plain(text: str) -> str:
    """The words of an HTML page, its title first; any other text as it is."""
    if "<" not in text[:200]:
        return text
    text = text[:_MAX_HTML_CHARS]
    title = _TITLE.search(text)
    words = _TAG.sub(" ", _INVISIBLE.sub(" ", text))
    return " ".join(html.unescape(f"{title[1] if title else ''} {words}").split())


def as_text(value: object) -> str:
    """A text as it is, any other value as JSON."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "(a deeply nested value)"


def _text(value: object) -> str | None:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) and value != "" else None


def _status(error: dict[str, Any]) -> int | None:
    for name in ("status_code", "code", "status"):
        value = error.get(name)
        if isinstance(value, str) and value.isdecimal():
            value = int(value[:9])
        if isinstance(value, int) and not isinstance(value, bool) and 400 <= value < 600:
            return value
    return None


def _error_code(details: object) -> object:
    """What Anthropic puts into an object of details, where the code itself has no place."""
    return details.get("error_code") if isinstance(details, dict) else None


def _retry_after_s(details: object) -> float | None:
    """The "7s" in a google.rpc.RetryInfo among the details of an error."""
    for detail in details if isinstance(details, list) else []:
        delay = detail.get("retryDelay") if isinstance(detail, dict) else None
        if isinstance(delay, str) and (found := re.fullmatch(r"(\d{1,9}(?:\.\d+)?)s", delay, re.ASCII)):
            return float(found[1])
    return None


__all__ = ["Complaint", "as_text", "complaint_of", "parse_json", "read_complaint"]
