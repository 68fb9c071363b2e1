"""`POST /who/name`: a page's note in the body becomes the cookie by which this browser remembers a typed name.

204: remembered; 403: another site asks, or this process made no such note. The cookie proves nothing
(people/remembered.py); where people sign in, this route is shut (door.py).
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from compare.people.remembered import COOKIE, MAX_AGE_S, cookie_of

_MAX_BYTES = 4096


async def _name(request: Request) -> Response:
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return PlainTextResponse("A name can be kept by this app's own pages only.", status_code=403)
    note = b""
    async for piece in request.stream():
        note += piece
        if len(note) > _MAX_BYTES:
            break
    cookie = await run_in_threadpool(cookie_of, note.decode("latin-1"))
    if cookie is None:
        return PlainTextResponse("This page is too old to keep a name. Reload it.", status_code=403)
    answer = Response(status_code=204, headers={"Cache-Control": "no-store"})
    answer.set_cookie(COOKIE, cookie, max_age=MAX_AGE_S, httponly=True, samesite="lax")
    return answer


NAME_ROUTES = [Route("/who/name", _name, methods=["POST"])]
