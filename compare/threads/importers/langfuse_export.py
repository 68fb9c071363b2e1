"""Langfuse's export: traces with their observations, or observations alone. Generations are the calls."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from compare.errors import ImportFormatError
from compare.records import PRODUCTION_NAME, Recorded
from compare.threads.importers.items import Call, Item, Passed, Refused, Where
from compare.threads.importers.logged import prompt_of, reply_of
from compare.threads.importers.values import (
    between_ms,
    finish,
    first,
    iso,
    mapping,
    milliseconds,
    moment,
    money,
    opened,
    text,
    tokens,
)

_KINDS = ("GENERATION", "SPAN", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EVALUATOR", "EMBEDDING", "GUARDRAIL")


def detect(record: Any) -> bool:
    """True for a trace with observations, for an observation, and for a trace by itself."""
    if not isinstance(record, dict):
        return False
    if isinstance(record.get("observations"), list):
        return True
    if record.get("type") in _KINDS and ("traceId" in record or "trace_id" in record):
        return True
    return "input" in record and "output" in record and ("sessionId" in record or "session_id" in record)


def read(record: Any, where: Where) -> Iterable[Item]:
    """The calls of a record.

    Raises:
        ImportFormatError: the record is one call whose messages cannot be read.
    """
    if not isinstance(record.get("observations"), list):
        kind = record.get("type")
        if kind in _KINDS and kind != "GENERATION":
            yield Passed("observations that are no model's answers")
        else:
            yield _call(record, record)
        return
    observations = [opened(one) for one in record["observations"]]
    generations = [one for one in observations if isinstance(one, dict) and one.get("type") == "GENERATION"]
    for _ in range(len(observations) - len(generations)):
        yield Passed("observations that are no model's answers")
    if not generations:
        yield _call(record, record)
    for one in generations:
        try:
            yield _call(one, record)
        except ImportFormatError as exc:
            yield Refused(f"observation {text(one.get('id')) or 'without id'}: {exc}")


def _call(one: dict[str, Any], trace: dict[str, Any]) -> Call:
    reply, thinking, ended = (None, "", None) if one.get("level") == "ERROR" else reply_of(one.get("output"))
    session = first(one, "sessionId", "session_id") or first(trace, "sessionId", "session_id")
    return Call(
        prompt_of(one.get("input")),
        reply,
        _numbers(one, thinking, ended),
        session=text(session),
        reference=text(one.get("id")),
        title=text(trace.get("name")) if trace is not one else "",
    )


def _numbers(one: dict[str, Any], thinking: str, ended: Any) -> Recorded:
    start = moment(first(one, "startTime", "start_time", "timestamp"))
    end = moment(first(one, "endTime", "end_time"))
    began = moment(first(one, "completionStartTime", "completion_start_time"))
    old, new = mapping(opened(one.get("usage"))), mapping(opened(first(one, "usageDetails", "usage_details")))
    costs = mapping(opened(first(one, "costDetails", "cost_details")))
    cached = first(new, "cache_read_input_tokens", "input_cached_tokens", "input_cache_read", "cached_tokens")
    fresh = tokens(first(new, "input", "prompt_tokens", "input_tokens") or first(old, "input", "promptTokens"))
    if fresh is not None and cached is not None and "prompt_tokens" not in new:
        fresh += tokens(cached) or 0  # their kinds of input tokens do not overlap; ours counts cached ones as input
    total_ms = between_ms(start, end)
    ttft_ms = between_ms(start, began)
    return Recorded(
        PRODUCTION_NAME,
        "",
        in_thread=True,
        ttft_ms=milliseconds(first(one, "timeToFirstToken"), per_unit=1000) if ttft_ms is None else ttft_ms,
        total_ms=milliseconds(first(one, "latency"), per_unit=1000) if total_ms is None else total_ms,
        in_reported=fresh,
        out_reported=tokens(
            first(new, "output", "completion_tokens", "output_tokens") or first(old, "output", "completionTokens")
        ),
        cached=tokens(cached),
        cost_usd=money(
            first(costs, "total")
            or first(one, "calculatedTotalCost", "totalCost", "total_cost")
            or first(old, "totalCost")
        ),
        started_at=iso(start),
        model_served=text(first(one, "model", "providedModelName", "provided_model_name")) or None,
        request_id=text(one.get("id")) or None,
        finish=finish(ended),
        reasoning=thinking,
    )
