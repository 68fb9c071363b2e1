"""Runs in TensorZero's environment: the embedded gateway behind a loopback port, one JSON line a request and a reply.

`python tensorzero_child.py FILE PORT`, in the folder of the export. TensorZero comes as a library without a port, so
this is its application: it calls the function that the export's picker names, and sends a session's episode again. A
request is {"body", "told", "episode", "stream"}; a reply {"text", "episode"}, with {"pieces", "spread_s"} where it was
streamed, or {"error"}.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
import time
from typing import Any


async def main(file: str, port: int) -> None:
    """Serve until the process is ended."""
    # Neither is known where Weighbridge runs.
    sys.path.insert(0, os.getcwd())
    picker = importlib.import_module("weighbridge_route")
    tensorzero = importlib.import_module("tensorzero")
    gateway = await tensorzero.AsyncTensorZeroGateway.build_embedded(config_file=file)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                reply = await _ask(gateway, picker, json.loads(line))
                writer.write(json.dumps(reply).encode() + b"\n")
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port, limit=1 << 24)
    await server.serve_forever()


async def _ask(gateway: Any, picker: Any, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        function = picker.route_of(asked["body"], **asked["told"])
        messages = [_message(message) for message in asked["body"]["messages"]]
        answer = await gateway.inference(
            function_name=function, input={"messages": messages}, episode_id=asked["episode"], stream=asked["stream"]
        )
        if asked["stream"]:
            return await _read(answer)
    except Exception as exc:  # whatever the library raises is what its client sees
        return {"error": " ".join(str(exc).split())}
    return {"text": answer.content[0].text, "episode": str(answer.episode_id)}


async def _read(answer: Any) -> dict[str, Any]:
    """Every piece of a streamed answer, with when it came."""
    texts, times_s, episode, reason = [], [], "", None
    async for chunk in answer:
        episode, reason = str(chunk.episode_id), getattr(chunk, "finish_reason", None) or reason
        for content in chunk.content:
            if text := getattr(content, "text", ""):
                texts.append(text)
                times_s.append(time.monotonic())
    if reason is None:
        return {"error": f"the stream ended without the reason to stop, after {len(texts)} pieces"}
    spread_s = times_s[-1] - times_s[0] if times_s else 0.0
    return {"text": "".join(texts), "pieces": len(texts), "spread_s": spread_s, "episode": episode}


def _message(message: dict[str, Any]) -> dict[str, str]:
    """Its text; TensorZero has forms of its own for tools and pictures, which no rule looks at here."""
    content = message["content"]
    text = content if isinstance(content, str) else content[0]["text"]
    return {"role": "assistant" if message["role"] == "assistant" else "user", "content": text}


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
