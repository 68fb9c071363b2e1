"""The door before every route and page: who may ask for what. ASGI middleware around the whole app.

Without sign-in it lets everybody through: a signed token alone opens a run then. With sign-in, or behind a proxy, each
path has a rule, and whoever does not meet it gets a sentence. A test walks over every route there is and wants a rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, cast

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from compare.people.sign_in import Asker, Kind
from compare.settings import read_route

Rule = Literal["anybody", "page", "known", "reader", "admin", "nobody"]
"""anybody: asked no question. page: what a browser needs to show a page, and be it the one for signing in; a trusted
proxy must have named somebody where there is one. known: somebody with any role. reader: known, and the token in the
path was made for them. admin: has that role. nobody: not where people sign in."""

RULES: tuple[tuple[str, Rule], ...] = (
    ("/healthz", "anybody"),
    ("/rp/", "reader"),
    ("/who/name", "nobody"),
    # Streamlit's own, in the order of its documentation; what is not here is a page or a file of the page's frame.
    ("/_stcore/health", "anybody"),
    ("/_stcore/script-health-check", "nobody"),
    ("/_stcore/metrics", "admin"),
    ("/_stcore/host-config", "page"),
    ("/_stcore/allowed-message-origins", "page"),
    ("/_stcore/upload_file", "known"),
    ("/_stcore/bidi-components", "page"),
    ("/_stcore/stream", "page"),
    ("/_stcore/agent", "nobody"),
    ("/_stcore/", "nobody"),
    ("/component/", "page"),
    ("/media/", "known"),
    ("/app/static/", "known"),
    ("/auth/", "page"),
    ("/oauth2callback", "page"),
)
"""The first line counts that is the path or its beginning up to a slash."""

_CLOSED = 1008
"""Policy violation, to a websocket."""


class Doorkeeper(Protocol):
    """Knows who asks: by st.login's cookie, or by a trusted proxy's headers."""

    @property
    def kind(self) -> Kind:
        """How people are known here; "name": nobody vouches for anybody."""
        ...

    @property
    def base_path(self) -> str:
        """What stands before every path of Streamlit's: "" or "/app"."""
        ...

    def who(self, headers: Headers, address: str | None) -> Asker:
        """Who asks, from the request's headers and the address that it came from. May read the database."""
        ...


def rule_of(path: str) -> Rule:
    """The rule for a path."""
    return next((rule for start, rule in RULES if _below(path, start)), "page")


def paths_without_rule(routes: Sequence[BaseRoute]) -> list[str]:
    """The paths of those of these routes that no line of the table names."""
    paths = {str(getattr(route, "path", "")) for route in routes}
    return sorted(path for path in paths if not any(_below(path, start) for start, _ in RULES))


def _below(path: str, start: str) -> bool:
    return path == start or path.startswith(start if start.endswith("/") else start + "/")


class Door:
    """The middleware."""

    def __init__(self, app: ASGIApp, keeper: Doorkeeper) -> None:
        self.app = app
        self._keeper = keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what its rule lets through."""
        if scope["type"] in ("http", "websocket") and self._keeper.kind != "name":
            refused = await self._refusal(scope)
            if refused is not None:
                await _refuse(scope, receive, send, *refused)
                return
        await self.app(scope, receive, send)

    async def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        path = str(scope["path"]).removeprefix(self._keeper.base_path)
        rule = rule_of(path)
        if rule == "anybody" or (rule == "page" and self._keeper.kind == "oidc"):
            return None
        client = cast("tuple[str, int] | None", scope.get("client"))
        asker = await run_in_threadpool(self._keeper.who, Headers(scope=scope), client[0] if client else None)
        if asker.rater_id is None:
            return 401, asker.refused or _UNKNOWN
        if rule == "page":
            return None
        if rule == "nobody" or not asker.roles or (rule == "admin" and "admin" not in asker.roles):
            return 403, _NO_ROLE
        if rule == "reader" and not _is_for(path, asker.rater_id):
            return 403, _NOT_YOURS
        return None


def _is_for(path: str, rater_id: str) -> bool:
    token = path.split("/")[2]
    opens = read_route(token)
    return opens is not None and opens[1] == rater_id


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, sentence: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": _CLOSED, "reason": sentence[:100]})
        return
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    await PlainTextResponse(sentence, status_code=status, headers=headers)(scope, receive, send)


_UNKNOWN = "Sign in first: open the app's own page."
_NO_ROLE = "You may not ask for this here. Ask an admin for a role."
_NOT_YOURS = "This view was opened for somebody else, or has expired. Reload the page."
