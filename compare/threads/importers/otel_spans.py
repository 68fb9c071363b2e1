"""OpenTelemetry's GenAI spans, as the collector's file exporter writes them (OTLP as JSON).

Messages are read from `gen_ai.input.messages` and `gen_ai.output.messages`, from numbered attributes
(`gen_ai.prompt.0.content`), or from the span's events, in this order. Spans of other work, and spans of agents and
tools around the calls, are passed over and counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from compare.errors import ImportFormatError
from compare.records import PRODUCTION_NAME, Recorded
from compare.threads.importers.items import Call, Item, Passed, Refused, Where
from compare.threads.importers.logged import prompt_of, reply_of
from compare.threads.importers.otel_attributes import attributes, unflattened
from compare.threads.importers.values import (
    as_text,
    between_ms,
    finish,
    first,
    iso,
    kind,
    mapping,
    milliseconds,
    moment,
    money,
    opened,
    text,
    tokens,
)

_CALLS = ("chat", "text_completion", "generate_content", "completion")
_SESSIONS = ("gen_ai.conversation.id", "session.id", "gen_ai.thread.id", "traceloop.association.properties.session_id",
             "langfuse.session.id", "gen_ai.request.conversation_id")  # fmt: skip
_FIRST_TOKEN = ("gen_ai.content.first_token", "gen_ai.first_token", "first_token", "llm.content.completion.chunk",
                "gen_ai.content.completion.chunk", "first token stream event", "gen_ai.choice.first_token")  # fmt: skip


def detect(record: Any) -> bool:
    """True for a batch of spans, and for a span by itself."""
    if not isinstance(record, dict):
        return False
    return any(k in record for k in ("resourceSpans", "resource_spans", "scopeSpans", "resourceLogs")) or (
        ("traceId" in record or "trace_id" in record) and isinstance(record.get("attributes"), list | dict)
    )


def read(record: Any, where: Where) -> Iterable[Item]:
    """The calls among a record's spans.

    Raises:
        ImportFormatError: it holds log records instead of spans, or lists that are none.
    """
    if "resourceLogs" in record:
        raise ImportFormatError("it holds OpenTelemetry log records; spans can be read. Export the traces as well.")
    for span in _spans(record):
        if not isinstance(span, dict):
            yield Refused(f"a span is {kind(span)}; it must be an object.")
            continue
        found = attributes(span.get("attributes"))
        events = [e for e in _list(span, "events") if isinstance(e, dict)]
        if not _is_call(found, events):
            yield Passed("spans that are no calls of a model")
            continue
        try:
            yield _call(span, found, events)
        except ImportFormatError as exc:
            yield Refused(f"span {text(first(span, 'spanId', 'span_id')) or 'without id'}: {exc}")


def _spans(record: dict[str, Any]) -> Iterator[Any]:
    resources = first(record, "resourceSpans", "resource_spans")
    if resources is None:
        resources = [record] if "scopeSpans" in record else []
        if not resources:
            yield record
    if not isinstance(resources, list):
        raise ImportFormatError(f"'resourceSpans' is {kind(resources)}; it must be a list.")
    for resource in resources:
        for name in ("scopeSpans", "scope_spans", "instrumentationLibrarySpans"):
            for scope in _list(mapping(resource), name):
                yield from _list(mapping(scope), "spans")


def _list(fields: Any, name: str) -> list[Any]:
    found = fields.get(name)
    return found if isinstance(found, list) else []


def _is_call(found: dict[str, Any], events: list[dict[str, Any]]) -> bool:
    operation = found.get("gen_ai.operation.name")
    if operation is not None:
        return operation in _CALLS
    told = ("gen_ai.input.messages", "gen_ai.prompt", "gen_ai.completion", "gen_ai.output.messages")
    return any(k.startswith(told) for k in found) or any(text(e.get("name")).startswith("gen_ai.") for e in events)


def _call(span: dict[str, Any], found: dict[str, Any], events: list[dict[str, Any]]) -> Call:
    sources = (_current(found), _in_details(events), _numbered(found), _in_events(events))
    prompt, answer, system = next((s for s in sources if s[0]), (None, None, None))
    if prompt is None:
        raise ImportFormatError(
            "it has no messages. Recording them must be switched on where the spans are made "
            "(OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT)."
        )
    reply, thinking, ended = reply_of(answer)
    if text(mapping(span.get("status")).get("code")) in ("2", "STATUS_CODE_ERROR"):
        reply = None
    return Call(
        prompt_of(prompt, system),
        reply,
        _numbers(span, found, events, thinking, ended),
        session=text(first(found, *_SESSIONS)),
        reference=text(first(span, "spanId", "span_id")),
    )


_Told = tuple[Any, Any, Any]
"""Prompt, answer and system prompt, as logged."""


def _current(found: dict[str, Any]) -> _Told:
    prompt = _messages(found.get("gen_ai.input.messages"))
    answer = _messages(found.get("gen_ai.output.messages"))
    system = _parts_text(opened(found.get("gen_ai.system_instructions")))
    return prompt, answer, system


def _in_details(events: list[dict[str, Any]]) -> _Told:
    for event in events:
        found = attributes(event.get("attributes"))
        if "gen_ai.input.messages" in found:
            return _current(found)
    return None, None, None


def _numbered(found: dict[str, Any]) -> _Told:
    prompt = unflattened(found, "gen_ai.prompt.") or opened(found.get("gen_ai.prompt"))
    answer = unflattened(found, "gen_ai.completion.") or opened(found.get("gen_ai.completion"))
    return prompt, answer, None


def _in_events(events: list[dict[str, Any]]) -> _Told:
    prompt: list[Any] = []
    answer: Any = None
    for event in events:
        name, found = text(event.get("name")), attributes(event.get("attributes"))
        if name == "gen_ai.content.prompt":
            told = opened(found.get("gen_ai.prompt"))
            prompt += told if isinstance(told, list) else [told]
        elif name == "gen_ai.content.completion":
            answer = opened(found.get("gen_ai.completion"))
        elif name == "gen_ai.choice":
            message = mapping(opened(found.get("message"))) or found
            answer = {**_plain(message), "finish_reason": found.get("finish_reason")}
        elif name.startswith("gen_ai.") and name.endswith(".message"):
            body = mapping(opened(found.get("gen_ai.event.content"))) or found
            prompt.append({"role": name.split(".")[1], **_plain(body)})
    return prompt, answer, None


def _plain(body: Any) -> dict[str, Any]:
    calls = opened(body.get("tool_calls"))
    named = {"content": opened(body.get("content")), "tool_calls": calls, "tool_call_id": body.get("id")}
    shown = {k: v for k, v in named.items() if v is not None}
    return {
        **shown,
        "content": shown["content"]
        if isinstance(shown.get("content"), str | list)
        else as_text(shown.get("content", "")),
    }


def _messages(raw: Any) -> list[dict[str, Any]]:
    """Messages of the current convention (role and parts) in OpenAI's shape."""
    given = opened(raw)
    items: list[dict[str, Any]] = []
    for message in given if isinstance(given, list) else []:
        fields = mapping(opened(message))
        parts = fields.get("parts")
        if not isinstance(parts, list):
            items.append(dict(fields))
            continue
        items += _of_parts(text(fields.get("role")), [mapping(part) for part in parts], fields.get("finish_reason"))
    return items


def _of_parts(role: str, parts: list[Any], ended: Any) -> Iterator[dict[str, Any]]:
    for part in parts:
        if part.get("type") == "tool_call_response":
            told = first(part, "response", "result", "content")
            name = text(part.get("id"))
            yield {"role": "tool", "tool_call_id": name, "content": "" if told is None else as_text(told)}
    calls = [_tool_call(part) for part in parts if part.get("type") == "tool_call"]
    thinking = "\n\n".join(text(p.get("content")) for p in parts if p.get("type") == "reasoning")
    rest = [p for p in parts if p.get("type") not in ("tool_call_response", "tool_call", "reasoning")]
    if not rest and not calls and not thinking:
        return
    item: dict[str, Any] = {"role": role, "content": _content(rest)}
    if calls:
        item["tool_calls"] = calls
    if thinking and role == "assistant":
        item["reasoning_content"] = thinking
    if ended is not None:
        item["finish_reason"] = ended
    yield item


def _tool_call(part: Any) -> dict[str, Any]:
    function = {"name": text(part.get("name")), "arguments": as_text(part.get("arguments", {}))}
    return {"id": text(part.get("id")), "type": "function", "function": function}


def _content(parts: list[Any]) -> Any:
    if not parts:
        return None
    shown: list[dict[str, Any]] = []
    for part in parts:
        media_type = text(part.get("mime_type"))
        if media_type.startswith("image/") and isinstance(part.get("content") or part.get("data"), str):
            data = part.get("content") or part.get("data")
            shown.append({"type": "image_url", "image_url": {"url": f"data:{media_type};base64,{data}"}})
        else:
            told = first(part, "content", "text", "uri")
            shown.append({"type": "text", "text": f"[{text(part.get('type'))}]" if told is None else as_text(told)})
    if all(part["type"] == "text" for part in shown):
        return "\n".join(part["text"] for part in shown)
    return shown


def _parts_text(raw: Any) -> str:
    if isinstance(raw, list):
        return "\n".join(text(first(mapping(part), "content", "text")) for part in raw)
    return text(raw)


def _numbers(span: Any, found: dict[str, Any], events: list[dict[str, Any]], thinking: str, ended: Any) -> Recorded:
    start = moment(first(span, "startTimeUnixNano", "start_time_unix_nano"))
    end = moment(first(span, "endTimeUnixNano", "end_time_unix_nano"))
    begun = [moment(e.get("timeUnixNano")) for e in events if text(e.get("name")).lower() in _FIRST_TOKEN]
    began = min((m for m in begun if m is not None), default=None)
    seconds = first(found, "gen_ai.response.time_to_first_chunk", "gen_ai.server.time_to_first_token")
    return Recorded(
        PRODUCTION_NAME,
        "",
        in_thread=True,
        ttft_ms=milliseconds(seconds, per_unit=1000) if seconds is not None else between_ms(start, began),
        total_ms=between_ms(start, end),
        in_reported=tokens(first(found, "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")),
        out_reported=tokens(first(found, "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")),
        cached=tokens(first(found, "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens")),
        cost_usd=money(first(found, "gen_ai.usage.cost", "gen_ai.usage.total_cost", "gen_ai.cost")),
        started_at=iso(start),
        model_served=text(first(found, "gen_ai.response.model", "gen_ai.request.model")) or None,
        request_id=text(first(found, "gen_ai.response.id")) or None,
        finish=finish(first(found, "gen_ai.response.finish_reasons", "gen_ai.completion.0.finish_reason") or ended),
        reasoning=thinking,
    )
