"""LiteLLM's logs: its standard logging payload as JSON lines, and rows of its spend log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from compare.records import PRODUCTION_NAME, Recorded
from compare.threads.importers.items import Call, Item, Passed, Where
from compare.threads.importers.logged import prompt_of, reply_of
from compare.threads.importers.values import (
    between_ms,
    finish,
    first,
    iso,
    mapping,
    moment,
    money,
    opened,
    text,
    tokens,
)

_CHAT = ("", "completion", "acompletion", "text_completion", "atext_completion", "responses", "aresponses",
         "anthropic_messages", "generate_content", "agenerate_content", "agenerate_content_stream",
         "generate_content_stream")  # fmt: skip


def detect(record: Any) -> bool:
    """True for one call's payload or row."""
    if not isinstance(record, dict) or not ("messages" in record or "response" in record):
        return False
    return "call_type" in record or (
        "response" in record and any(k in record for k in ("startTime", "response_cost", "spend", "litellm_call_id"))
    )


def read(record: Any, where: Where) -> Iterable[Item]:
    """The call of a record.

    Raises:
        ImportFormatError: its messages are not there or cannot be read.
    """
    call_type = text(record.get("call_type")).rpartition(".")[2]
    if call_type not in _CHAT:
        yield Passed("calls that are no conversation (embeddings, pictures, speech)")
        return
    response = opened(record.get("response"))
    failed = text(record.get("status")) in ("failure", "failed")
    reply, thinking, ended = (None, "", None) if failed else reply_of(response)
    metadata = mapping(opened(record.get("metadata")))
    prompt = prompt_of(first(record, "messages", "proxy_server_request"))
    yield Call(
        prompt,
        reply,
        _numbers(record, mapping(response), metadata, thinking, ended),
        session=text(first(record, "session_id", "trace_id") or first(metadata, "session_id", "litellm_session_id")),
        reference=text(first(record, "id", "request_id", "litellm_call_id")),
    )


def _numbers(record: Any, response: Any, metadata: Any, thinking: str, ended: Any) -> Recorded:
    start, end = moment(record.get("startTime")), moment(record.get("endTime"))
    began = moment(record.get("completionStartTime"))
    usage = mapping(response.get("usage")) or mapping(metadata.get("usage_object"))
    details = mapping(first(usage, "prompt_tokens_details", "input_tokens_details"))
    # A call that was not streamed has its end as the time of its first token, which is no such time.
    streamed = record.get("stream") is not False and began != end
    return Recorded(
        PRODUCTION_NAME,
        "",
        in_thread=True,
        ttft_ms=between_ms(start, began) if streamed else None,
        total_ms=between_ms(start, end),
        in_reported=tokens(first(record, "prompt_tokens") or first(usage, "prompt_tokens", "input_tokens")),
        out_reported=tokens(first(record, "completion_tokens") or first(usage, "completion_tokens", "output_tokens")),
        cached=tokens(first(details, "cached_tokens") or first(usage, "cache_read_input_tokens")),
        cost_usd=money(first(record, "response_cost", "spend")),
        started_at=iso(start),
        model_served=text(first(response, "model") or first(record, "model")) or None,
        request_id=text(first(response, "id") or first(record, "id", "request_id")) or None,
        finish=finish(ended),
        reasoning=thinking,
    )
