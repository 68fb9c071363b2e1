"""Asking one running simulator in any wire format, through a client or on the bare socket."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.sim.wires import Chat, Gemini, Got, Messages, Talk


class Asker:
    """Asks one simulator in any format."""

    def __init__(self, root: str) -> None:
        self._root = root
        self.client = httpx.Client(base_url=root, timeout=20)

    def post(self, wire: Chat, model: str, body: dict[str, Any], stream: bool = False) -> httpx.Response:
        return self.client.post(wire.path(model, stream), json=body, headers=dict(wire.headers))

    def whole(self, wire: Chat, model: str, talk: Talk, **options: Any) -> Got:
        response = self.post(wire, model, wire.body(model, talk, **options))
        assert response.status_code == 200, response.text
        return wire.whole(response.json())

    def stream(self, wire: Chat, model: str, talk: Talk, **options: Any) -> bytes:
        response = self.post(wire, model, wire.body(model, talk, stream=True, **options), stream=True)
        assert response.status_code == 200, response.text
        return response.content

    def count(self, wire: Chat, model: str, talk: Talk) -> httpx.Response:
        body = wire.body(model, talk)
        path = wire.count_path
        if isinstance(wire, Gemini):
            path = f"/{wire.version}/models/{model}:countTokens"
            body = {"generateContentRequest": {"model": f"models/{model}", **body}}
        elif isinstance(wire, Messages):
            del body["max_tokens"]
        return self.client.post(path, json=body, headers=dict(wire.headers))

    def on_the_socket(self, wire: Chat, model: str, talk: Talk, **options: Any) -> RawAnswer:
        """A streamed answer as it crosses the socket."""
        body = json.dumps(wire.body(model, talk, stream=True, **options)).encode()
        address = urlsplit(self._root)
        sent = {"host": address.netloc, "content-length": str(len(body)), "connection": "close", **dict(wire.headers)}
        head = f"POST {wire.path(model, True)} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in sent.items())
        with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
            connection.sendall(head.encode() + b"\r\n" + body)
            return RawAnswer(b"".join(iter(lambda: connection.recv(65_536), b"")))

    def close(self) -> None:
        self.client.close()


class RawAnswer:
    """Bytes of one HTTP response."""

    def __init__(self, raw: bytes) -> None:
        head, _, self.body = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}

    def chunks(self) -> list[bytes]:
        """The chunks of a chunked body, and the proof that it ended as one should."""
        assert self.headers["transfer-encoding"] == "chunked"
        return list(self._chunks())

    def _chunks(self) -> Iterator[bytes]:
        rest = self.body
        while True:
            size, _, rest = rest.partition(b"\r\n")
            if size == b"0":
                assert rest == b"\r\n"
                return
            n_bytes = int(size, 16)
            yield rest[:n_bytes]
            assert rest[n_bytes : n_bytes + 2] == b"\r\n"
            rest = rest[n_bytes + 2 :]
