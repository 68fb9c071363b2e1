"""Routes of the reading pane: snapshot, event stream and stored text of one run, for the bearer of a signed token.

    GET /rp/{token}/snap            RunSnapshot as JSON
    GET /rp/{token}/events?v=N      server-sent events after frame N; resumes by Last-Event-ID
    GET /rp/{token}/raw/{pane}      the stored text of one answer, byte for byte; ?version=k: of an earlier version
    GET /rp/{token}/thinking/{pane} what its model showed of its thinking, the same way
    GET /rp/{token}/version/{pane}/{version}
                                    PaneSnapshot of an answer from before it was regenerated; versions count from 0
    GET /rp/{token}/turns           the conversation before the answers, turn by turn: a list of TurnRow
    GET /rp/{token}/details/{pane}  Details as JSON: every figure of one answer; ?version=k as above
    GET /rp/{token}/diff/{a}/{b}    [[op, text], ...] between the stored texts of two answers (render/worddiff.py)
    GET /rp/{token}/marks           Marks as JSON (render/frames.py), once no answer is running

403: the token is bad or expired, or another site asks; 404: no such run, pane or text that may be read now, or figures
that may not be known yet because they tell which candidate it is. Everything is private and never cached. The routes
only read; stopping, voting and the like go through the page's own session.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from compare.settings import read_route
from compare.web.source import RunSource, RunView
from compare.web.streams import STREAMS

HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

_EXPIRED = "This view has expired. Reload the page."
_NO_RUN = "This run is not here any more."
_NO_FIGURES = "There are no figures of this answer that may be read now."
_NO_TEXT = "There is no text of this answer that may be read now."
_NO_VERSION = "There is no such version of this answer that may be read now."

Answering = Callable[[Request, RunView], Coroutine[Any, Any, Response]]


def run_routes(source: RunSource) -> list[Route]:
    """The nine routes over one source of runs."""

    def opened(answer: Answering) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        async def endpoint(request: Request) -> Response:
            opens = _who(request)
            if opens is None:
                return _refuse(403, _EXPIRED)
            view = await run_in_threadpool(source.find, *opens)
            return _refuse(404, _NO_RUN) if view is None else await answer(request, view)

        return endpoint

    return [
        Route("/rp/{token}/snap", opened(_snap)),
        Route("/rp/{token}/events", opened(_events)),
        Route("/rp/{token}/raw/{pane:int}", opened(_raw)),
        Route("/rp/{token}/thinking/{pane:int}", opened(_thinking)),
        Route("/rp/{token}/version/{pane:int}/{version:int}", opened(_version)),
        Route("/rp/{token}/turns", opened(_turns)),
        Route("/rp/{token}/details/{pane:int}", opened(_details)),
        Route("/rp/{token}/diff/{a:int}/{b:int}", opened(_diff)),
        Route("/rp/{token}/marks", opened(_marks)),
    ]


def _who(request: Request) -> tuple[str, str] | None:
    """(run id, viewer id) that the token opens, or None where it opens nothing or another site asks."""
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return None
    return read_route(request.path_params["token"])


def _refuse(status: int, sentence: str) -> Response:
    return PlainTextResponse(sentence, status_code=status, headers=HEADERS)


async def _snap(_request: Request, view: RunView) -> Response:
    return await _json(view.snapshot)


async def _version(request: Request, view: RunView) -> Response:
    pane, version = request.path_params["pane"], request.path_params["version"]
    return await _json(lambda: view.version(pane, version), without=_NO_VERSION)


async def _turns(_request: Request, view: RunView) -> Response:
    return await _json(view.turns)


async def _raw(request: Request, view: RunView) -> Response:
    return await _stored(request, view.raw)


async def _thinking(request: Request, view: RunView) -> Response:
    return await _stored(request, view.thinking)


async def _stored(request: Request, read: Callable[[int, int | None], str | None]) -> Response:
    return _text(await run_in_threadpool(read, request.path_params["pane"], _wanted(request)))


def _wanted(request: Request) -> int | None:
    """Number of the version that is asked for, None for the newest; what is no number is no version either: -1."""
    said = request.query_params.get("version")
    if said is None:
        return None
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else -1


async def _details(request: Request, view: RunView) -> Response:
    return await _json(lambda: view.details(request.path_params["pane"], _wanted(request)), without=_NO_FIGURES)


async def _diff(request: Request, view: RunView) -> Response:
    return await _json(lambda: view.diff(request.path_params["a"], request.path_params["b"]))


async def _marks(_request: Request, view: RunView) -> Response:
    return await _json(view.marks)


async def _json(read: Callable[[], object | None], *, without: str = _NO_TEXT) -> Response:
    """What `read` gives, read and encoded in a worker thread; 404 where it gives nothing."""

    def body() -> bytes | None:
        found = read()
        return None if found is None else orjson.dumps(found)

    made = await run_in_threadpool(body)
    if made is None:
        return _refuse(404, without)
    return Response(made, media_type="application/json", headers=HEADERS)


def _text(text: str | None) -> Response:
    if text is None:
        return _refuse(404, _NO_TEXT)
    return Response(text.encode(), media_type="text/plain; charset=utf-8", headers=HEADERS)


async def _events(request: Request, view: RunView) -> Response:
    return StreamingResponse(
        STREAMS.events(view.follow(_after(request))),
        media_type="text/event-stream",
        headers=HEADERS | {"X-Accel-Buffering": "no"},
    )


def _after(request: Request) -> int:
    """Number of the last frame that the browser has; what it says itself on reconnecting counts more than the URL."""
    for said in (request.headers.get("last-event-id"), request.query_params.get("v")):
        if said and said.isascii() and said.isdigit():
            return int(said)
    return 0
