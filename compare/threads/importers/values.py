"""Values of foreign records: numbers, times and texts that may be missing, of another type, or absurd.

A number that cannot be right (a negative time, more tokens than anybody has) is taken as not known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from compare.records import Finish

_MOST_TOKENS = 10**12
_MOST_MS = 1000.0 * 3600 * 24 * 30
_FINISHES: dict[str, Finish] = {
    "stop": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "completed": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "refusal": "content_filter",
    "tool_calls": "tool",
    "tool_call": "tool",
    "tool_use": "tool",
    "function_call": "tool",
    "error": "error",
}


def kind(value: Any) -> str:
    """What a value is, for a sentence."""
    names = {dict: "an object", list: "a list", str: "text", type(None): "null", bool: "true or false"}
    return names.get(type(value), "a number")


def mapping(value: Any) -> Mapping[str, Any]:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def first(record: Mapping[str, Any], *names: str) -> Any:
    """The first of these fields that is there and not null."""
    return next((record[name] for name in names if record.get(name) is not None), None)


def text(value: Any) -> str:
    """A text, or a number as text; empty for everything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def as_text(value: Any) -> str:
    """The value as it can be shown: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def opened(value: Any) -> Any:
    """JSON that came inside a text, parsed; anything else as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def tokens(value: Any) -> int | None:
    """A count of tokens."""
    number = _number(value)
    return int(number) if number is not None and 0 <= number <= _MOST_TOKENS else None


def money(value: Any) -> Decimal | None:
    """US dollars."""
    number = _number(value)
    return None if number is None or not 0 <= number < 10**9 else number


def milliseconds(value: Any, *, per_unit: float = 1.0) -> float | None:
    """A span of time in milliseconds, given in units of so many."""
    number = _number(value)
    return _sane(float(number) * per_unit) if number is not None else None


def moment(value: Any) -> datetime | None:
    """A time, given as ISO 8601 or as seconds, milliseconds, microseconds or nanoseconds since 1970."""
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value.strip().replace(" UTC", "+00:00"))
        except ValueError:
            pass
        else:
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    number = _number(value)
    if number is None or number <= 0:
        return None
    seconds = float(number)
    while seconds > 1e11:  # the year 5138 in seconds
        seconds /= 1000
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def iso(value: datetime | None) -> str:
    """A time as it is stored."""
    return "" if value is None else value.isoformat(timespec="milliseconds")


def between_ms(start: datetime | None, end: datetime | None) -> float | None:
    """Milliseconds from one time to the other."""
    return None if start is None or end is None else _sane((end - start).total_seconds() * 1000)


def finish(value: Any) -> Finish:
    """Why an answer ended, from a provider's word for it."""
    word = value[0] if isinstance(value, list) and value else value
    return _FINISHES.get(str(word).lower(), "stop")


def _sane(ms: float) -> float | None:
    return round(ms, 3) if 0 <= ms <= _MOST_MS else None


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
