"""Model servers that run on this machine, found by asking the ports they usually listen on. Nothing else is asked."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass

from compare.engine.backend import Backend
from compare.errors import ProviderError
from compare.providers import provider_for

USUAL_PORTS = {"Ollama": 11434, "LM Studio": 1234, "llama.cpp": 8080, "vLLM": 8000}
"""By the name of the server; all of them speak Chat Completions."""


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that answered."""

    name: str
    """Whose usual port it is; another program may sit there."""
    base_url: str
    models: tuple[str, ...]


async def find_local_servers(ports: dict[str, int] = USUAL_PORTS) -> list[LocalServer]:
    """Those of the usual servers that answer with a list of models, in the order of `ports`."""
    async with Backend() as backend:
        found = await asyncio.gather(*(_ask(name, port, backend) for name, port in ports.items()))
    return [server for server in found if server is not None]


async def _ask(name: str, port: int, backend: Backend) -> LocalServer | None:
    base_url = f"http://127.0.0.1:{port}/v1"
    try:
        served = await provider_for("openai-chat", backend.client).list_models(base_url, None)
    except ProviderError:
        # Nobody there, or somebody else: neither is a fault.
        return None
    return LocalServer(name, base_url, tuple(model.name for model in served))


def block(server: LocalServer, model: str) -> str:
    """The lines that add one of the server's models to a model file; its names are text from outside."""
    return (
        f'[[model]]\nid = {_quoted(model.replace(",", "-"))}\nprovider = "openai-chat"\n'
        f"base_url = {_quoted(server.base_url)}\nmodel = {_quoted(model)}\nmaker = {_quoted(server.name)}\n"
        'price = { input = "0", output = "0" }\n'
    )


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's, but for a character that only TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
