"""The formats of JSON records, asked in this order: what many formats have in common is the last one's."""

from __future__ import annotations

from typing import Any

from compare.threads.importers import (
    anthropic_messages,
    arena,
    chatgpt_export,
    claude_export,
    gemini,
    langfuse_export,
    litellm_log,
    openai_messages,
    otel_spans,
    sharegpt,
)
from compare.threads.importers.items import Format

OPENAI = Format("openai", "OpenAI messages", openai_messages.detect, openai_messages.read)
FORMATS: tuple[Format, ...] = (
    Format("otel", "OpenTelemetry spans", otel_spans.detect, otel_spans.read),
    Format("langfuse", "Langfuse export", langfuse_export.detect, langfuse_export.read),
    Format("litellm", "LiteLLM log", litellm_log.detect, litellm_log.read),
    Format("chatgpt", "ChatGPT export", chatgpt_export.detect, chatgpt_export.read),
    Format("claude", "Claude export", claude_export.detect, claude_export.read),
    Format("arena", "LMSYS or WildChat rows", arena.detect, arena.read),
    Format("gemini", "Gemini contents", gemini.detect, gemini.read),
    Format("sharegpt", "ShareGPT", sharegpt.detect, sharegpt.read),
    Format("anthropic", "Anthropic messages", anthropic_messages.detect, anthropic_messages.read),
    OPENAI,
)
OTHER = {"transcript": "transcript", "table": "table"}
"""Formats that are no JSON, with their titles."""
FILE_TYPES = ("json", "jsonl", "ndjson", "txt", "md", "log", "csv", "tsv", "xlsx", "xlsm")
"""How the names of such files end; what a file is, is told by its content."""
NAMES = tuple(one.name for one in FORMATS) + tuple(OTHER)


def find_format(record: Any) -> Format:
    """The format of a record; OpenAI messages where none fits, whose reader says what is missing."""
    return next((one for one in FORMATS if one.detect(record)), OPENAI)


def named(name: str) -> Format:
    """The format of JSON records with this name."""
    return next(one for one in FORMATS if one.name == name)
