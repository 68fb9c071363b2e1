"""Wire formats: how each kind of server is asked and understood. Importing this loads no HTTP library.

http/ holds the client and is the only folder that imports httpx; one file per wire format stands behind
records.Provider, with one for reading its answers and one for its token counts beside it. What the formats share:
asking.py, turns.py and listing.py on the way out; exchange.py for the call; sse.py, reading.py, reply.py,
tokencounts.py, errorbody.py and failures.py on the way back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from compare.errors import ConfigError
from compare.providers.anthropic import AnthropicMessages
from compare.providers.gemini import Gemini
from compare.providers.openai_chat import OpenAIChat
from compare.providers.openai_responses import OpenAIResponses
from compare.records import Provider, ProviderKind

if TYPE_CHECKING:
    from compare.providers.http import HttpClient

_ADAPTERS: dict[ProviderKind, Callable[[HttpClient], Provider]] = {
    "openai-chat": OpenAIChat,
    "openai-responses": OpenAIResponses,
    "gemini": Gemini,
    "anthropic": AnthropicMessages,
}


def provider_for(kind: ProviderKind, client: HttpClient) -> Provider:
    """The adapter that speaks a model's wire format over this client; cheap enough to make per call.

    Raises:
        ConfigError: no adapter speaks it yet; the message names those that exist.
    """
    adapter = _ADAPTERS.get(kind)
    if adapter is None:
        known = ", ".join(_ADAPTERS)
        raise ConfigError(f"Models of provider {kind!r} cannot be asked yet. Supported for now: {known}.")
    return adapter(client)


__all__ = ["OpenAIChat", "provider_for"]
