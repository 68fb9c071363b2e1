"""What both formats of OpenAI share, at OpenAI and at every server that speaks one of them: key and list of models."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from compare.providers.asking import JSON_HEADERS, LeftOut, join
from compare.providers.listing import Page, fetch_entries, served
from compare.providers.quirks import known_refusals, quirks_of
from compare.providers.tokencounts import details
from compare.records import ChatRequest, ServedModel

if TYPE_CHECKING:
    from compare.providers.http import HttpClient


def headers_for(base_url: str, api_key: str | None) -> dict[str, str]:
    """Those of every request; the key goes bare into any header but Authorization."""
    if not api_key:
        return dict(JSON_HEADERS)
    name = quirks_of(base_url).key_header
    return {**JSON_HEADERS, name: f"Bearer {api_key}" if name == "Authorization" else api_key}


async def models_of(
    client: HttpClient, base_url: str, api_key: str | None, api_key_env: str | None
) -> list[ServedModel]:
    """What GET {base_url}/models names, with limits where the server says them; the list has no pages.

    Raises:
        ProviderError: as records.Provider.list_models.
    """
    entries = await fetch_entries(
        client,
        partial(join, base_url, "models"),
        headers_for(base_url, api_key),
        _read_list,
        api_key=api_key,
        api_key_env=api_key_env,
    )
    if all(isinstance(entry, str) for entry in entries):  # some gateways name their models and say no more
        return [ServedModel(name) for name in entries]
    return [_served(entry, name) for entry in entries if (name := _name_of(entry))]


def without_known_refusals(
    params: Mapping[str, Any], request: ChatRequest, base_url: str
) -> tuple[dict[str, Any], tuple[LeftOut, ...]]:
    """The parameters that this server is known beforehand to take of this model, and which settings it is not sent."""
    kept, left_out = dict(params), []
    effort = request.settings.reasoning_effort
    for known in known_refusals(base_url, request.model.model):
        if known.param in kept and (known.unless_effort is None or effort != known.unless_effort):
            value = kept.pop(known.param)
            done = f"{value:g} was left out" if isinstance(value, float) else "they were left out"
            left_out.append(LeftOut(known.param, f"{request.model.name} {known.why}", done))
    return kept, tuple(left_out)


def _read_list(value: Any, _query: Mapping[str, str]) -> Page:
    return value.get("data", value.get("models")) if isinstance(value, dict) else value, {}


def _name_of(entry: Any) -> str:
    name = entry.get("id") or entry.get("name") if isinstance(entry, dict) else None
    return name if isinstance(name, str) else ""


def _served(entry: dict[str, Any], name: str) -> ServedModel:
    """One entry. OpenAI says no limits; llama.cpp, OpenRouter, Together, Groq, Mistral and vLLM do, by these names."""
    return served(
        name,
        entry.get("display_name") or entry.get("name"),
        window=(
            details(entry, "meta").get("n_ctx"),
            *(entry.get(k) for k in ("context_length", "context_window", "max_context_length", "max_model_len")),
        ),
        output=(
            entry.get("max_completion_tokens"),
            details(entry, "top_provider").get("max_completion_tokens"),
        ),
    )


__all__ = ["headers_for", "models_of", "without_known_refusals"]
