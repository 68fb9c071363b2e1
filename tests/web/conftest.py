"""A client that speaks ASGI directly: it sees every chunk, and it can hang up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    chunks: list[bytes] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)


Ask = Callable[..., Coroutine[Any, Any, Answer]]


@pytest.fixture
def ask() -> Ask:
    async def ask(
        app: Starlette, path: str, headers: dict[str, str] | None = None, *, method: str = "GET", hang_up_after: int = 0
    ) -> Answer:
        """One request. With `hang_up_after` the client goes away once it has seen so many non-empty chunks."""
        answer, seen, gone = Answer(), 0, asyncio.Event()
        target, _, query = path.partition("?")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": target, "raw_path": target.encode(), "query_string": query.encode(), "root_path": "",
            "headers": [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()],
            "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
        }  # fmt: skip
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            nonlocal seen
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {k.decode(): v.decode() for k, v in message["headers"]}
            elif message.get("body"):
                answer.chunks.append(message["body"])
                seen += 1
                if seen == hang_up_after:
                    gone.set()

        await asyncio.wait_for(app(scope, receive, send), timeout=10)
        return answer

    return ask
