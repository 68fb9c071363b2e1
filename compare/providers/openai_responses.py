"""The Responses format, OpenAI's newer one, as OpenAI and a growing number of other servers speak it.

What is sent lies here; reading what comes back lies in responsesreader.py.

A conversation goes out as it stands, turn by turn: the format takes messages of one role in a row, empty ones, and a
first or last message of the assistant. The leading system messages are the `instructions`, joined by blank lines. Later
ones stay in their place as items of role "system", not "developer": to OpenAI both mean the same, other servers know
only the former, and Ollama passes over the latter without a word. Every item names its type, without which llama.cpp
cannot read an assistant's message; texts are plain strings, since vLLM refuses an assistant's text in parts without
the id that its server would have given it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from compare.errors import ProviderError
from compare.providers.asking import Asking, Draft, encode, fetch_json, join
from compare.providers.errorbody import as_text
from compare.providers.exchange import converse
from compare.providers.failures import Call
from compare.providers.quirks import quirks_of
from compare.providers.responsesreader import ResponsesReader
from compare.records import ChatMessage, ChatRequest, Event, ServedModel

if TYPE_CHECKING:
    from compare.providers.http import HttpClient

_SIDE_CALL_TIMEOUT_S = 30.0
"""For questions that no model has to think about."""


class OpenAIResponses:
    """A records.Provider for servers with POST {base_url}/responses.

    Nothing is stored at the server. The format has no field for a seed; a request's seed, which only simulated models
    need, goes into its metadata.
    """

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def stream(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> AsyncGenerator[Event, None]:
        """Ask once; see records.Provider. Close the iterator (contextlib.aclosing) when leaving it early."""
        call = Call(
            url=join(base_url, "responses"),
            model=request.model.model,
            key_env=request.model.api_key_env,
            api_key=api_key,
            total_timeout_s=request.total_timeout_s,
        )
        draft = Draft(
            headers=_headers(base_url, api_key),
            params=_params(request),
            conversation=_conversation(request.messages),
            reader=partial(ResponsesReader, max_output_tokens=request.settings.max_output_tokens),
            warnings=_warnings(request),
        )
        return converse(self._client, call, Asking(self._client.learned, base_url, call, draft))

    async def list_models(
        self, base_url: str, api_key: str | None, *, api_key_env: str | None = None
    ) -> list[ServedModel]:
        """What GET {base_url}/models names, with limits where the server says them; see records.Provider.

        The list comes in one piece: the format has no pages.
        """
        url = join(base_url, "models")
        call = Call(url, "a list of models", api_key_env, api_key, method="GET", total_timeout_s=_SIDE_CALL_TIMEOUT_S)
        value = await fetch_json(self._client, call, _headers(base_url, api_key))
        entries = value.get("data") if isinstance(value, dict) else value
        if not isinstance(entries, list):
            raise ProviderError(call.not_a_model_server(200, as_text(value)))
        return [_served(entry) for entry in entries if isinstance(entry, dict) and isinstance(entry.get("id"), str)]

    async def count_tokens(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> int | None:
        """What POST {base_url}/responses/input_tokens says; see records.Provider."""
        call = Call(
            url=join(base_url, "responses/input_tokens"),
            model=request.model.model,
            key_env=request.model.api_key_env,
            api_key=api_key,
            total_timeout_s=min(request.total_timeout_s, _SIDE_CALL_TIMEOUT_S),
        )
        body = encode({"model": request.model.model, **_conversation(request.messages)})
        value = await fetch_json(self._client, call, _headers(base_url, api_key), body)
        count = value.get("input_tokens") if isinstance(value, dict) else None
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise ProviderError(call.not_a_model_server(200, as_text(value)))
        return count


# --- what is sent ----------------------------------------------------------------------------------------------------


def _params(request: ChatRequest) -> dict[str, Any]:
    settings = request.settings
    params: dict[str, Any] = {"model": request.model.model, "stream": True, "store": False}
    if settings.max_output_tokens is not None:
        params["max_output_tokens"] = settings.max_output_tokens
    if settings.temperature is not None:
        params["temperature"] = settings.temperature
    if settings.reasoning_effort is not None:
        params["reasoning.effort"] = settings.reasoning_effort
        if settings.reasoning_effort != "none":  # without thinking there is nothing to sum up
            params["reasoning.summary"] = "auto"
    if request.seed is not None:
        params["metadata.seed"] = str(request.seed)
    return params


def _conversation(messages: Sequence[ChatMessage]) -> dict[str, Any]:
    """The fields `instructions`, where there is a system prompt, and `input`."""
    n_leading = next((i for i, m in enumerate(messages) if m.role != "system" or m.images), len(messages))
    if n_leading == len(messages):
        n_leading = 0  # `input` must not be empty
    conversation: dict[str, Any] = {"input": [_item(message) for message in messages[n_leading:]]}
    if n_leading:
        conversation["instructions"] = "\n\n".join(message.content for message in messages[:n_leading])
    return conversation


def _item(message: ChatMessage) -> dict[str, Any]:
    content: str | list[dict[str, str]] = message.content
    if message.images and message.role != "assistant":
        content = [
            {"type": "input_image", "detail": "auto", "image_url": f"data:{image.media_type};base64,{image.base64}"}
            for image in message.images
        ]
        if message.content:
            content.append({"type": "input_text", "text": message.content})
    return {"type": "message", "role": message.role, "content": content}


def _warnings(request: ChatRequest) -> tuple[str, ...]:
    warnings = []
    if request.settings.stop:
        warnings.append("Stop sequences cannot be set for models that are asked in the Responses format.")
    if any(message.images for message in request.messages if message.role == "assistant"):
        warnings.append("An assistant's message cannot hold images in the Responses format; they were left out.")
    return tuple(warnings)


def _headers(base_url: str, api_key: str | None) -> dict[str, str]:
    headers = {"content-type": "application/json", "accept": "text/event-stream, application/json"}
    if api_key:
        name = quirks_of(base_url).key_header
        headers[name] = f"Bearer {api_key}" if name == "Authorization" else api_key
    return headers


# --- the list of models ----------------------------------------------------------------------------------------------


def _served(entry: dict[str, Any]) -> ServedModel:
    """One entry. OpenAI says no limits; llama.cpp, OpenRouter, Together, Groq, Mistral and vLLM do, by these names."""
    provider, meta = _object(entry, "top_provider"), _object(entry, "meta")
    name = entry.get("display_name") or entry.get("name")
    return ServedModel(
        entry["id"],
        label=name if isinstance(name, str) and name != entry["id"] else "",
        context_window_tokens=_first_limit(
            meta.get("n_ctx"),
            *(entry.get(k) for k in ("context_length", "context_window", "max_context_length", "max_model_len")),
        ),
        max_output_tokens=_first_limit(entry.get("max_completion_tokens"), provider.get("max_completion_tokens")),
    )


def _object(entry: dict[str, Any], name: str) -> dict[str, Any]:
    value = entry.get(name)
    return value if isinstance(value, dict) else {}


def _first_limit(*values: Any) -> int | None:
    return next((v for v in values if isinstance(v, int) and not isinstance(v, bool) and v > 0), None)


__all__ = ["OpenAIResponses"]
