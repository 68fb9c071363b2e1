"""Every figure of an answer with its value and its source: what a click on the numbers line opens, as JSON values."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict

from compare.records import Answer
from compare.render.characters import encodable
from compare.render.numbers import LiveFigures, about_dollars, dollars, seconds, used_tokens, window_share

OURS = "counted here (o200k)"
THEIRS = "provider"
MEASURED = "measured here"
_NOT_REPORTED = "not reported"


class DetailRow(TypedDict):
    """One figure."""

    name: str
    value: str
    source: str
    """Where it comes from, in a few words; may be empty."""


class DetailGroup(TypedDict):
    """Figures of one kind."""

    title: str
    rows: list[DetailRow]


class Details(TypedDict):
    """All that is known of an answer in numbers."""

    groups: list[DetailGroup]


def details(answer: Answer, *, window_tokens: int | None = None) -> Details:
    """The figures of a finished answer; what is not known is said to be unknown.

    Args:
        answer: any. One that nobody here has asked for has no times and no cost, and says so.
        window_tokens: context window of the model that answered; None where it is not known.
    """
    groups = [_group("Tokens", _tokens(answer, window_tokens))]
    if answer.origin in ("recorded", "imported") and answer.total_ms is None:
        groups.append(_group("Time and cost", [_row("Measured", "nothing", "given before it came here")]))
    else:
        groups += [_group("Time", _time(answer)), _group("Cost", _cost(answer))]
    groups.append(_group("Reply", _reply(answer)))
    return {"groups": groups}


def live_details(live: LiveFigures, *, started_at: str = "") -> Details:
    """The same while the answer is made: counted here, and the cost an estimate."""
    share = window_share(live.used_tokens, live.window_tokens)
    tokens = [
        _row("Input, counted", _number(live.in_counted), OURS),
        _row("Output so far, counted", _number(live.out_counted), f"{OURS}, thinking included"),
        _row("Share of window", share or "unknown", _of_window(live.used_tokens, live.window_tokens, "counted")),
    ]
    time = [
        _row("First piece", _so_far(live.ttft_ms), MEASURED),
        _row("First word", _so_far(live.first_text_ms), f"{MEASURED}, after any thinking"),
        _row("Elapsed", seconds(live.elapsed_ms), MEASURED),
        _row("Speed", _speed(live.tokens_per_s), "counted tokens since the first piece"),
        _row("Attempt", str(live.attempt), ""),
        _row("Started", _when(started_at), ""),
    ]
    cost = [_row("Cost so far", _unknown(about_dollars(live.cost_usd)), "an estimate, from counted tokens")]
    prices = json.loads(live.price.to_json()) if live.price else None
    return {"groups": [_group("Tokens", tokens), _group("Time", time), _group("Cost", [*cost, *_prices(prices)])]}


def _tokens(answer: Answer, window_tokens: int | None) -> list[DetailRow]:
    used = used_tokens(answer)
    both = answer.in_reported is not None and answer.out_reported is not None
    share = window_share(used, window_tokens)
    return [
        _reported("Input, reported", answer.in_reported),
        _row("Input, counted", _number(answer.in_counted), OURS),
        _reported("From cache", answer.cached, "part of the input"),
        _reported("Written to cache", answer.cache_write, "part of the input"),
        _reported("Output, reported", answer.out_reported),
        _row("Output, counted", _number(answer.out_counted), f"{OURS}, thinking included"),
        _reported("Thinking", answer.reasoning_tokens, "part of the output"),
        _row("Share of window", share or "unknown", _of_window(used, window_tokens, "reported" if both else "counted")),
    ]


def _time(answer: Answer) -> list[DetailRow]:
    attempts = "1 attempt" if answer.attempts == 1 else f"{answer.attempts} attempts"
    which = "" if answer.out_reported is None and answer.out_counted is None else (
        "counted tokens" if answer.out_reported is None else "reported tokens"
    )  # fmt: skip
    lag = "unknown" if answer.loop_lag_ms is None else f"{answer.loop_lag_ms:.0f} ms"
    return [
        _row("First piece", _or_none(answer.ttft_ms), f"{MEASURED}, from sending"),
        _row("First word", _or_none(answer.first_text_ms), f"{MEASURED}, after any thinking"),
        _row("Total", _or_none(answer.total_ms), f"{MEASURED}, from sending"),
        _row("In all", _or_none(answer.wall_ms), f"{attempts}, waits between them included"),
        _row("Speed", _speed(answer.tokens_per_s), f"{which}, first piece to end" if which else ""),
        _row("This machine held up", lag, "too long: timing disturbed" if answer.timing_disturbed else "at most"),
        _row("Started", _when(answer.started_at), ""),
    ]


def _cost(answer: Answer) -> list[DetailRow]:
    source = {"reported": "reported tokens", "counted": "counted tokens"}.get(answer.usage_source, "")
    why = f"{source} times the price then" if answer.cost_usd is not None and source else ""
    price = json.loads(answer.price_json) if answer.price_json else None
    rows = [_row("Cost", _unknown(dollars(answer.cost_usd)), why)]
    if summary := json.loads(answer.sent_json).get("summary"):
        cost = None if summary["cost_usd"] is None else Decimal(summary["cost_usd"])
        rows.append(_row("Summary", _unknown(dollars(cost)), f"part of the cost, by {summary['model_id']}"))
    return rows + _prices(price)


def _reply(answer: Answer) -> list[DetailRow]:
    rows = [
        _row("Status", answer.status, ""),
        _row("Ended by", answer.finish, f'provider: "{answer.finish_raw}"' if answer.finish_raw else ""),
        _row("Model served", answer.model_served or _NOT_REPORTED, THEIRS if answer.model_served else ""),
        _row("Request id", answer.request_id or _NOT_REPORTED, THEIRS if answer.request_id else ""),
    ]
    return rows + [_row("Warning", warning, "") for warning in answer.warnings]


_PRICES = (
    ("input_usd_per_mtok", "Input price"),
    ("output_usd_per_mtok", "Output price"),
    ("cached_usd_per_mtok", "Cached price"),
    ("cache_write_usd_per_mtok", "Cache write price"),
)


def _prices(price: dict[str, Any] | None) -> list[DetailRow]:
    """The price as it was kept with the answer (Price.to_json)."""
    if price is None:
        return [_row("Price", "unknown", "")]
    rows = [_row(name, f"${price[key]} a million", "") for key, name in _PRICES if key in price]
    for tier in price.get("tiers", ()):
        said = ", ".join(f"{name.lower()} ${tier[key]}" for key, name in _PRICES if tier.get(key) is not None)
        rows.append(_row(f"Above {tier['above_input_tokens']:,} tokens", said, "a million; of the whole request"))
    rows.append(_row("Price of", price.get("as_of") or "unknown date", price.get("source", "")))
    return rows


def _group(title: str, rows: list[DetailRow]) -> DetailGroup:
    return {"title": title, "rows": rows}


def _row(name: str, value: str, source: str) -> DetailRow:
    # Words of a server may hold half a character, which JSON cannot carry.
    return {"name": name, "value": encodable(value), "source": encodable(source)}


def _number(value: int | None) -> str:
    return "not counted" if value is None else f"{value:,}"


def _reported(name: str, value: int | None, what: str = "") -> DetailRow:
    if value is None:
        return _row(name, _NOT_REPORTED, "")
    return _row(name, f"{value:,}", f"{THEIRS}, {what}" if what else THEIRS)


def _or_none(ms: float | None) -> str:
    return "none" if ms is None else seconds(ms)


def _so_far(ms: float | None) -> str:
    return "not yet" if ms is None else seconds(ms)


def _speed(tokens_per_s: float | None) -> str:
    return "unknown" if tokens_per_s is None else f"{tokens_per_s:,.0f} tok/s"


def _unknown(cost: str) -> str:
    return "unknown" if cost == dollars(None) else cost


def _of_window(used: int | None, window_tokens: int | None, how: str) -> str:
    if window_tokens is None:
        return "the model's window is not known"
    return f"of {window_tokens:,} tokens" if used is None else f"{used:,} {how}, of {window_tokens:,}"


def _when(started_at: str) -> str:
    """A stored time to the second; as it is where it is no ISO time."""
    if not started_at:
        return "unknown"
    try:
        return datetime.fromisoformat(started_at).strftime("%Y-%m-%d %H:%M:%S %Z").strip()
    except ValueError:
        return started_at


__all__ = ["DetailGroup", "DetailRow", "Details", "details", "live_details"]
