"""A link to a page (a study's, say) survives signing in, after which Streamlit leads to the first page in any case.

Only where people sign in with st.login. Who opens a page unknown is given its address in a cookie; the first page,
opened by somebody known, leads there once.
"""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import quote, unquote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from compare.web.door import Doorkeeper, rule_of

COOKIE: Final = "weighbridge_next"
_MAX_AGE_S = 900
_MAX_CHARACTERS = 1500


class DeepLinks:
    """The middleware; inside the door."""

    def __init__(self, app: ASGIApp, keeper: Doorkeeper) -> None:
        self.app = app
        self._keeper = keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Remember or lead back; everything else passes."""
        if self._keeper.kind != "oidc" or not _opens_a_page(scope):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        client = scope.get("client")
        asker = await run_in_threadpool(self._keeper.who, headers, client[0] if client else None)
        wanted = safe_address(unquote(cookie_parser(headers.get("cookie", "")).get(COOKIE, "")))
        asked = _address(scope)
        if asker.rater_id is not None:
            if wanted and asked == "/":
                answer = RedirectResponse(wanted, status_code=302, headers={"Cache-Control": "no-store"})
                answer.delete_cookie(COOKIE)
                await answer(scope, receive, send)
                return
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, _keeping(send, safe_address(asked)))


def safe_address(address: str) -> str:
    """The address where it is one of this app's, else "": nobody is led to another site."""
    local = address.startswith("/") and not address.startswith(("//", "/\\"))
    plain = address.isascii() and address.isprintable() and "\\" not in address and len(address) <= _MAX_CHARACTERS
    return address if local and plain and address != "/" else ""


def _opens_a_page(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET" or rule_of(scope["path"]) != "page":
        return False
    ours = ("/auth/", "/oauth2callback", "/static/", "/component/", "/_stcore/")
    return "text/html" in Headers(scope=scope).get("accept", "") and not scope["path"].startswith(ours)


def _address(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return quote(scope["path"]) + (f"?{query}" if query else "")


def _keeping(send: Send, address: str) -> Send:
    cookie: SimpleCookie = SimpleCookie()
    cookie[COOKIE] = quote(address)
    cookie[COOKIE]["path"], cookie[COOKIE]["samesite"] = "/", "lax"
    cookie[COOKIE]["httponly"], cookie[COOKIE]["max-age"] = True, _MAX_AGE_S if address else 0

    async def add(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("set-cookie", cookie.output(header="").strip())
        await send(message)

    return add
