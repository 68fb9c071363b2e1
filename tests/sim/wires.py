"""The four wire formats as a plain client sees them, written without the product's own adapters."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

Talk = Iterable[tuple[str, str]]
PNG = "iVBORw0KGgo="
"""The first bytes of a picture, as base64; nobody looks further."""


class Tokens(NamedTuple):
    """Usage brought to one meaning: `prompt` with cached tokens, `completion` with thoughts."""

    prompt: int
    completion: int
    thinking: int
    cached: int


class Got(NamedTuple):
    """An answer as it came."""

    thoughts: str
    text: str
    finish: str
    """As the format words it."""
    tokens: Tokens | None


@dataclass(frozen=True)
class Chat:
    name: str = "chat"
    words: tuple[str, str] = ("stop", "length")
    headers: tuple[tuple[str, str], ...] = (("authorization", "Bearer sk-canary-1"),)
    error_kinds: tuple[str, ...] = ("requests", "server_error", "server_error", "invalid_request_error")
    """What errors are called with 429, 529, 500, 401."""
    count_path = ""

    def path(self, model: str, stream: bool) -> str:
        return "/v1/chat/completions"

    def body(self, model: str, talk: Talk, stream: bool = False, think: bool = False, most: int = 0) -> dict[str, Any]:
        return {
            "model": model,
            "messages": [{"role": r, "content": c} for r, c in talk],
            **({"stream": True, "stream_options": {"include_usage": True}} if stream else {}),
            **({"reasoning_effort": "high"} if think else {}),
            **({"max_completion_tokens": most} if most else {}),
        }

    def with_image(self, model: str, talk: Talk, at: int) -> dict[str, Any]:
        body = self.body(model, talk)
        message = body["messages"][at]
        image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}
        message["content"] = [image, {"type": "text", "text": message["content"]}]
        return body

    def whole(self, body: dict[str, Any]) -> Got:
        choice = body["choices"][0]
        message = choice["message"]
        thoughts = message.get("reasoning_content", "")
        return Got(thoughts, message["content"], choice["finish_reason"], self._tokens(body.get("usage")))

    def streamed(self, raw: bytes) -> Got:
        chunks = [json.loads(data) for _, data in events(raw) if data != "[DONE]"]
        choices = [choice for chunk in chunks for choice in chunk["choices"]]
        text = "".join(c["delta"].get("content") or "" for c in choices)
        thoughts = "".join(c["delta"].get("reasoning_content") or "" for c in choices)
        usage = next((c["usage"] for c in chunks if c.get("usage")), None)
        return Got(thoughts, text, choices[-1]["finish_reason"] or "", self._tokens(usage))

    def counted(self, body: dict[str, Any]) -> int:
        raise NotImplementedError

    def _tokens(self, usage: dict[str, Any] | None) -> Tokens | None:
        if usage is None:
            return None
        assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
        thinking = usage["completion_tokens_details"]["reasoning_tokens"]
        cached = usage["prompt_tokens_details"]["cached_tokens"]
        return Tokens(usage["prompt_tokens"], usage["completion_tokens"], thinking, cached)

    def is_ended(self, raw: bytes) -> bool:
        return raw.endswith(b"data: [DONE]\n\n")

    def error(self, body: Any) -> tuple[str, str]:
        """What an error is called, and its message."""
        return body["error"]["type"], body["error"]["message"]

    def error_in_stream(self, raw: bytes) -> tuple[str, str]:
        return self.error(json.loads(events(raw)[-1][1]))


@dataclass(frozen=True)
class Responses(Chat):
    name: str = "responses"
    words: tuple[str, str] = ("completed", "incomplete")
    count_path = "/v1/responses/input_tokens"

    def path(self, model: str, stream: bool) -> str:
        return "/v1/responses"

    def body(self, model: str, talk: Talk, stream: bool = False, think: bool = False, most: int = 0) -> dict[str, Any]:
        system, rest = split(talk)
        return {
            "model": model,
            "input": [{"role": r, "content": c} for r, c in rest],
            **({"instructions": system} if system else {}),
            **({"stream": True} if stream else {}),
            **({"reasoning": {"effort": "high", "summary": "auto"}} if think else {}),
            **({"max_output_tokens": most} if most else {}),
        }

    def with_image(self, model: str, talk: Talk, at: int) -> dict[str, Any]:
        body = self.body(model, talk)
        message = body["input"][at]
        image = {"type": "input_image", "image_url": f"data:image/png;base64,{PNG}"}
        message["content"] = [image, {"type": "input_text", "text": message["content"]}]
        return body

    def whole(self, body: dict[str, Any]) -> Got:
        texts = [c["text"] for item in body["output"] if item["type"] == "message" for c in item["content"]]
        thoughts = [s["text"] for item in body["output"] if item["type"] == "reasoning" for s in item["summary"]]
        return Got("".join(thoughts), "".join(texts), body["status"], self._tokens(body["usage"]))

    def streamed(self, raw: bytes) -> Got:
        found = [json.loads(data) for _, data in events(raw)]
        text = "".join(e["delta"] for e in found if e["type"] == "response.output_text.delta")
        thoughts = "".join(e["delta"] for e in found if e["type"] == "response.reasoning_summary_text.delta")
        last = found[-1].get("response")
        if last is None:
            return Got(thoughts, text, "", None)
        final = self.whole(last)
        assert (final.thoughts, final.text) == (thoughts, text)
        return final

    def counted(self, body: dict[str, Any]) -> int:
        assert body["object"] == "response.input_tokens"
        return int(body["input_tokens"])

    def _tokens(self, usage: dict[str, Any] | None) -> Tokens | None:
        if usage is None:
            return None
        assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
        thinking = usage["output_tokens_details"]["reasoning_tokens"]
        cached = usage["input_tokens_details"]["cached_tokens"]
        return Tokens(usage["input_tokens"], usage["output_tokens"], thinking, cached)

    def is_ended(self, raw: bytes) -> bool:
        return b"event: response.completed\n" in raw or b"event: response.incomplete\n" in raw

    def error_in_stream(self, raw: bytes) -> tuple[str, str]:
        (before, error), (last, failed) = events(raw)[-2:]
        assert (before, last) == ("error", "response.failed")
        assert json.loads(failed)["response"]["status"] == "failed"
        assert json.loads(failed)["response"]["error"]["message"] == json.loads(error)["error"]["message"]
        return self.error(json.loads(error))


@dataclass(frozen=True)
class Messages(Chat):
    name: str = "messages"
    words: tuple[str, str] = ("end_turn", "max_tokens")
    headers: tuple[tuple[str, str], ...] = (("anthropic-version", "2026-10-21"), ("x-api-key", "sk-canary-1"))
    error_kinds: tuple[str, ...] = ("rate_limit_error", "overloaded_error", "api_error", "authentication_error")
    count_path = "/v1/messages/count_tokens"

    def path(self, model: str, stream: bool) -> str:
        return "/v1/messages"

    def body(self, model: str, talk: Talk, stream: bool = False, think: bool = False, most: int = 0) -> dict[str, Any]:
        system, rest = split(talk)
        return {
            "model": model,
            "max_tokens": most or 2_000,
            "messages": [{"role": r, "content": c} for r, c in rest],
            **({"system": system} if system else {}),
            **({"stream": True} if stream else {}),
            **({"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}} if think else {}),
        }

    def with_image(self, model: str, talk: Talk, at: int) -> dict[str, Any]:
        body = self.body(model, talk)
        message = body["messages"][at]
        image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}
        message["content"] = [image, {"type": "text", "text": message["content"]}]
        return body

    def whole(self, body: dict[str, Any]) -> Got:
        texts = [b["text"] for b in body["content"] if b["type"] == "text"]
        thoughts = [b["thinking"] for b in body["content"] if b["type"] == "thinking"]
        return Got("".join(thoughts), "".join(texts), body["stop_reason"], self._tokens(body.get("usage")))

    def streamed(self, raw: bytes) -> Got:
        found = [json.loads(data) for _, data in events(raw)]
        deltas = [e["delta"] for e in found if e["type"] == "content_block_delta"]
        ends = [e for e in found if e["type"] == "message_delta"]
        return Got(
            "".join(d["thinking"] for d in deltas if d["type"] == "thinking_delta"),
            "".join(d["text"] for d in deltas if d["type"] == "text_delta"),
            ends[0]["delta"]["stop_reason"] if ends else "",
            self._tokens(ends[0].get("usage")) if ends else None,
        )

    def counted(self, body: dict[str, Any]) -> int:
        assert list(body) == ["input_tokens"]
        return int(body["input_tokens"])

    def _tokens(self, usage: dict[str, Any] | None) -> Tokens | None:
        if usage is None:
            return None
        cached = usage["cache_read_input_tokens"]
        prompt = usage["input_tokens"] + cached + usage["cache_creation_input_tokens"]
        return Tokens(prompt, usage["output_tokens"], usage["output_tokens_details"]["thinking_tokens"], cached)

    def is_ended(self, raw: bytes) -> bool:
        return raw.endswith(b'event: message_stop\ndata: {"type":"message_stop"}\n\n')

    def error(self, body: Any) -> tuple[str, str]:
        assert body["type"] == "error"
        return body["error"]["type"], body["error"]["message"]

    def error_in_stream(self, raw: bytes) -> tuple[str, str]:
        name, data = events(raw)[-1]
        assert name == "error"
        return self.error(json.loads(data))


@dataclass(frozen=True)
class Gemini(Chat):
    name: str = "gemini"
    words: tuple[str, str] = ("STOP", "MAX_TOKENS")
    headers: tuple[tuple[str, str], ...] = (("x-goog-api-key", "sk-canary-1"),)
    error_kinds: tuple[str, ...] = ("RESOURCE_EXHAUSTED", "UNAVAILABLE", "INTERNAL", "UNAUTHENTICATED")
    version: str = "v1beta"
    is_array: bool = False
    count_path = "countTokens"

    def path(self, model: str, stream: bool) -> str:
        method = "streamGenerateContent" if stream else "generateContent"
        return f"/{self.version}/models/{model}:{method}" + ("?alt=sse" if stream and not self.is_array else "")

    def body(self, model: str, talk: Talk, stream: bool = False, think: bool = False, most: int = 0) -> dict[str, Any]:
        system, rest = split(talk)
        config = {
            **({"thinkingConfig": {"includeThoughts": True}} if think else {}),
            **({"maxOutputTokens": most} if most else {}),
        }
        roles = {"user": "user", "assistant": "model"}
        return {
            "contents": [{"role": roles[r], "parts": [{"text": c}]} for r, c in rest],
            **({"systemInstruction": {"parts": [{"text": system}]}} if system else {}),
            **({"generationConfig": config} if config else {}),
        }

    def with_image(self, model: str, talk: Talk, at: int) -> dict[str, Any]:
        body = self.body(model, talk)
        body["contents"][at]["parts"].insert(0, {"inlineData": {"mimeType": "image/png", "data": PNG}})
        return body

    def whole(self, body: dict[str, Any]) -> Got:
        return self._joined([body])

    def streamed(self, raw: bytes) -> Got:
        if self.is_array:
            return self._joined(json.loads(raw))
        return self._joined([json.loads(data) for _, data in events(raw)])

    def _joined(self, chunks: list[dict[str, Any]]) -> Got:
        candidates = [c for chunk in chunks for c in chunk["candidates"]]
        parts = [part for c in candidates for part in c.get("content", {"parts": []})["parts"]]
        thoughts = "".join(p["text"] for p in parts if p.get("thought"))
        text = "".join(p["text"] for p in parts if not p.get("thought"))
        return Got(
            thoughts, text, candidates[-1].get("finishReason", ""), self._tokens(chunks[-1].get("usageMetadata"))
        )

    def counted(self, body: dict[str, Any]) -> int:
        return int(body["totalTokens"])

    def _tokens(self, usage: dict[str, Any] | None) -> Tokens | None:
        if usage is None or "candidatesTokenCount" not in usage:
            return None
        thinking = usage.get("thoughtsTokenCount", 0)
        completion = usage["candidatesTokenCount"] + thinking
        assert usage["totalTokenCount"] == usage["promptTokenCount"] + completion
        return Tokens(usage["promptTokenCount"], completion, thinking, usage.get("cachedContentTokenCount", 0))

    def is_ended(self, raw: bytes) -> bool:
        return b'"finishReason"' in raw

    def error(self, body: Any) -> tuple[str, str]:
        if self.is_array and isinstance(body, list):
            (body,) = body
        return body["error"]["status"], body["error"]["message"]

    def error_in_stream(self, raw: bytes) -> tuple[str, str]:
        return self.error(json.loads(raw)[-1] if self.is_array else json.loads(events(raw)[-1][1]))


WIRES: tuple[Chat, ...] = (
    Chat(),
    Responses(),
    Messages(),
    Messages("messages-old", headers=(("anthropic-version", "2023-06-01"), ("authorization", "Bearer sk-canary-1"))),
    Gemini(),
    Gemini("gemini-v1", version="v1"),
    Gemini("gemini-array", is_array=True),
)


def split(talk: Talk) -> tuple[str, list[tuple[str, str]]]:
    """The system text, and the rest."""
    system = [text for role, text in talk if role == "system"]
    return "\n".join(system), [(role, text) for role, text in talk if role != "system"]


def events(raw: bytes) -> list[tuple[str, str]]:
    """(event, data) of a stream, whatever its line ends."""
    found = []
    for block in raw.replace(b"\r\n", b"\n").split(b"\n\n"):
        fields = dict(line.split(": ", 1) for line in block.decode().split("\n") if line)
        if "data" in fields:
            found.append((fields.get("event", ""), fields["data"]))
    return found
