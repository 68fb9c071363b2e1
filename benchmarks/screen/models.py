"""A model server on loopback in the OpenAI format: the texts of texts.py at a pace, each stamp the time of its sending.

The model's name says what is answered: "prose-800-100-a" is 800 tokens of prose at 100 deltas a second; 0 a second is
all at once. What follows the third dash only tells candidates apart.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from functools import lru_cache

from benchmarks.screen.texts import PLACE, pieces, stamp_ms, text
from compare.tokens.count import count

TTFT_S = 0.05
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_LIST = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{"data": []}'


def _event(value: object) -> bytes:
    data = b"data: " + json.dumps(value).encode() + b"\n\n"
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def _delta(piece: str, finish: str | None = None) -> bytes:
    return _event(
        {
            "id": "chatcmpl-0123456789abcdef0123456789ab", "object": "chat.completion.chunk", "created": 1_767_225_600,
            "model": "bench", "system_fingerprint": "fp_0123456789", "usage": None,
            "choices": [{"index": 0, "delta": {"content": piece}, "logprobs": None, "finish_reason": finish}],
        }
    )  # fmt: skip


@lru_cache(maxsize=64)
def _ready_made(kind: str, n_tokens: int) -> tuple[bytes, ...]:
    """The bytes of every delta, so that sending 12,000 a second leaves the machine to the app."""
    return tuple(_delta(piece) for piece in pieces(kind, n_tokens))


def _end(kind: str, n_tokens: int) -> bytes:
    n = count(text(kind, n_tokens))
    usage = {"prompt_tokens": 2500, "completion_tokens": n, "total_tokens": 2500 + n}
    return _delta("", "stop") + _event({"choices": [], "usage": usage}) + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"


def _now(delta: bytes) -> bytes:
    return delta.replace(PLACE.encode(), stamp_ms(time.time()).encode(), 1)


async def _answer(model: str, writer: asyncio.StreamWriter) -> None:
    kind, n_tokens, per_s = model.split("-")[:3]
    deltas = _ready_made(kind, int(n_tokens))
    clock = asyncio.get_running_loop().time
    # Panes are not to be in step with each other, nor with whoever looks at them.
    began = clock() + TTFT_S + random.uniform(0, 0.05)
    writer.write(_HEAD)
    for i, delta in enumerate(deltas):
        if per_s != "0":
            await asyncio.sleep(max(0.0, began + i / float(per_s) - clock()))
        if writer.is_closing():
            raise ConnectionResetError("the client has gone")
        writer.write(_now(delta))
    writer.write(_end(kind, int(n_tokens)))
    await writer.drain()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := (await reader.readuntil(b"\r\n\r\n")).decode().lower():
            if head.startswith("get "):
                writer.write(_LIST)
                continue
            length = int(head.split("content-length:")[1].split("\r\n")[0])
            await _answer(json.loads(await reader.readexactly(length))["model"], writer)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the client is done
    finally:
        writer.close()


async def main() -> None:
    count("")
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, limit=1 << 22, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Ends with the process that started it.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
