"""The simulator as one ASGI app: the routes of every wire format over the same models."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from compare.sim import openai_chat
from compare.sim.openai_read import WireError
from compare.sim.state import SimState


def build(speed: float, record: list[dict[str, Any]] | None = None) -> Starlette:
    """The app; `app.state.sim` is its SimState.

    Args:
        speed: factor on every wait: 1 real pace, 2 half as fast, 0 no waiting.
        record: list to which every request body is appended, for tests that prove what was sent.
    """
    state = SimState(speed, record)
    app = Starlette(
        routes=openai_chat.routes(state),
        exception_handlers={WireError: _refused, HTTPException: _no_such_route},
    )
    app.state.sim = state
    return app


async def _refused(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, WireError)
    return openai_chat.error_response(exc)


async def _no_such_route(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)
    message = f"Invalid URL or method ({request.method} {request.url.path})."
    return openai_chat.error_response(WireError(exc.status_code, message))


__all__ = ["build"]
