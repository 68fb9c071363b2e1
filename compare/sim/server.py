"""The simulator on a loopback port: inside a running loop (`start`) or as a process of its own (`run_forever`)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette

from compare.errors import ConfigError
from compare.sim.app import build
from compare.tokens.count import count

CLOSE_TIMEOUT_S = 3.0
BACKLOG = 512


class SimServer:
    """A running simulator.

    Attributes:
        base_url: root, without a trailing slash; the OpenAI base is `base_url + "/v1"`.
    """

    def __init__(self, base_url: str, server: uvicorn.Server, task: asyncio.Task[None]) -> None:
        self.base_url = base_url
        self._server = server
        self._task = task

    async def close(self) -> None:
        """Stop it; streams that are under way break off. Safe to call twice."""
        self._server.should_exit = True
        done, _ = await asyncio.wait([self._task], timeout=CLOSE_TIMEOUT_S)
        if not done:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=CLOSE_TIMEOUT_S)


class _Server(uvicorn.Server):
    """Says when it accepts requests, and makes waiting answers end before it shuts down."""

    def __init__(self, app: Starlette, on_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="warning",
                access_log=False,
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=1,
                timeout_keep_alive=60,
            )
        )
        self._state = app.state.sim
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._state.close()
        await super().shutdown(sockets)


class _GuestServer(_Server):
    """Runs in a loop of somebody else, and leaves the process's signal handlers alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def start(
    speed: float, port: int = 0, host: str = "127.0.0.1", record: list[dict[str, Any]] | None = None
) -> SimServer:
    """Serve in the running loop; returns when requests are accepted.

    Args:
        speed: factor on every wait: 1 real pace, 2 half as fast, 0 no waiting.
        port: 0 takes a free one.
        host: address to bind.
        record: list to which every request body is appended.

    Raises:
        ConfigError: the port is taken or may not be bound.
    """
    bound = _bind(host, port)
    await _warm_up()
    ready = asyncio.Event()
    server = _GuestServer(build(speed, record), ready.set)
    task = asyncio.create_task(server.serve(sockets=[bound]), name="sim-server")
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if task.done():
        task.result()
    return SimServer(_url(bound), server, task)


def run_forever(port: int, speed: float, on_ready: Callable[[str], None], host: str = "127.0.0.1") -> None:
    """Serve in a loop of its own until SIGINT or SIGTERM.

    Args:
        port: 0 takes a free one.
        speed: factor on every wait.
        on_ready: called once with the base URL when requests are accepted.
        host: address to bind.

    Raises:
        ConfigError: the port is taken or may not be bound.
    """
    bound = _bind(host, port)

    async def main() -> None:
        await _warm_up()
        await _Server(build(speed), lambda: on_ready(_url(bound))).serve(sockets=[bound])

    # uvicorn raises the signal again once it has shut down; on SIGINT that is a KeyboardInterrupt after a clean end.
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())


async def _warm_up() -> None:
    # Loading the tokenizer takes about 0.3 s, which would otherwise fall into the first answer's time.
    await asyncio.to_thread(count, "")


def _bind(host: str, port: int) -> socket.socket:
    # The protocol is named because asyncio switches Nagle's delay off only for sockets that name it; without this every
    # answer comes up to 40 ms late.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as exc:
        bound.close()
        raise ConfigError(
            f"The simulated models cannot listen on {host}:{port} ({exc.strerror}). "
            "Choose another port, or 0 for a free one."
        ) from exc
    bound.listen(BACKLOG)
    bound.setblocking(False)
    return bound


def _url(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"http://{host}:{port}"


__all__ = ["SimServer", "run_forever", "start"]
