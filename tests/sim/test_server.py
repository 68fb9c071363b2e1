"""Starting and stopping: in a loop of somebody else, and as a process of its own."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time

import httpx
import pytest

from compare.errors import ConfigError
from compare.sim.server import start


def test_it_serves_until_closed_and_leaves_signal_handlers_alone() -> None:
    async def check() -> None:
        before = signal.getsignal(signal.SIGINT)
        server = await start(0)
        assert server.base_url.startswith("http://127.0.0.1:")
        async with httpx.AsyncClient() as client:
            assert (await client.get(server.base_url + "/v1/models")).status_code == 200
        assert signal.getsignal(signal.SIGINT) is before
        await server.close()
        await server.close()
        async with httpx.AsyncClient() as client:
            with pytest.raises(httpx.ConnectError):
                await client.get(server.base_url + "/v1/models")

    asyncio.run(check())


def test_two_run_side_by_side_on_free_ports() -> None:
    async def check() -> None:
        one, other = await start(0), await start(0)
        assert one.base_url != other.base_url
        await one.close()
        await other.close()

    asyncio.run(check())


def test_a_taken_port_is_said_in_words() -> None:
    async def check() -> None:
        server = await start(0)
        port = int(server.base_url.rsplit(":", 1)[1])
        with pytest.raises(ConfigError, match=rf"cannot listen on 127\.0\.0\.1:{port} .* Choose another port"):
            await start(0, port=port)
        await server.close()

    asyncio.run(check())


def test_closing_breaks_off_a_waiting_stream_at_once_and_in_silence(caplog: pytest.LogCaptureFixture) -> None:
    async def check() -> float:
        server = await start(20)
        body = {"model": "sim-large", "messages": [{"role": "user", "content": "Hello"}], "stream": True}
        async with httpx.AsyncClient() as client:

            async def read() -> bytes:
                async with client.stream("POST", server.base_url + "/v1/chat/completions", json=body) as response:
                    return b"".join([c async for c in response.aiter_raw()])

            reading = asyncio.create_task(read())
            await asyncio.sleep(0.2)
            began = time.perf_counter()
            await server.close()
            took = time.perf_counter() - began
            assert b"[DONE]" not in await reading
        return took

    assert asyncio.run(check()) < 1.5
    assert caplog.records == []


def test_as_a_process_it_says_its_address_and_ends_on_a_signal() -> None:
    code = "from compare.sim.server import run_forever; run_forever(0, 0.0, lambda url: print(url, flush=True))"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        body = {"model": "sim-lite", "messages": [{"role": "user", "content": "Hello"}]}
        response = httpx.post(url + "/v1/chat/completions", content=json.dumps(body))
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    assert response.status_code == 200
    assert (process.returncode, errors) == (0, "")
