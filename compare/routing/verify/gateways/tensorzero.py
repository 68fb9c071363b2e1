"""TensorZero, embedded: a process of its own in TensorZero's environment, asked as its application would ask it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import orjson

from compare.errors import CompareError
from compare.routing.exports.tensorzero import CONFIG
from compare.routing.verify.asks import TIMEOUT_S, Ask, Reply, Streamed
from compare.routing.verify.child import Child, running
from compare.routing.verify.fakes import name_in
from compare.routing.verify.gateways.gateway import KEY_VARIABLE, START_S, Gateway, Kind, Start
from compare.routing.verify.gateways.places import environments, missing
from compare.routing.verify.loopback import free_port, must_be_alone

TITLE = "TensorZero"
INSTALL = (
    "Install it into an environment of its own: python -m venv .venv-tensorzero && "
    ".venv-tensorzero/bin/pip install tensorzero. In a checkout make test-peers does so."
)
_CHILD = Path(__file__).with_name("tensorzero_child.py")
_LINE_BYTES = 1 << 24
_EVERY_S = 0.05
_ERROR_CHARS = 200

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@contextlib.asynccontextmanager
async def start(given: Start) -> AsyncIterator[Gateway]:
    """The embedded gateway, answering on a loopback port."""
    looked = list(environments("tensorzero", given.home, (".venv-peers", ".venv-tensorzero")))
    python = next((p for p in (folder / "bin" / "python" for folder in looked) if _has_tensorzero(p)), None)
    if python is None:
        raise missing(TITLE, INSTALL, "tensorzero", looked)
    port = free_port()
    async with running(TITLE, [python, "-I", _CHILD, CONFIG, str(port)], given.folder, {KEY_VARIABLE: "none"}) as child:
        gateway = TensorZero(child, port)
        try:
            await gateway.until_ready()
            must_be_alone(TITLE, port)
            yield gateway
        finally:
            gateway.close()


def _has_tensorzero(python: Path) -> bool:
    return any(python.parent.parent.glob("lib/python*/site-packages/tensorzero/__init__.py"))


@dataclass(slots=True)
class TensorZero:
    """An application with an embedded TensorZero."""

    child: Child
    port: int
    _idle: list[Connection] = field(default_factory=list)
    _episodes: dict[str, str] = field(default_factory=dict)
    """By session: what the first answer of each was told with."""

    async def ask(self, ask: Ask) -> Reply:
        """Send one request, with the episode of its session from the second on."""
        said = await self._say(ask, stream=False)
        return said if isinstance(said, Reply) else Reply(served=str(said["text"]))

    async def stream(self, ask: Ask) -> Streamed:
        """The same, with the answer streamed to its application."""
        said = await self._say(ask, stream=True)
        if isinstance(said, Reply):
            return Streamed(said)
        return Streamed(Reply(served=name_in(str(said["text"]))), int(said["pieces"]), float(said["spread_s"]))

    async def _say(self, ask: Ask, *, stream: bool) -> dict[str, Any] | Reply:
        told = ask.told()
        if "prompt_tokens" in ask.shape.facts:
            told["prompt_tokens"] = int(ask.shape.facts["prompt_tokens"])
        body = ask.body("auto")
        try:
            async with asyncio.timeout(TIMEOUT_S):
                episode = self._episodes.get(ask.session)
                said = await self._exchange({"body": body, "told": told, "episode": episode, "stream": stream})
        except (OSError, asyncio.IncompleteReadError):
            await asyncio.sleep(_EVERY_S)  # until its end is known, where that was the reason
            self.child.check()
            return Reply(error="the connection broke")
        except TimeoutError:
            return Reply(error=f"no answer within {TIMEOUT_S:.0f} s")
        if "error" in said:
            return Reply(error=str(said["error"])[:_ERROR_CHARS])
        self._episodes.setdefault(ask.session, str(said["episode"]))
        return said

    async def until_ready(self) -> None:
        """Wait until it takes connections.

        Raises:
            CompareError: it ended, or did not in time.
        """
        until = monotonic() + START_S
        while monotonic() < until:
            self.child.check()
            with contextlib.suppress(OSError):
                self._idle.append(await self._connect())
                return
            await asyncio.sleep(_EVERY_S)
        raise CompareError(f"{TITLE} did not start within {START_S:.0f} s. Its last words: {self.child.words()}")

    def close(self) -> None:
        """Close every connection."""
        for _, writer in self._idle:
            writer.close()

    async def _exchange(self, asked: dict[str, Any]) -> dict[str, Any]:
        reader, writer = self._idle.pop() if self._idle else await self._connect()
        try:
            writer.write(orjson.dumps(asked) + b"\n")
            await writer.drain()
            said: dict[str, Any] = orjson.loads(await reader.readuntil(b"\n"))
        except BaseException:
            writer.close()
            raise
        self._idle.append((reader, writer))
        return said

    async def _connect(self) -> Connection:
        return await asyncio.open_connection("127.0.0.1", self.port, limit=_LINE_BYTES)


KIND = Kind("tensorzero", TITLE, INSTALL, start)
