"""Signing in with st.login at a certified OpenID Connect provider on loopback, and tokens that must open nothing."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import aiohttp
import pytest
from joserfc.jwk import RSAKey
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.app_server import AppServer, start_app
from tests.peers import peers
from tests.peers.tampering import Tamperer, expired
from tests.signing_in import CLIENT, PEOPLE, browser, page_of, write_sign_in

HTML = {"Accept": "text/html"}
SIGN_IN = "Sign in to go on. A link that you were sent opens afterwards."


@dataclass(frozen=True, slots=True)
class Scene:
    app: AppServer
    provider: Tamperer


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("oidc")
    key = RSAKey.generate_key(2048, {"kid": "the-key", "use": "sig", "alg": "RS256"})
    with ExitStack() as running:
        tamperer = running.enter_context(Tamperer(key).serving())
        write_sign_in(folder / "app", f"{tamperer.url}/.well-known/openid-configuration")
        app = start_app(folder / "app", sim_speed="0")
        running.callback(app.stop)
        config = {
            "issuer": tamperer.url,
            "client_id": CLIENT,
            "client_secret": "a client secret of these tests",
            "redirect_uri": f"{app.url}/oauth2callback",
            "jwks": {"keys": [key.as_dict(private=True)]},
            "accounts": {each["sub"]: each for each in PEOPLE.values()},
        }
        tamperer.behind = running.enter_context(peers.oidc(folder, config))
        yield Scene(app, tamperer)


@pytest.fixture(autouse=True)
def honest(scene: Scene) -> None:
    scene.provider.change = lambda token: token


async def sign_in(http: aiohttp.ClientSession, scene: Scene, who: str) -> str:
    """Press "Sign in", be somebody at the provider, agree, and be led back; gives where one ends up."""
    async with http.get(await led_back(http, scene, who), headers=HTML) as answer:
        return str(answer.url)


async def led_back(http: aiohttp.ClientSession, scene: Scene, who: str) -> str:
    """The same up to the address, not opened yet, at which the provider gives the app its answer."""
    url = await pressed(http, scene, "sign_in_default")
    filled = [{"prompt": "login", "login": PEOPLE[who]["sub"], "password": "x"}, {"prompt": "consent"}]
    while not url.startswith(f"{scene.app.url}/oauth2callback"):
        async with http.get(url, headers=HTML, allow_redirects=False) as answer:
            form = re.search(r'action="([^"]+)"', await answer.text())
        if form is not None:
            async with http.post(form[1], data=filled.pop(0), headers=HTML, allow_redirects=False) as posted:
                answer = posted
        assert "location" in answer.headers, f"{url} leads nowhere"
        url = urljoin(url, answer.headers["location"])
    return url


async def pressed(http: aiohttp.ClientSession, scene: Scene, button: str) -> str:
    """Where pressing this button leads to."""
    async with page_of(http, scene.app.url) as page:
        led: list[str] = []

        def leads(message: ForwardMsg) -> bool:
            if message.WhichOneof("type") == "auth_redirect":
                led.append(message.auth_redirect.url)
            return bool(led)

        await page.ask(WidgetState(id=page.ids[button], trigger_value=True))
        await page.until(leads)
        return scene.app.url + led[0]


async def seen(http: aiohttp.ClientSession, scene: Scene, page: str = "") -> tuple[list[str], str]:
    """The menu and the words of a page."""
    async with page_of(http, scene.app.url, page) as found:
        return found.menu, " ".join(found.texts)


def test_the_right_person_comes_in_with_their_role_and_where_their_link_leads(scene: Scene) -> None:
    async def go() -> None:
        async with browser() as http:
            async with http.get(f"{scene.app.url}/results?run=x%26y&b=2", headers=HTML) as answer:
                assert answer.status == 200
            assert await seen(http, scene) == ([], f"Weighbridge {SIGN_IN} Sign in")
            assert await sign_in(http, scene, "owner") == f"{scene.app.url}/results?run=x%26y&b=2"
            menu, _ = await seen(http, scene)
            assert "Results" in menu
            assert "People" not in menu
            assert "This page is for those with the role admin" in (await seen(http, scene, "people"))[1]
            # The link was followed once; the first page is the first page again.
            async with http.get(f"{scene.app.url}/", headers=HTML) as answer:
                assert str(answer.url) == f"{scene.app.url}/"

    asyncio.run(go())


def test_everybody_is_who_they_are_at_the_provider(scene: Scene) -> None:
    async def go() -> None:
        for who, told in (("admin", "ada@example.com, admin"), ("owner", "Olga, owner"), ("nobody", "have no role")):
            async with browser() as http:
                await sign_in(http, scene, who)
                _, words = await seen(http, scene)
                assert told in re.sub(r"\\(\W)(:small\[\])?", r"\1", words), who

    asyncio.run(go())


def test_after_signing_out_nothing_is_open(scene: Scene) -> None:
    async def go() -> None:
        async with browser() as http:
            await sign_in(http, scene, "owner")
            assert (await seen(http, scene))[0]
            url = await pressed(http, scene, "sign_out")
            async with http.get(url, headers=HTML, allow_redirects=False) as answer:
                assert answer.headers["location"].startswith(scene.provider.url)
            assert (await seen(http, scene))[0] == []

    asyncio.run(go())


WRONG: dict[str, Callable[[Tamperer], Callable[[str], str]]] = {
    "made out for another app": lambda it: it.with_claims(aud="another-app"),
    "made out for another app, but asked for by this one": lambda it: it.with_claims(aud="another-app", azp=CLIENT),
    "made out for nobody": lambda it: it.with_claims(aud=None),
    "of another issuer": lambda it: it.with_claims(iss="http://127.0.0.1:9"),
    "expired": lambda it: it.with_claims(**expired()),
    "without an end": lambda it: it.with_claims(exp=None),
    "of nobody": lambda it: it.with_claims(sub=None),
    "unsigned": lambda it: it.unsigned,
    "signed by somebody else": lambda it: it.signed_by_somebody_else,
    "signed with the public key": lambda it: it.signed_with_the_public_key,
    "replayed": lambda it: lambda _token, first=it.seen[0]: first,
    "without a nonce": lambda it: it.with_claims(nonce=None),
    "no token": lambda it: lambda _token: "no.token.here",
}


OURS = {
    "made out for another app, but asked for by this one": "was made out for another",
    "unsigned": "was not signed by its provider",
}
"""What Streamlit and Authlib let in (the second where the metadata list "none"), and the app itself refuses."""


def test_a_token_that_was_only_signed_anew_is_as_good_as_the_first(scene: Scene) -> None:
    """What the wrong ones below are made of: so it is what is wrong with them that keeps them out."""

    async def go() -> None:
        scene.provider.change = scene.provider.with_claims()
        async with browser() as http:
            await sign_in(http, scene, "owner")
            assert (await seen(http, scene))[0]

    asyncio.run(go())


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_token_opens_nothing(scene: Scene, wrong: str) -> None:
    async def go() -> None:
        if not scene.provider.seen:
            async with browser() as http:
                await sign_in(http, scene, "owner")
        n_before = len(scene.provider.given)
        scene.provider.change = WRONG[wrong](scene.provider)
        async with browser() as http:
            await sign_in(http, scene, "owner")
            assert len(scene.provider.given) == n_before + 1
            assert scene.provider.given[-1] != scene.provider.seen[-1]
            menu, words = await seen(http, scene)
            assert menu == []
            assert OURS.get(wrong, "Weighbridge") in words
            async with http.get(f"{scene.app.url}/media/x") as answer:
                assert answer.status == 401

    asyncio.run(go())


def test_an_answer_of_the_provider_counts_once(scene: Scene) -> None:
    """Whoever catches the address that leads back to the app cannot use it again, nor in another browser."""

    async def go() -> None:
        async with browser() as http, browser() as thief:
            caught = await led_back(http, scene, "owner")
            await opened(thief, caught)
            assert (await seen(thief, scene))[0] == []
            await opened(http, caught)
            assert (await seen(http, scene))[0]
            http.cookie_jar.clear(lambda cookie: cookie.key == "_streamlit_user")
            await opened(http, caught)
            assert (await seen(http, scene))[0] == []

    asyncio.run(go())


async def opened(http: aiohttp.ClientSession, url: str) -> None:
    async with http.get(url, headers=HTML) as answer:
        assert answer.status == 200


def test_no_secret_of_the_set_up_reaches_the_apps_log(scene: Scene) -> None:
    log = Path(scene.app.log).read_text()
    assert "a client secret of these tests" not in log
    assert "a cookie secret of these tests" not in log
    for token in scene.provider.seen:
        assert token not in log
    assert json.dumps(PEOPLE["owner"]) not in log
