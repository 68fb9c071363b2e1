"""LiteLLM's proxy, in an environment of its own: `litellm --config config.yaml` beside the hook of the export."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator
from typing import Any

from compare.routing.exports.litellm import entry_of
from compare.routing.verify.asks import Ask
from compare.routing.verify.child import running
from compare.routing.verify.gateways.chat import ChatGateway, client, until_ready
from compare.routing.verify.gateways.gateway import KEY_VARIABLE, Gateway, Kind, Start
from compare.routing.verify.gateways.places import program
from compare.routing.verify.loopback import free_port, must_be_alone

TITLE = "LiteLLM"
INSTALL = (
    "Install it into an environment of its own: python -m venv .venv-litellm && "
    ".venv-litellm/bin/pip install --require-hashes -r requirements-litellm.lock."
)


@contextlib.asynccontextmanager
async def start(given: Start) -> AsyncIterator[Gateway]:
    """The proxy, answering on a loopback port."""
    litellm = program("litellm", TITLE, INSTALL, "litellm", given.home, (".venv-litellm",))
    port = free_port()
    # LiteLLM refuses keys that stand in tutorials.
    master = f"sk-{secrets.token_hex(16)}"
    env = {
        KEY_VARIABLE: "none",
        "LITELLM_MASTER_KEY": master,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_LOG": "ERROR",
        "PYTHONPATH": str(given.folder),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    options = ["--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port)]
    async with (
        running(TITLE, [litellm, *options, "--num_workers", "1", "--telemetry", "False"], given.folder, env) as child,
        client() as http,
    ):
        root = f"http://127.0.0.1:{port}"
        await until_ready(child, http, f"{root}/health/readiness")
        must_be_alone(TITLE, port)
        yield ChatGateway(child, http, root, entry_of(given.config), key=master, body=_body)


def _body(ask: Ask) -> dict[str, Any]:
    return {"metadata": ask.told()}


KIND = Kind("litellm", TITLE, INSTALL, start)
