"""Named model servers on loopback: each answers every chat completion with its own name, in OpenAI's format.

They run in the loop of whoever opens them. A server can be made to answer 500, or to refuse connections while it keeps
its port, and it counts the requests that reached it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Literal

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from compare.routing.verify.loopback import bind

State = Literal["up", "answers 500", "refuses connections"]

STOP_S = 3.0
N_PIECES = 4
"""Parts in which a streamed answer's text is sent: the server's name, and full stops."""
_BACKLOG = 512


class Fake:
    """One named server.

    Attributes:
        base_url: OpenAI's base, ending in /v1.
        hits: chat completions that reached it, failed ones too.
        pause_s: before each piece of a streamed answer, and once within an event; 0 sends all of it at once.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.hits = 0
        self.pause_s = 0.0
        self._failing = False
        self._bound = bind(0)
        self._port = int(self._bound.getsockname()[1])
        self.base_url = f"http://127.0.0.1:{self._port}/v1"
        self._running: tuple[uvicorn.Server, asyncio.Task[None]] | None = None

    async def become(self, state: State) -> None:
        """Change what happens to the next request."""
        self._failing = state == "answers 500"
        if state == "refuses connections":
            await self._stop()
            # Bound and not listening: connections are refused, and nobody else can take the port.
            self._bound = bind(self._port)
        elif self._running is None:
            await self._start()

    async def close(self) -> None:
        """Give up the port."""
        await self._stop()
        self._bound.close()

    async def _start(self) -> None:
        self._bound.listen(_BACKLOG)
        self._bound.setblocking(False)
        server = _GuestServer(
            uvicorn.Config(
                Starlette(routes=[Route("/v1/chat/completions", self._answer, methods=["POST"])]),
                log_config=None,
                access_log=False,
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=1,
                timeout_keep_alive=300,
            )
        )
        task = asyncio.create_task(server.serve(sockets=[self._bound]), name=f"fake {self.name}")
        while not server.started:
            if task.done():
                task.result()
                raise RuntimeError(f"the fake server {self.name} did not start")
            await asyncio.sleep(0.005)
        self._running = (server, task)

    async def _stop(self) -> None:
        if self._running is None:
            return
        server, task = self._running
        self._running = None
        server.should_exit = True
        done, _ = await asyncio.wait([task], timeout=STOP_S)
        if not done:
            task.cancel()
            await asyncio.wait([task], timeout=STOP_S)
        self._bound.close()

    async def _answer(self, request: Request) -> Response:
        body = await request.body()
        self.hits += 1
        if self._failing:
            error = {"message": f"{self.name} fails on purpose", "type": "server_error", "code": None, "param": None}
            return JSONResponse({"error": error}, 500)
        asked = orjson.loads(body)
        if asked.get("stream"):
            return StreamingResponse(self._written(self._events(asked)), media_type="text/event-stream")
        return Response(orjson.dumps(self._whole(asked)), media_type="application/json")

    def _whole(self, asked: Mapping[str, object]) -> dict[str, object]:
        message = {"role": "assistant", "content": self.name}
        return {
            "id": f"chatcmpl-{self.name}-{self.hits}",
            "object": "chat.completion",
            "created": 1,
            "model": asked.get("model", self.name),
            "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }

    async def _written(self, events: Sequence[bytes]) -> AsyncIterator[bytes]:
        if not self.pause_s:
            yield b"".join(events)
            return
        for i, event in enumerate(events):
            await asyncio.sleep(self.pause_s)
            if i == 1:
                # Networks cut where they like, also within an event.
                yield event[: len(event) // 2]
                await asyncio.sleep(self.pause_s)
                event = event[len(event) // 2 :]
            yield event

    def _events(self, asked: Mapping[str, object]) -> list[bytes]:
        head = {"id": f"chatcmpl-{self.name}-{self.hits}", "object": "chat.completion.chunk", "created": 1}
        head["model"] = asked.get("model", self.name)
        texts = [self.name, *["."] * (N_PIECES - 1)]
        deltas: list[tuple[dict[str, str], str | None]] = [({"role": "assistant", "content": ""}, None)]
        deltas += [({"content": text}, None) for text in texts]
        deltas += [({}, "stop")]
        choices = [{"index": 0, "delta": delta, "finish_reason": end} for delta, end in deltas]
        events = [b"data: " + orjson.dumps({**head, "choices": [choice]}) + b"\n\n" for choice in choices]
        return [*events, b"data: [DONE]\n\n"]


def name_in(text: str) -> str:
    """Whose streamed answer this is; the text itself, where it is not one of a whole answer."""
    stops = "." * (N_PIECES - 1)
    return text.removesuffix(stops) if text.endswith(stops) else f"(broken text {text!r})"


class _GuestServer(uvicorn.Server):
    """Runs in a loop of somebody else, and leaves the process's signal handlers alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def open_fakes(names: Sequence[str]) -> AsyncIterator[dict[str, Fake]]:
    """One server for each name, answering; closed when the block ends."""
    fakes: dict[str, Fake] = {}
    try:
        for name in names:
            fakes[name] = Fake(name)
            await fakes[name].become("up")
        yield fakes
    finally:
        await asyncio.gather(*(fake.close() for fake in fakes.values()))


__all__ = ["N_PIECES", "Fake", "State", "name_in", "open_fakes"]
