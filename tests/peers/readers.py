"""One stream read by us and by the vendor's own library, brought to the same few facts."""

from __future__ import annotations

from typing import Any, NamedTuple

import anthropic
import openai
from google import genai
from google.genai import errors, types

from compare.records import ProviderKind
from tests.peers.ours import KEY, ask, request_of


class Tokens(NamedTuple):
    """As records.Usage has them; None and 0 are one, since the vendors' libraries differ in which they give."""

    input: int
    output: int
    cached: int
    reasoning: int


class Read(NamedTuple):
    """What a reader makes of one stream."""

    text: str
    reasoning: str
    finish: str | None
    """The server's own word."""
    tokens: Tokens | None
    failed: bool


def by_us(kind: ProviderKind, root: str) -> Read:
    """Read with our client."""
    result = ask(root, request_of(kind, "m", "Hi", max_output_tokens=300))
    usage = result.usage
    tokens = None
    if usage.source == "reported":
        tokens = Tokens(usage.input or 0, usage.output or 0, usage.cached or 0, usage.reasoning or 0)
    return Read(result.text, result.reasoning, result.finish_raw, tokens, result.failure is not None)


def by_vendor(kind: ProviderKind, root: str) -> Read:
    """Read with the library of the vendor whose format it is."""
    read = {"openai-chat": _chat, "openai-responses": _responses, "anthropic": _messages, "gemini": _gemini}[kind]
    return read(root)


class _Gathered:
    """Pieces of an answer as they come, kept when the library gives up."""

    def __init__(self) -> None:
        self.text = self.reasoning = ""
        self.finish: str | None = None
        self.tokens: Tokens | None = None
        self.failed = False

    def read(self) -> Read:
        return Read(self.text, self.reasoning, self.finish, self.tokens, self.failed)


def _chat(root: str) -> Read:
    got = _Gathered()
    client = openai.OpenAI(base_url=f"{root}/v1", api_key=KEY, max_retries=0)
    stream = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "Hi"}], stream=True)
    try:
        for chunk in stream:
            for choice in chunk.choices[:1]:
                got.text += choice.delta.content or ""
                got.reasoning += getattr(choice.delta, "reasoning_content", None) or ""
                got.finish = choice.finish_reason or got.finish
            if u := chunk.usage:
                cached = u.prompt_tokens_details.cached_tokens if u.prompt_tokens_details else 0
                thought = u.completion_tokens_details.reasoning_tokens if u.completion_tokens_details else 0
                got.tokens = Tokens(u.prompt_tokens, u.completion_tokens, cached or 0, thought or 0)
    except openai.APIError:
        got.failed = True
    return got.read()


def _responses(root: str) -> Read:
    got = _Gathered()
    client = openai.OpenAI(base_url=f"{root}/v1", api_key=KEY, max_retries=0)
    try:
        for event in client.responses.create(model="m", input="Hi", stream=True):
            if event.type == "response.output_text.delta":
                got.text += event.delta
            elif event.type in ("response.reasoning_summary_text.delta", "response.reasoning_text.delta"):
                got.reasoning += event.delta
            elif event.type in ("response.completed", "response.incomplete", "response.failed"):
                response = event.response
                details = response.incomplete_details
                got.finish = details.reason if details and details.reason else response.status
                got.failed = response.status == "failed"
                if u := response.usage:
                    # Some servers leave the details out.
                    cached: Any = getattr(u.input_tokens_details, "cached_tokens", 0) if u.input_tokens_details else 0
                    thought: Any = u.output_tokens_details.reasoning_tokens if u.output_tokens_details else 0
                    got.tokens = Tokens(u.input_tokens, u.output_tokens, cached, thought)
    except openai.APIError:
        got.failed = True
    return got.read()


def _messages(root: str) -> Read:
    got = _Gathered()
    client = anthropic.Anthropic(base_url=root, api_key=KEY, max_retries=0)
    usage: dict[str, Any] = {}
    try:
        # The events and not the library's own gathering of them, which gives up where an answer has no usage.
        for event in client.messages.create(
            model="m", max_tokens=300, messages=[{"role": "user", "content": "Hi"}], stream=True
        ):
            if event.type == "message_start":
                usage |= event.message.usage.to_dict() if event.message.usage else {}
            elif event.type == "content_block_delta":
                got.text += event.delta.text if event.delta.type == "text_delta" else ""
                got.reasoning += event.delta.thinking if event.delta.type == "thinking_delta" else ""
            elif event.type == "message_delta":
                got.finish = event.delta.stop_reason
                usage |= event.usage.to_dict(exclude_none=True) if event.usage else {}
    except anthropic.APIError:
        got.failed = True
    if usage:
        cached, written = usage.get("cache_read_input_tokens") or 0, usage.get("cache_creation_input_tokens") or 0
        thought = (usage.get("output_tokens_details") or {}).get("thinking_tokens", 0)
        got.tokens = Tokens(usage["input_tokens"] + cached + written, usage["output_tokens"], cached, thought)
    return got.read()


def _gemini(root: str) -> Read:
    got = _Gathered()
    with genai.Client(api_key=KEY, http_options=types.HttpOptions(base_url=root, api_version="v1beta")) as client:
        try:
            for chunk in client.models.generate_content_stream(model="m", contents="Hi"):
                _take_gemini(got, chunk)
        except errors.APIError:
            got.failed = True
    return got.read()


def _take_gemini(got: _Gathered, chunk: types.GenerateContentResponse) -> None:
    for candidate in (chunk.candidates or [])[:1]:
        for part in (candidate.content.parts if candidate.content else None) or []:
            if part.thought:
                got.reasoning += part.text or ""
            else:
                got.text += part.text or ""
        got.finish = candidate.finish_reason.value if candidate.finish_reason else got.finish
    if u := chunk.usage_metadata:
        thought = u.thoughts_token_count or 0
        answered = (u.candidates_token_count or 0) + thought
        got.tokens = Tokens(u.prompt_token_count or 0, answered, u.cached_content_token_count or 0, thought)


__all__ = ["Read", "Tokens", "by_us", "by_vendor"]
