"""A rater without a browser: opens a study's link over Streamlit's websocket and votes as the page's element does.

async with rater(http, url, study_id, "Ana") as session:
    while session.item is not None:
        await session.submit({"verdict": "best", "ranking": [0]})
"""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.viewer import Session, open_page


class RaterSession:
    """One rater's open page."""

    def __init__(self, page: Session) -> None:
        self._page = page

    @property
    def item(self) -> dict[str, Any] | None:
        """What lies before the rater, as the browser gets it (compare/ui/vote/__init__.py); None where nothing does."""
        element = self._page.elements.get("weighbridge_vote")
        return None if element is None else dict(json.loads(element.json))

    async def submit(self, said: dict[str, Any], *, times: int = 1) -> None:
        """Cast a ballot and wait for what comes next; more than once is a double click."""
        item = self.item
        assert item is not None
        event = {"t": "submit", "item": item["item"], "said": said, "active_ms": 4000, "nonce": secrets.token_hex(8)}
        element, fragment = self._page.elements["weighbridge_vote"], self._page.fragments["weighbridge_vote"]
        # What Streamlit calls the widget that takes the events of an element.
        state = WidgetState(id=f"$$STREAMLIT_INTERNAL_KEY_{element.id}__events")
        state.json_trigger_value = json.dumps([{"event": "event", "value": event}])
        for _ in range(times):
            self._page.elements.clear()
            await self._page.draw(state, fragment=fragment)


@asynccontextmanager
async def rater(http: aiohttp.ClientSession, url: str, study_id: str, name: str) -> AsyncIterator[RaterSession]:
    """Open the study's link and give a name."""
    async with open_page(http, url, f"study={study_id}", page="vote") as page:
        field = WidgetState(id=page.ids["vote_name"], string_value=name)
        page.states[field.id] = field
        await page.draw(WidgetState(id=page.ids["vote_begin"], trigger_value=True))
        yield RaterSession(page)
