"""The simulator as one ASGI app: the routes of every wire format over the same models."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from compare.sim import anthropic, gemini, listing, openai_chat, openai_responses
from compare.sim.state import SimState
from compare.sim.wire import Incoming, RefusedError


def build(speed: float, record: list[dict[str, Any]] | None = None) -> Starlette:
    """The app; `app.state.sim` is its SimState.

    Args:
        speed: factor on every wait: 1 real pace, 2 half as fast, 0 no waiting.
        record: list to which every request body is appended, for tests that prove what was sent; each is a plain body
            that also knows the path and headers it came with (state.RecordedBody).
    """
    state = SimState(speed, record)
    formats = (openai_chat, openai_responses, anthropic, gemini)
    app = Starlette(
        routes=[*(route for f in formats for route in f.routes(state)), *listing.routes()],
        exception_handlers={RefusedError: _refused, HTTPException: _no_such_route},
    )
    app.state.sim = state
    return app


async def _refused(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, RefusedError)
    return listing.refused(exc, Incoming.of(request))


async def _no_such_route(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)
    message = f"Invalid URL or method ({request.method} {request.url.path})."
    return listing.refused(RefusedError(exc.status_code, message), Incoming.of(request))


__all__ = ["build"]
