"""Asking the providers themselves how many tokens a prompt has, without having it answered."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from compare.engine.backend import Backend
from compare.errors import CompareError
from compare.records import ChatMessage, ChatRequest, ModelSpec


@dataclass(frozen=True, slots=True)
class ProviderCount:
    """What came of the question."""

    model_id: str
    tokens: int | None
    why_not: str = ""
    """A sentence where there is no figure."""


async def provider_counts(specs: Sequence[ModelSpec], messages: tuple[ChatMessage, ...]) -> list[ProviderCount]:
    """Ask every model's provider to count the same messages, all at once; results in the given order."""
    async with Backend() as backend:
        return list(await asyncio.gather(*(_count(spec, messages, backend) for spec in specs)))


async def _count(spec: ModelSpec, messages: tuple[ChatMessage, ...], backend: Backend) -> ProviderCount:
    try:
        endpoint = await backend.endpoint(spec)
        request = ChatRequest(spec, messages, total_timeout_s=30.0)
        tokens = await endpoint.provider.count_tokens(request, base_url=endpoint.base_url, api_key=endpoint.api_key)
    except CompareError as exc:
        return ProviderCount(spec.id, None, str(exc))
    return ProviderCount(spec.id, tokens, "" if tokens is not None else "Its wire format has no way to ask.")
