"""The real app behind a proxy that says who asks: believed from its own address, refused from any other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.app_server import AppServer, start_app
from tests.viewer import Session, open_page

ROLES = """
[admin]
emails = ["ada@example.com"]
[owner]
groups = ["evaluation"]
[proxy]
addresses = ["127.0.0.2"]
"""
OLGA = {"X-Forwarded-User": "olga", "X-Forwarded-Email": "Olga@example.com", "X-Forwarded-Groups": "lunch, evaluation"}
ADA = {"X-Forwarded-User": "ada", "X-Forwarded-Email": "ada@example.com"}
PROXY, STRANGER = "127.0.0.2", "127.0.0.3"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    folder = tmp_path_factory.mktemp("proxy")
    (folder / "roles.toml").write_text(ROLES)
    server = start_app(folder, sim_speed="0")
    yield server
    server.stop()


def coming_from(address: str, headers: dict[str, str] | None = None) -> aiohttp.ClientSession:
    """A client whose connections come from this address of the machine's own."""
    return aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(local_addr=(address, 0)))


async def told(http: aiohttp.ClientSession, url: str) -> tuple[int, str]:
    async with http.get(url) as answer:
        return answer.status, await answer.text()


def test_the_proxys_word_counts_on_pages_and_routes(app: AppServer) -> None:
    async def go() -> None:
        async with coming_from(PROXY, OLGA) as http:
            async with open_page(http, app.url, "") as page:
                assert "Results" in page.menu
                assert "People" not in page.menu
                assert any("olga" in text and "owner" in text for text in page.texts)
                route = await page.run()
            assert (await told(http, f"{app.url}{route}/snap"))[0] == 200
        async with coming_from(PROXY, ADA) as http:
            assert (await told(http, f"{app.url}{route}/snap"))[0] == 403
            async with open_page(http, app.url, "", page="people") as page:
                assert "People" in page.menu
                assert any("A proxy says who people are" in text for text in page.texts)

    asyncio.run(go())


@pytest.mark.parametrize("path", ["/", "/vote", "/rp/x.y/snap", "/_stcore/host-config", "/media/x", "/_stcore/metrics"])
def test_headers_from_anywhere_else_are_refused_with_a_sentence(app: AppServer, path: str) -> None:
    async def go() -> None:
        for headers in (ADA, {}, {**ADA, "X-Forwarded-For": PROXY}):
            async with coming_from(STRANGER, headers) as http:
                status, sentence = await told(http, app.url + path)
                assert status == 401
                assert "127.0.0.3 is not one that it trusts" in sentence

    asyncio.run(go())


def test_a_websocket_from_anywhere_else_is_refused(app: AppServer) -> None:
    async def go() -> None:
        async with coming_from(STRANGER, ADA) as http:
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await http.ws_connect(f"{app.url}/_stcore/stream", protocols=("streamlit",))
            assert caught.value.status == 403

    asyncio.run(go())


def test_where_the_proxy_names_nobody_or_two_nobody_comes_in(app: AppServer) -> None:
    async def go() -> None:
        async with coming_from(PROXY) as http:
            assert "header X-Forwarded-User is missing" in (await told(http, f"{app.url}/"))[1]
            twice = [("X-Forwarded-User", "olga"), ("X-Forwarded-User", "ada")]
            async with http.get(f"{app.url}/", headers=twice) as answer:
                assert answer.status == 401
                assert "came 2 times" in await answer.text()

    asyncio.run(go())


def test_a_load_balancer_may_ask_for_the_apps_health_from_anywhere(app: AppServer) -> None:
    async def go() -> None:
        async with coming_from(STRANGER) as http:
            assert (await told(http, f"{app.url}/healthz"))[0] == 200

    asyncio.run(go())


def test_serve_says_in_one_line_what_is_wrong_with_the_files(tmp_path: Path) -> None:
    (tmp_path / "roles.toml").write_text('[proxy]\naddresses = ["0.0.0.0/0"]\n')
    with pytest.raises(AssertionError, match=r"roles\.toml: .0\.0\.0\.0/0. in \[proxy\] trusts every address there is"):
        start_app(tmp_path)


def test_a_session_is_not_handed_on_to_somebody_else(app: AppServer) -> None:
    """Streamlit lets a connection that was cut take its session up again; whoever knows its id could be another."""

    refused = "This page was opened by somebody else. Reload it."

    async def taken_up(headers: dict[str, str], known_as: str) -> Session:
        async with (
            coming_from(PROXY, headers) as http,
            http.ws_connect(
                f"{app.url}/_stcore/stream", protocols=("streamlit", "x", known_as), origin=app.url, max_msg_size=0
            ) as socket,
        ):
            page = Session(socket, "", page="results")
            await page.draw()
            return page

    async def go() -> None:
        first = await taken_up(OLGA, "")
        again = await taken_up(OLGA, first.session_id)
        assert again.session_id == first.session_id
        assert refused not in again.texts
        other = await taken_up(ADA, first.session_id)
        assert other.session_id == first.session_id
        assert other.texts[-1] == refused

    asyncio.run(go())
