"""The health route says that the process answers, and nothing else."""

from __future__ import annotations

import asyncio

import orjson
from starlette.applications import Starlette

from compare import __version__
from compare.web.health import HEALTH_ROUTES
from tests.web.conftest import Ask


def test_a_running_process_is_healthy(ask: Ask) -> None:
    answer = asyncio.run(ask(Starlette(routes=HEALTH_ROUTES), "/healthz"))
    assert answer.status == 200
    assert orjson.loads(answer.body) == {"status": "ok", "version": __version__}
    assert answer.headers["cache-control"] == "no-store"
