"""Signed in at the real app: every page and every route, for every role. What has no rule fails here."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from compare.people.roles import EVERY_ROLE, up_to
from compare.ui.gate import PAGE_ROLES
from compare.web import routes
from compare.web.door import paths_without_rule, rule_of
from tests.app_server import ROOT, AppServer, start_app
from tests.signing_in import PEOPLE, browser, cookies, page_of, write_sign_in

TITLES = dict(
    re.findall(r'st\.Page\("pages/\w+/(\w+)\.py", title="([^"]+)"', (ROOT / "app.py").read_text(encoding="utf-8"))
)
PAGES = sorted(TITLES)
"""Every page by the name of its file, which is also its address."""
SIGN_IN = "Sign in to go on. A link that you were sent opens afterwards."


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    folder = tmp_path_factory.mktemp("signed-in")
    write_sign_in(folder)
    server = start_app(folder, sim_speed="0")
    yield server
    server.stop()


def test_every_page_has_a_role() -> None:
    files = {path.stem for path in (ROOT / "pages").glob("*/*.py")}
    assert set(PAGES) == files
    assert files <= set(PAGE_ROLES)
    assert [name for name, role in PAGE_ROLES.items() if role == "rater"] == ["vote"]


def test_every_route_of_ours_and_of_streamlits_has_a_rule(tmp_path: Path) -> None:
    script = (
        "import runpy; app = runpy.run_path('app.py')['app']\n"
        # Where a route has no path of its own, it holds the frame of every page.
        "print(*(route.path for route in app._build_starlette_app().routes if getattr(route, 'path', '')), sep='\\n')"
    )
    # A process of its own: Streamlit has one runtime for each.
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    served = [Route(path, _nothing) for path in told.stdout.split()]
    assert {"/healthz", "/rp/{token}/snap", "/_stcore/stream", "/oauth2callback"} <= {route.path for route in served}
    assert paths_without_rule(served) == []


async def _nothing(_request: Request) -> Response:
    return Response()


@pytest.mark.parametrize("who", [None, *PEOPLE])
def test_each_page_opens_for_those_with_its_role_and_tells_the_others(app: AppServer, who: str | None) -> None:
    roles = up_to(who) if who in EVERY_ROLE else frozenset()  # type: ignore[arg-type]

    async def visit() -> None:
        async with browser(cookies(app.url, **PEOPLE[who]) if who else None) as http:
            for name in PAGES:
                async with page_of(http, app.url, "" if name == "playground" else name) as page:
                    said = " ".join(page.texts)
                    if who is None:
                        assert SIGN_IN in said, name
                    elif not roles:
                        assert "have no role here" in said, name
                    elif PAGE_ROLES[name] in roles:
                        assert "This page is for those" not in said, name
                        assert SIGN_IN not in said, name
                    elif name != "playground" or "vote" not in PAGES:
                        assert f"This page is for those with the role {PAGE_ROLES[name]}" in said, name
                    assert set(page.menu) == {TITLES[each] for each in PAGES if PAGE_ROLES[each] in roles}, name
                    if PAGE_ROLES[name] not in roles:
                        assert page.route == ""
                        assert not page.ids.get("candidate_choice")

    asyncio.run(visit())


async def a_run_of(app: AppServer, who: str) -> str:
    """The address of a run's routes, minted for this person."""
    async with browser(cookies(app.url, **PEOPLE[who])) as http, page_of(http, app.url) as page:
        return await page.run()


async def statuses(app: AppServer, paths: list[str], **claims: Any) -> dict[str, int]:
    async with browser(cookies(app.url, **claims) if claims else None) as http:
        return {path: await status(http, app.url + path) for path in paths}


async def status(http: aiohttp.ClientSession, url: str) -> int:
    async with http.get(url) as answer:
        return answer.status


def test_a_runs_routes_open_for_the_person_they_were_made_for_and_nobody_else(app: AppServer) -> None:
    async def ask() -> None:
        token = (await a_run_of(app, "owner")).removeprefix("/rp/")
        fill = {"{token}": token, "{pane:int}": "0", "{version:int}": "0", "{a:int}": "0", "{b:int}": "1"}
        paths = []
        for route in routes(None):  # type: ignore[arg-type]
            path = route.path
            if rule_of(path) == "reader":
                for name, value in fill.items():
                    path = path.replace(name, value)
                assert "{" not in path, "say what stands for the rest of this path"
                paths.append(path)
        assert len(paths) >= 9
        assert set((await statuses(app, paths)).values()) == {401}
        for other in ("admin", "rater", "nobody"):
            assert set((await statuses(app, paths, **PEOPLE[other])).values()) == {403}, other
        # 404 where a figure or an older version is not there: the route itself has let its reader in.
        assert set((await statuses(app, paths, **PEOPLE["owner"])).values()) <= {200, 404}
        assert (await statuses(app, [paths[0]], **PEOPLE["owner"]))[paths[0]] == 200

    asyncio.run(ask())


def test_streamlits_own_routes_are_shut_for_whoever_is_not_signed_in(app: AppServer) -> None:
    open_to_all = ["/healthz", "/_stcore/health", "/", "/vote", "/_stcore/host-config"]
    shut = ["/media/x", "/_stcore/upload_file/s/f", "/_stcore/metrics", "/_stcore/agent/openapi.json", "/who/name"]

    async def ask() -> None:
        assert set((await statuses(app, open_to_all)).values()) == {200}
        assert set((await statuses(app, shut)).values()) == {401}
        rater = await statuses(app, shut, **PEOPLE["rater"])
        assert rater["/media/x"] == 404
        assert rater["/_stcore/metrics"] == rater["/_stcore/agent/openapi.json"] == rater["/who/name"] == 403
        assert (await statuses(app, ["/_stcore/metrics"], **PEOPLE["admin"])) == {"/_stcore/metrics": 200}

    asyncio.run(ask())


def _wrong(app: AppServer) -> dict[str, dict[str, str]]:
    owner = PEOPLE["owner"]
    right = cookies(app.url, **owner)
    user, tokens = right["_streamlit_user"], right["_streamlit_user_tokens"]
    return {
        "signed with another secret": cookies(app.url, secret="x" * 40, **owner),
        "changed": {**right, "_streamlit_user": ("A" if user[0] != "A" else "B") + user[1:]},
        "made out for another app": cookies(app.url, **{**owner, "aud": "another-app", "azp": "weighbridge-test"}),
        "without subject": cookies(app.url, **{**owner, "sub": ""}),
        "of the day before yesterday": cookies(app.url, **{**owner, "iat": int(time.time()) - 40 * 3600}),
        "of tomorrow": cookies(app.url, **{**owner, "iat": int(time.time()) + 24 * 3600}),
        "of a provider that is not set up": cookies(app.url, provider="another", **owner),
        "with a token that nobody signed": cookies(app.url, algorithm="none", **owner),
        "with a token that many can sign": cookies(app.url, algorithm="HS256", **owner),
        "without its token": {"_streamlit_user": user},
        "with somebody else's token": {**cookies(app.url, **PEOPLE["admin"]), "_streamlit_user_tokens": tokens},
    }


def test_a_sign_in_that_does_not_hold_opens_no_page_and_no_route(app: AppServer) -> None:
    async def ask() -> None:
        route = await a_run_of(app, "owner")
        for what, kept in _wrong(app).items():
            async with browser(kept) as http:
                assert await status(http, f"{app.url}{route}/snap") == 401, what
                async with page_of(http, app.url) as page:
                    assert page.menu == [], what
                    assert "Sign in" in page.texts, what
                    assert not page.ids.get("candidate_choice"), what

    asyncio.run(ask())


def test_roles_can_be_changed_while_the_app_runs_and_a_broken_file_gives_none(app: AppServer) -> None:
    roles = app.data_dir / "roles.toml"
    before = roles.read_text()

    async def menu(who: str) -> list[str]:
        async with browser(cookies(app.url, **PEOPLE[who])) as http, page_of(http, app.url, "people") as page:
            return page.menu

    async def change() -> None:
        assert await menu("rater") == (["Vote"] if "vote" in PAGES else [])
        roles.write_text(before + "groups = []\n[owner2]\n")
        assert await menu("admin") == []
        roles.write_text(before.replace("@raters.example.com", "rob@raters.example.com").replace("ada@", "rob@raters."))
        assert "People" in await menu("rater")
        assert "People" not in await menu("admin")

    try:
        asyncio.run(change())
    finally:
        roles.write_text(before)
