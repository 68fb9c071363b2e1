"""The door by itself: which rule a path has, and what each kind of asker gets. The real app's stand in tests/ui."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from compare.people.sign_in import Asker, Kind
from compare.settings import sign_route
from compare.web import doors
from compare.web.deep_links import safe_address
from compare.web.door import Rule, paths_without_rule, rule_of


class Keeper:
    """Knows whoever says so in a header: "rater-1 owner"."""

    def __init__(self, kind: Kind, base_path: str = "") -> None:
        self.kind: Kind = kind
        self.base_path = base_path
        self.asked: list[str | None] = []

    def who(self, headers: Headers, address: str | None) -> Asker:
        self.asked.append(address)
        rater, *roles = headers.get("who", "").split()[:2] or [""]
        return Asker(rater or None, frozenset(roles), "" if rater else "Nobody knows you.")


async def _said(request: Request) -> PlainTextResponse:
    return PlainTextResponse("inside")


def inside(keeper: Keeper) -> Starlette:
    return Starlette(routes=[Route("/{path:path}", _said)], middleware=doors(keeper))


def ask(keeper: Keeper, path: str, who: str = "", **headers: str) -> tuple[int, dict[str, str], str]:
    """(status, headers, text) of one request."""
    sent: list[dict[str, Any]] = []
    path, _, query = path.partition("?")
    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in {"who": who, **headers}.items()],
        "client": ("10.0.0.9", 1234), "server": ("127.0.0.1", 80), "scheme": "http", "root_path": "",
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(inside(keeper)(scope, receive, send))
    start, *bodies = sent
    told = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], told, b"".join(body.get("body", b"") for body in bodies).decode()


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/healthz", "anybody"), ("/healthz/more", "anybody"), ("/healthzoo", "page"),
        ("/rp/token/snap", "reader"), ("/rp", "page"), ("/_stcore/metrics", "admin"), ("/_stcore/stream", "page"),
        ("/_stcore/whatever-comes-next", "nobody"), ("/media/a/b", "known"), ("/", "page"), ("/vote", "page"),
    ],
)  # fmt: skip
def test_a_path_has_the_rule_of_the_line_that_it_lies_below(path: str, rule: Rule) -> None:
    assert rule_of(path) == rule


def test_a_new_route_without_a_line_is_found() -> None:
    assert paths_without_rule([Route("/rp/{token}/x", _said), Route("/outcomes", _said)]) == ["/outcomes"]


@pytest.mark.parametrize("path", ["/rp/t/snap", "/media/x", "/_stcore/metrics", "/vote"])
def test_without_sign_in_everything_is_let_through_and_nobody_is_asked(path: str) -> None:
    keeper = Keeper("name")
    assert ask(keeper, path)[0] == 200
    assert keeper.asked == []


@pytest.mark.parametrize(
    ("path", "unknown", "no_role", "rater", "admin"),
    [
        ("/healthz", 200, 200, 200, 200),
        ("/media/x", 401, 403, 200, 200),
        ("/_stcore/metrics", 401, 403, 403, 200),
        ("/who/name", 401, 403, 403, 403),
        ("/rp/no-token/snap", 401, 403, 403, 403),
    ],
)
@pytest.mark.parametrize("kind", ["oidc", "proxy"])
def test_each_rule_lets_in_whom_it_names(
    kind: Kind, path: str, unknown: int, no_role: int, rater: int, admin: int
) -> None:
    expected = {"": unknown, "r": no_role, "r rater": rater, "r admin": admin}
    assert {who: ask(Keeper(kind), path, who)[0] for who in expected} == expected


def test_a_page_shows_where_to_sign_in_but_behind_a_proxy_nothing() -> None:
    assert ask(Keeper("oidc"), "/vote")[0] == 200
    assert ask(Keeper("proxy"), "/vote")[::2] == (401, "Nobody knows you.")
    assert ask(Keeper("proxy"), "/vote", "r")[0] == 200


def test_a_token_opens_for_its_own_reader_alone() -> None:
    path = f"/rp/{sign_route('run', 'rater-1')}/snap"
    assert ask(Keeper("oidc"), path, "rater-1 rater")[0] == 200
    status, headers, sentence = ask(Keeper("oidc"), path, "rater-2 admin")
    assert (status, sentence) == (403, "This view was opened for somebody else, or has expired. Reload the page.")
    assert headers["cache-control"] == "no-store"


def test_rules_hold_below_a_base_path_too() -> None:
    assert ask(Keeper("oidc", "/app"), "/app/_stcore/metrics")[0] == 401


def test_the_address_that_a_request_came_from_is_what_counts() -> None:
    keeper = Keeper("proxy")
    ask(keeper, "/media/x", **{"x-forwarded-for": "127.0.0.1"})
    assert keeper.asked == ["10.0.0.9"]


def browser(keeper: Keeper) -> Callable[..., tuple[int, dict[str, str], str]]:
    return lambda path, who="", cookie="": ask(keeper, path, who, accept="text/html", cookie=cookie)


def test_a_link_opened_unknown_is_followed_once_somebody_is_known() -> None:
    open_page = browser(Keeper("oidc"))
    _, headers, _ = open_page("/vote?study=a%26b")
    cookie, *attributes = headers["set-cookie"].split("; ")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(attributes)
    status, headers, _ = open_page("/", "r rater", cookie)
    assert (status, headers["location"]) == (302, "/vote?study=a%26b")
    assert "Max-Age=0" in headers["set-cookie"]
    assert open_page("/results", "r rater", cookie)[0] == 200


def test_no_link_leads_to_another_site() -> None:
    open_page = browser(Keeper("oidc"))
    for elsewhere in ("https%3A//evil.example", "//evil.example", "/%5Cevil.example", "%2F%2Fevil.example", "x"):
        assert open_page("/", "r rater", f"weighbridge_next={elsewhere}")[0] == 200, elsewhere
    assert safe_address("/vote?study=1") == "/vote?study=1"
    for wrong in ("", "/", "vote", "//a", "/\\a", "/a\\b", "/a\nb", "/" + "a" * 2000, "/\u00e9"):
        assert safe_address(wrong) == ""


def test_opening_the_first_page_unknown_forgets_an_older_link() -> None:
    assert "Max-Age=0" in browser(Keeper("oidc"))("/")[1]["set-cookie"]


def test_a_websocket_that_may_not_be_is_closed() -> None:
    sent: list[Any] = []
    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": [], "client": ("10.0.0.9", 1)}

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(inside(Keeper("proxy"))(scope, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008, "reason": "Nobody knows you."}]
