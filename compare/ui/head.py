"""Our style in the head of Streamlit's page, so that it holds from the first paint.

A style that a script sends arrives up to a second after the elements that it is for: they would jump.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CONDITIONAL = (b"if-none-match", b"if-modified-since", b"range", b"accept-encoding")


class StyledPage:
    """ASGI middleware: puts compare/ui/frame.css at the end of the head of every page that a browser opens."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, but for HTML that was asked for as such."""
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self.app(scope, receive, send)
            return
        start: Message | None = None
        body = b""

        async def hold(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            if start is None or not Headers(raw=start["headers"]).get("content-type", "").startswith("text/html"):
                if start is not None:
                    await send(start)
                    start = None
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            body = body.replace(b"</head>", style_tag() + b"</head>", 1)
            headers = MutableHeaders(raw=list(start["headers"]))
            # The style changes with our version, not with Streamlit's file: what a browser has kept proves nothing.
            for name in ("etag", "last-modified", "accept-ranges"):
                if name in headers:
                    del headers[name]
            headers["content-length"] = str(len(body))
            await send({**start, "headers": headers.raw})
            await send({"type": "http.response.body", "body": body})

        asked = [(name, value) for name, value in scope["headers"] if name not in _CONDITIONAL]
        await self.app({**scope, "headers": asked}, receive, hold)


@cache
def style_tag() -> bytes:
    """The style as HTML."""
    return b"<style>\n" + Path(__file__).with_name("frame.css").read_bytes() + b"</style>\n"
