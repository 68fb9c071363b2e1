"""Streams as the servers send them, recorded during the run, and a server that plays them again."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from compare.records import ProviderKind
from tests.peers.ours import KEY

CHUNK_BYTES = 61
"""A prime, so that chunks end everywhere: inside lines, escapes and characters."""


@dataclass(frozen=True)
class Question:
    """What is asked for a recording; every server must answer it with a stream."""

    kind: ProviderKind
    model: str
    text: str
    max_tokens: int = 300
    thinks: bool = False
    stop: str = ""


def record(root: str, question: Question) -> bytes:
    """The body of the streamed answer, as far as it came."""
    path, body = _request(question)
    headers = {
        "content-type": "application/json",
        "authorization": f"Bearer {KEY}",
        "anthropic-version": "2023-06-01",
    }
    if question.kind == "gemini":
        headers = {"content-type": "application/json", "x-goog-api-key": KEY}
    asked = urllib.request.Request(root + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(asked, timeout=30) as response:
        assert response.headers["content-type"].startswith("text/event-stream"), question
        try:
            found: bytes = response.read()
        except http.client.IncompleteRead as exc:  # a truncated answer is worth comparing, too
            found = exc.partial
    return found


def _request(question: Question) -> tuple[str, dict[str, Any]]:
    """Path and body, written here once more and not by our clients."""
    turn = {"role": "user", "content": question.text}
    match question.kind:
        case "openai-chat":
            body: dict[str, Any] = {"messages": [turn], "max_tokens": question.max_tokens}
            body["stream_options"] = {"include_usage": True}
            body |= {"reasoning_effort": "high"} if question.thinks else {}
            body |= {"stop": [question.stop]} if question.stop else {}
            path = "/v1/chat/completions"
        case "openai-responses":
            body = {"input": question.text, "max_output_tokens": question.max_tokens}
            body |= {"reasoning": {"effort": "high", "summary": "auto"}} if question.thinks else {}
            path = "/v1/responses"
        case "anthropic":
            body = {"messages": [turn], "max_tokens": question.max_tokens}
            body |= {"thinking": {"type": "adaptive"}} if question.thinks else {}
            body |= {"stop_sequences": [question.stop]} if question.stop else {}
            path = "/v1/messages"
        case "gemini":
            config: dict[str, Any] = {"maxOutputTokens": question.max_tokens}
            config |= {"thinkingConfig": {"includeThoughts": True}} if question.thinks else {}
            config |= {"stopSequences": [question.stop]} if question.stop else {}
            contents = [{"role": "user", "parts": [{"text": question.text}]}]
            path = f"/v1beta/models/{question.model}:streamGenerateContent?alt=sse"
            return path, {"contents": contents, "generationConfig": config}
    if not question.thinks:  # beside which Anthropic takes no temperature
        body["temperature"] = 0
    return path, {"model": question.model, "stream": True, **body}


class Player:
    """Answers every request with the same body, in small pieces."""

    def __init__(self) -> None:
        player = self
        self.body = b""

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.end_headers()
                with contextlib.suppress(ConnectionError):  # a client that has read enough may leave
                    for start in range(0, len(player.body), CHUNK_BYTES):
                        self.wfile.write(player.body[start : start + CHUNK_BYTES])

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.root = f"http://127.0.0.1:{self._server.server_port}"

    @contextlib.contextmanager
    def serving(self) -> Iterator[Player]:
        """Serve until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


__all__ = ["Player", "Question", "record"]
