"""`GET /healthz`: the process answers. It says nothing about providers, keys or people."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from compare import __version__


async def _healthz(_request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok", "version": __version__}, headers={"Cache-Control": "no-store"})


HEALTH_ROUTES = [Route("/healthz", _healthz)]
