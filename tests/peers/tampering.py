"""Stands between the app and its identity provider, and can put another ID token into the answer that brings one.

It has the provider's own key, so that each wrong token is wrong in one way only.
"""

from __future__ import annotations

import base64
import hmac
import http.client
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

Claims = dict[str, Any]
_HOPS = ("transfer-encoding", "content-length", "connection", "keep-alive")


class Tamperer:
    """A reverse proxy on a free loopback port."""

    def __init__(self, key: RSAKey) -> None:
        self.key = key
        self.behind = ""
        """The provider's own address."""
        self.change: Callable[[str], str] = lambda token: token
        """What becomes of the next ID tokens."""
        self.seen: list[str] = []
        """The ID tokens that the provider gave out."""
        self.given: list[str] = []
        """What the app was given for each."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def serving(self) -> Iterator[Tamperer]:
        thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, list[Any], bytes]:
        target = urlsplit(self.behind)
        connection = http.client.HTTPConnection(str(target.hostname), target.port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        if path == "/.well-known/openid-configuration":
            # A provider that names these is met in the wild; a client that takes its word for it reads anything.
            metadata = json.loads(said)
            metadata["id_token_signing_alg_values_supported"] += ["none", "HS256"]
            said = json.dumps(metadata).encode()
        if path == "/token" and answer.status == 200:
            token = json.loads(said)
            self.seen.append(token["id_token"])
            self.given.append(self.change(token["id_token"]))
            said = json.dumps({**token, "id_token": self.given[-1]}).encode()
        return answer.status, answer.getheaders(), said

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        tamperer = self

        class Handler(BaseHTTPRequestHandler):
            def _pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                status, headers, said = tamperer.forward(self.command, self.path, dict(self.headers), body)
                self.send_response(status)
                for name, value in headers:
                    if name.lower() not in _HOPS:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_POST = _pass_on  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        return Handler

    def with_claims(self, **claims: Any) -> Callable[[str], str]:
        """The token with other claims (None takes one away), signed anew with the provider's key."""

        def change(token: str) -> str:
            header, said = self._read(token)
            changed = {name: value for name, value in {**said, **claims}.items() if value is not None}
            return jwt.encode(header, changed, self.key)

        return change

    def signed_by_somebody_else(self, token: str) -> str:
        """The same claims under the same key id, but another key."""
        header, said = self._read(token)
        return jwt.encode(header, said, RSAKey.generate_key(2048))

    def unsigned(self, token: str) -> str:
        """The same claims with the algorithm "none"."""
        _, said = self._read(token)
        return _written({"alg": "none", "kid": self.key.kid}, said, b"")

    def signed_with_the_public_key(self, token: str) -> str:
        """The known mix-up of algorithms: the public key, which everybody has, as the secret of an HMAC."""
        _, said = self._read(token)
        return _written({"alg": "HS256", "kid": self.key.kid}, said, self.key.as_pem(private=False))

    def _read(self, token: str) -> tuple[Claims, Claims]:
        found = jwt.decode(token, KeySet([self.key]))
        return dict(found.header), dict(found.claims)


def _written(header: Claims, claims: Claims, secret: bytes) -> str:
    """By hand: no library signs like this."""
    body = ".".join(_b64(json.dumps(part).encode()) for part in (header, claims))
    return f"{body}.{_b64(hmac.digest(secret, body.encode(), 'sha256')) if secret else ''}"


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def expired() -> dict[str, int]:
    """Claims of a token that was good until an hour ago."""
    now = int(time.time())
    return {"iat": now - 7200, "exp": now - 3600}
