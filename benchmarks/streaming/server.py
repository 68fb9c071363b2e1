"""A model server on loopback that costs as little as it can: ready-made bytes, at full speed or at a pace.

The model's name says what is answered: "burst-200" is 200 tokens at once, "paced-200-100-50" is 200 tokens at 100 a
second, the first after 50 ms. GET /clock gives the totals of paced answers by this process's own clock, in ms, and
forgets them.
"""

from __future__ import annotations

import asyncio
import json
import sys
from functools import cache

WORDS = ("fidelity ", "judgment ")
"""Of one length, sent in turn: litellm takes a hundred equal pieces for a model that is caught in a loop."""
WORD_CHARS = 9
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_clock_ms: dict[str, float] = {}


def _chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def _event(value: object) -> bytes:
    return _chunk(b"data: " + json.dumps(value).encode() + b"\n\n")


def _delta(text: str, finish: str | None = None) -> bytes:
    """One event of about 300 bytes, as the vendor's are."""
    return _event(
        {
            "id": "chatcmpl-0123456789abcdef0123456789ab", "object": "chat.completion.chunk", "created": 1_767_225_600,
            "model": "bench", "service_tier": "default", "system_fingerprint": "fp_0123456789", "usage": None,
            "choices": [{"index": 0, "delta": {"content": text}, "logprobs": None, "finish_reason": finish}],
            "obfuscation": "0123456789abcdef",
        }
    )  # fmt: skip


def _end(n_tokens: int) -> bytes:
    usage = {"prompt_tokens": 2500, "completion_tokens": n_tokens, "total_tokens": 2500 + n_tokens}
    return _delta("", "stop") + _event({"choices": [], "usage": usage}) + _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"


@cache
def _burst(n_tokens: int) -> bytes:
    return _HEAD + b"".join(_delta(WORDS[i % 2]) for i in range(n_tokens)) + _end(n_tokens)


async def _answer(model: str, stream_id: str, writer: asyncio.StreamWriter) -> None:
    kind, n_tokens, *pace = model.split("-")
    n = int(n_tokens)
    if kind == "burst":
        writer.write(_burst(n))
        await writer.drain()
        return
    per_s, ttft_ms = (int(value) for value in pace)
    began = asyncio.get_running_loop().time()
    writer.write(_HEAD)
    for i in range(n):
        due = began + ttft_ms / 1000 + i / per_s
        await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
        writer.write(_delta(WORDS[i % 2]))
    writer.write(_end(n))
    await writer.drain()
    _clock_ms[stream_id] = (asyncio.get_running_loop().time() - began) * 1000


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            text = head.decode().lower()
            if text.startswith("get /clock"):
                body = json.dumps(_clock_ms).encode()
                _clock_ms.clear()
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
                continue
            length = int(text.split("content-length:")[1].split("\r\n")[0])
            asked = json.loads(await reader.readexactly(length))
            await _answer(asked["model"], asked["messages"][0]["content"], writer)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the client is done
    finally:
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, limit=1 << 20, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Ends with the process that started it.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
