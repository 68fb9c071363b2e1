"""Model servers on this machine are found by asking their usual ports, and nothing else."""

from __future__ import annotations

import asyncio
import socket
import tomllib

from compare.engine.local_servers import LocalServer, block, find_local_servers
from tests.engine.servers import ModelServer, simulator


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_a_server_that_answers_is_found_with_its_models() -> None:
    with simulator([]) as root:
        port = int(root.rsplit(":", 1)[1])
        [found] = asyncio.run(find_local_servers({"Sim": port, "Nobody": free_port()}))
    assert (found.name, found.base_url) == ("Sim", f"http://127.0.0.1:{port}/v1")
    assert {"sim-lite", "sim-large"} <= set(found.models)


def test_another_program_at_the_port_is_no_model_server(server: ModelServer) -> None:
    assert asyncio.run(find_local_servers({"Something else": server.port})) == []


def test_the_block_for_a_found_model_is_a_catalogue_entry(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from compare.catalog import load_catalog

    text = block(LocalServer("Ollama", "http://127.0.0.1:11434/v1", ("llama3:8b",)), "llama3:8b")
    assert tomllib.loads(text)["model"][0]["model"] == "llama3:8b"
    own = tmp_path / "own.toml"
    own.write_text(text)
    monkeypatch.setenv("WEIGHBRIDGE_MODELS", str(own))
    spec = load_catalog().get("llama3:8b")
    assert (spec.base_url, spec.price is not None and spec.price.input_usd_per_mtok) == ("http://127.0.0.1:11434/v1", 0)


def test_a_model_cannot_write_into_the_block_by_its_name() -> None:
    name = 'a"\nbase_url = "http://elsewhere"\\\x7f\U0001f600'
    (entry,) = tomllib.loads(block(LocalServer("Ollama", "http://127.0.0.1:11434/v1", (name,)), name))["model"]
    assert (entry["model"], entry["base_url"]) == (name, "http://127.0.0.1:11434/v1")
