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

from compare.providers.asking import Asking, Draft, LeftOut, call_for, encode, fetch_count, join
from compare.providers.exchange import converse
from compare.providers.openai_shared import headers_for, models_of, without_known_refusals
from compare.providers.responsesreader import ResponsesReader
from compare.records import ChatMessage, ChatRequest, Event, ServedModel

if TYPE_CHECKING:
    from compare.providers.http import HttpClient


class OpenAIResponses:
    """A records.Provider for servers with POST {base_url}/responses.

    Nothing is stored at the server. The format has no field for a seed; a request's seed, which only simulated models
    need, goes into its metadata.
    """

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def stream(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> AsyncGenerator[Event, None]:
        """Ask once; see records.Provider. Close the iterator (contextlib.aclosing) when leaving it early."""
        call = call_for(request, join(base_url, "responses"), api_key)
        asking = Asking(self._client.learned, base_url, call, draft(request, base_url, api_key))
        return converse(self._client, call, asking)

    async def list_models(
        self, base_url: str, api_key: str | None, *, api_key_env: str | None = None
    ) -> list[ServedModel]:
        """What GET {base_url}/models names, with limits where the server says them; see records.Provider."""
        return await models_of(self._client, base_url, api_key, api_key_env)

    async def count_tokens(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> int | None:
        """What POST {base_url}/responses/input_tokens says; see records.Provider."""
        call = call_for(request, join(base_url, "responses/input_tokens"), api_key, is_side_call=True)
        body = encode({"model": request.model.model, **_conversation(request.messages)})
        return await fetch_count(self._client, call, headers_for(base_url, api_key), body, "input_tokens")


# --- what is sent ----------------------------------------------------------------------------------------------------


def draft(request: ChatRequest, base_url: str, api_key: str | None = None) -> Draft:
    """The request as this format has it, before anything is known of the server's refusals."""
    params, left_out = without_known_refusals(_params(request), request, base_url)
    if request.settings.stop:
        why = "Stop sequences cannot be set for models that are asked in the Responses format"
        left_out = (LeftOut("stop", why, "they were left out"), *left_out)
    return Draft(
        headers=headers_for(base_url, api_key),
        params=params,
        conversation=_conversation(request.messages),
        reader=partial(ResponsesReader, max_output_tokens=request.settings.max_output_tokens),
        warnings=_warnings(request),
        left_out=left_out,
    )


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
        content = [{"type": "input_image", "detail": "auto", "image_url": image.data_url} for image in message.images]
        if message.content:
            content.append({"type": "input_text", "text": message.content})
    return {"type": "message", "role": message.role, "content": content}


def _warnings(request: ChatRequest) -> tuple[str, ...]:
    warnings = []
    if any(message.images for message in request.messages if message.role == "assistant"):
        warnings.append("An assistant's message cannot hold images in the Responses format; they were left out.")
    return tuple(warnings)


__all__ = ["OpenAIResponses", "draft"]
