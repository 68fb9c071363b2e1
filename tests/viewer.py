"""A viewer without a browser: Streamlit's own websocket to choose candidates and press Run.

async with open_page(http, url, "?thread=...") as session:
    await session.choose(models); route = await session.run()
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

PATIENCE_S = 60.0
_ROUTE = re.compile(rb"/rp/[\w.-]+")


@dataclass(slots=True)
class Session:
    """One open page: what its widgets are called, what it has been sent."""

    socket: aiohttp.ClientWebSocketResponse
    query: str
    """The page's address behind the question mark."""
    page: str = ""
    """Its path without the slash; "" for the first one."""
    n_bytes: int = 0
    """Of all messages so far, as they travelled."""
    route: str = ""
    """ "/rp/<token>" of the reading pane that stands on the page."""
    said: list[str] = field(default_factory=list)
    """Plain texts on the page (st.text)."""
    script: str = ""
    """What the server calls that page, once it has said so."""
    elements: dict[str, BidiComponent] = field(default_factory=dict)
    """Elements with a script of their own, by name, as they were sent last."""
    fragments: dict[str, str] = field(default_factory=dict)
    """Of each of those elements, the fragment that it is drawn in."""
    texts: list[str] = field(default_factory=list)
    """Everything else that it says: headings, Markdown, alerts, labels of buttons."""
    session_id: str = ""
    """Streamlit's, by which a connection that was cut takes its page up again."""
    menu: list[str] = field(default_factory=list)
    """Titles in the navigation."""
    ids: dict[str, str] = field(default_factory=dict)
    states: dict[str, WidgetState] = field(default_factory=dict)

    async def draw(self, *pressed: WidgetState, fragment: str = "") -> None:
        """Run the script, or only a fragment of it, and wait until it has ended."""
        await self.ask(*pressed, fragment=fragment)
        await self.until(_has_ended)

    async def ask(self, *pressed: WidgetState, fragment: str = "") -> None:
        """Run the script, or only a fragment of it."""
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.fragment_id = fragment
        if self.script:
            message.rerun_script.page_script_hash = self.script
        else:
            message.rerun_script.page_name = self.page
        message.rerun_script.widget_states.widgets.extend([*self.states.values(), *pressed])
        await self.socket.send_bytes(message.SerializeToString())

    async def until(self, met: object, patience_s: float = PATIENCE_S) -> None:
        """Take in messages until one meets the condition."""
        assert callable(met)
        async with asyncio.timeout(patience_s):
            while True:
                data = await self.socket.receive_bytes()
                self.n_bytes += len(data)
                message = ForwardMsg()
                message.ParseFromString(data)
                self._note(message, data)
                if met(message):
                    return

    def _note(self, message: ForwardMsg, data: bytes) -> None:
        if message.WhichOneof("type") == "new_session":
            self.session_id = message.new_session.initialize.session_id
        if message.WhichOneof("type") == "navigation":
            self.script = message.navigation.page_script_hash
            self.menu = [page.page_name for page in message.navigation.app_pages if not page.is_hidden]
        if message.WhichOneof("type") == "page_info_changed":
            self.query = message.page_info_changed.query_string
        if message.WhichOneof("type") != "delta":
            return
        if label := message.delta.add_block.popover.label:
            self.texts.append(label)
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind is None:
            return
        if widget := getattr(getattr(element, kind), "id", ""):
            self.ids[re.sub(r"^\$\$ID-[0-9a-f]+-", "", widget)] = widget
        part = getattr(element, kind)
        self.texts.extend(str(getattr(part, name)) for name in ("body", "label") if getattr(part, name, ""))
        if kind == "text":
            self.said.append(element.text.body)
        if kind == "bidi_component":
            self._keep(element.bidi_component, message.delta.fragment_id)
            if found := _ROUTE.search(data):
                self.route = found[0].decode()

    def _keep(self, element: BidiComponent, fragment: str) -> None:
        self.elements[element.component_name] = element
        self.fragments[element.component_name] = fragment

    async def choose(self, models: Iterable[str]) -> None:
        """Choose the candidates by the names on the page."""
        state = WidgetState(id=self.ids["candidate_choice"])
        state.string_array_value.data.extend(models)
        self.states[state.id] = state
        await self.draw()

    async def run(self) -> str:
        """Press Run; returns the address of the run's routes, as soon as the page has it."""
        self.route = ""
        await self.ask(WidgetState(id=self.ids["run"], trigger_value=True))
        await self.until(lambda _: bool(self.route))
        return self.route


def _has_ended(message: ForwardMsg) -> bool:
    """True where a script has ended and asks for no further run."""
    early = ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN
    return message.WhichOneof("type") == "script_finished" and message.script_finished != early


@asynccontextmanager
async def open_page(
    http: aiohttp.ClientSession, url: str, query: str, *, page: str = "", xsrf: str = "PLACEHOLDER_AUTH_TOKEN"
) -> AsyncIterator[Session]:
    """Open a page and wait until it is drawn.

    Args:
        http: whose cookies and headers go along.
        url: the app's address.
        query: what stands behind its question mark.
        page: the page's path without the slash.
        xsrf: Streamlit's token: without it the sign-in cookie is not looked at.
    """
    async with http.ws_connect(
        f"{url}/_stcore/stream", protocols=("streamlit", xsrf), origin=url, max_msg_size=0
    ) as socket:
        session = Session(socket, query.lstrip("?"), page=page)
        await session.draw()
        yield session
