"""One request of a bench, over the same client and reader as every other: with headers of its own, and what came back.

Asked once: what an adapter asks again because a parameter was refused is counted, and a failure is a failure.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import cast

from compare.bench.plan import Plan
from compare.bench.routed import Routed, routed
from compare.providers.asking import Asking, call_for, join
from compare.providers.exchange import converse
from compare.providers.failures import Call, redact
from compare.providers.http import HttpClient, HttpResponse
from compare.providers.openai_chat import draft
from compare.records import ChatMessage, ChatRequest, ChatResult, Done, ModelSpec, ReasoningDelta, Settings, TextDelta


@dataclass(frozen=True, slots=True)
class Reached:
    """What one request came to."""

    result: ChatResult
    sent_at: float
    """time.monotonic(), just before the request goes out."""
    ttft_ms: float | None
    """To the first piece of text, thinking included."""
    total_ms: float
    """To the end of the answer."""
    routed: Routed
    n_asked: int
    """Requests that went out: more than one where a parameter was refused and left out."""


class _Noting:
    """The client, noting the headers of what it receives: the exchange needs no more of a client than `open`."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client
        self.n_asked = 0
        self.headers: Mapping[str, str] = {}

    @contextlib.asynccontextmanager
    async def open(
        self, call: Call, headers: Mapping[str, str], body: bytes | None = None, *, spent_s: float = 0.0
    ) -> AsyncIterator[HttpResponse]:
        self.n_asked += 1
        async with self._client.open(call, headers, body, spent_s=spent_s) as response:
            self.headers = response.headers
            yield response


async def ask_once(
    client: HttpClient, plan: Plan, api_key: str | None, messages: Sequence[ChatMessage], headers: Mapping[str, str]
) -> Reached:
    """Send one conversation and read the answer to its end; failures are outcomes.

    Args:
        client: the running loop's.
        plan: where and how.
        api_key: the key itself, or None.
        messages: what is sent.
        headers: of this request, beside the format's own.
    """
    spec = ModelSpec("bench", "openai-chat", plan.base_url, plan.model, api_key_env=plan.api_key_env)
    settings = Settings(max_output_tokens=plan.max_output_tokens)
    request = ChatRequest(spec, tuple(messages), settings, plan.timeout_s)
    drafted = draft(request, plan.base_url, api_key)
    drafted = replace(drafted, headers={**headers, **drafted.headers})
    call = call_for(request, join(plan.base_url, "chat/completions"), api_key)
    noting = _Noting(client)
    asking = Asking(client.learned, plan.base_url, call, drafted)
    first_at: float | None = None
    done: Done | None = None
    sent_at = time.monotonic()
    async with aclosing(converse(cast(HttpClient, noting), call, asking)) as events:
        async for event in events:
            match event:
                case TextDelta() | ReasoningDelta() if first_at is None:
                    first_at = event.at
                case Done():
                    done = event
    assert done is not None, "an exchange ends with Done"
    hidden = (api_key, *plan.secret_headers.values())
    said = {name: redact(value, *hidden) for name, value in noting.headers.items()}
    served = redact(done.result.model_served, *hidden) if done.result.model_served else None
    return Reached(
        _redacted(done.result, hidden),
        sent_at,
        None if first_at is None else (first_at - sent_at) * 1000.0,
        (done.at - sent_at) * 1000.0,
        routed(said, served, plan.route_header),
        noting.n_asked,
    )


def _redacted(result: ChatResult, hidden: Sequence[str | None]) -> ChatResult:
    """The exchange knows of one key; a bench may send more."""
    failure = result.failure
    if failure is None:
        return result
    return replace(result, failure=replace(failure, message=redact(failure.message, *hidden)))
