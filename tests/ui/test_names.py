"""Without set-up: a name typed once and kept by the browser for its later pages, at the real app."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator

import aiohttp
import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from compare.people.remembered import COOKIE
from tests.app_server import AppServer, start_app
from tests.signing_in import browser
from tests.viewer import Session, open_page


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    server = start_app(tmp_path_factory.mktemp("names"), sim_speed="0")
    yield server
    server.stop()


async def a_run(page: Session) -> str:
    """Run the sample; gives the page's address from the question mark on."""
    await page.run()
    await page.draw()
    return "?" + page.query


async def typed(page: Session, name: str) -> str:
    """Type a name where the page says who votes; gives the note that it hands to the browser."""
    notes: list[str] = []

    def carried(message: ForwardMsg) -> bool:
        if message.WhichOneof("type") == "delta" and message.delta.new_element.WhichOneof("type") == "bidi_component":
            data = json.loads(message.delta.new_element.bidi_component.json or "{}")
            notes.extend([data["note"]] if "note" in data else [])
        return message.WhichOneof("type") == "script_finished"

    state = WidgetState(id=page.ids["voter_name"], string_value=name)
    page.states[state.id] = state
    await page.ask()
    await page.until(carried)
    assert len(notes) == 1
    return notes[0]


async def carry(http: aiohttp.ClientSession, app: AppServer, note: str, **headers: str) -> int:
    """What the page's script does with it."""
    async with http.post(f"{app.url}/who/name", data=note, headers=headers) as answer:
        return answer.status


def says(page: Session) -> str:
    (found,) = {text for text in page.texts if text.startswith("Voting as")}
    return re.sub(r"\\(\W)", r"\1", found)


def test_a_name_is_asked_once_and_known_in_every_later_page_of_this_browser(app: AppServer) -> None:
    async def go() -> None:
        async with browser() as http, browser() as another:
            async with open_page(http, app.url, "") as page:
                query = await a_run(page)
                assert says(page) == "Voting as local"
                assert await carry(http, app, await typed(page, "  Zo\u00eb   *Lee* ")) == 204
            for opened in (query, query):
                async with open_page(http, app.url, opened) as page:
                    assert says(page) == "Voting as Zo\u00eb *Lee*"
            async with open_page(another, app.url, query) as page:
                assert says(page) == "Voting as local"

    asyncio.run(go())


def test_the_cookie_cannot_be_read_by_scripts_nor_set_by_other_sites(app: AppServer) -> None:
    async def go() -> None:
        async with browser() as http, open_page(http, app.url, "") as page:
            await a_run(page)
            note = await typed(page, "Ann")
            assert await carry(http, app, note, **{"Sec-Fetch-Site": "cross-site"}) == 403
            assert await carry(http, app, note[:-1]) == 403
            assert await carry(http, app, "x" * 100_000) == 403
            assert not [cookie for cookie in http.cookie_jar if cookie.key == COOKIE]
            async with http.post(f"{app.url}/who/name", data=note) as answer:
                said = answer.headers["set-cookie"]
            assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(said.split("; "))

    asyncio.run(go())


def test_a_cookie_with_another_name_written_into_it_is_nobodys(app: AppServer) -> None:
    async def go() -> None:
        async with browser() as http, open_page(http, app.url, "") as page:
            query = await a_run(page)
            await carry(http, app, await typed(page, "Bob"))
            (kept,) = (cookie.value for cookie in http.cookie_jar if cookie.key == COOKIE)
        async with browser({COOKIE: "x" + kept[1:]}) as forged, open_page(forged, app.url, query) as page:
            assert says(page) == "Voting as local"

    asyncio.run(go())
