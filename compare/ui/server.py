"""The ASGI app that Streamlit serves: its routes beside the pages, and what happens at start and end of the process."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from types import FrameType
from typing import Any

from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute

from compare.engine.hub import close_hub
from compare.errors import ConfigError
from compare.runs.views import View
from compare.settings import allowed_hosts
from compare.tokens.count import count
from compare.ui import pane
from compare.ui.head import StyledPage
from compare.ui.jobs.workers import end_workers
from compare.ui.resources import hub, views
from compare.ui.sign_in import check_streamlit_agrees, settle


def server_options(
    routes: Sequence[BaseRoute], doors: Sequence[Middleware], before_end: Callable[[], None]
) -> dict[str, Any]:
    """What `st.App` takes beside the script: for `streamlit run app.py` and `weighbridge serve` alike.

    The call of `st.App` itself stands in app.py, because `streamlit run` looks for it in the text of that file; where
    it finds none, it serves the pages without our routes.

    Args:
        routes: HTTP routes to serve beside the pages.
        doors: what every request passes first.
        before_end: called on the server's loop when a signal ends the app; open requests must then end, since the
            server waits for them.

    Raises:
        ConfigError: what says how people sign in is wrong; the app must not start then.
    """
    if settle().kind == "proxy" and os.environ.get("FORWARDED_ALLOW_IPS") != "":
        raise ConfigError(
            "Behind a proxy that signs people in, the app must see from where a connection really comes. Start it with "
            "`weighbridge serve`, or set FORWARDED_ALLOW_IPS to the empty text."
        )
    _quiet_first_deep_link()
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=allowed_hosts(), www_redirect=False)

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        check_streamlit_agrees()
        send_small_writes_at_once()
        _on_ending_signals(before_end)
        threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
        yield
        await asyncio.to_thread(end_workers)
        await asyncio.to_thread(close_hub)

    return {"routes": routes, "lifespan": lifespan, "middleware": [hosts, *doors, Middleware(StyledPage)]}


class LateViews:
    """The process's views, looked up at each request, so that importing the app opens no database."""

    def find(self, run_id: str, viewer_id: str) -> View | None:
        """The run as that viewer may see it, or None where there is no such run."""
        return views().find(run_id, viewer_id)


def _warm_up() -> None:
    """Load what the first page, the first run and the first table need, before anybody waits for it or is timed.

    In the order in which it is missed: the browser's own start-up leaves the server about a second.
    """
    views()
    pane.warm_up()
    hub()
    import_module("compare.sim.server")
    count("")


def _on_ending_signals(act: Callable[[], None]) -> None:
    """On the signals that end the app, act, and then do what the server does."""
    if threading.current_thread() is not threading.main_thread():
        return  # no signal reaches a server in another thread; whoever started it ends it
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        servers = signal.getsignal(number)

        def end(number: int, frame: FrameType | None, servers: Any = servers) -> None:
            loop.call_soon_threadsafe(act)
            servers(number, frame)

        if callable(servers):
            signal.signal(number, end)


def send_small_writes_at_once() -> None:
    """Set TCP_NODELAY on this process's sockets; the connections that the listening one accepts inherit it.

    asyncio sets it only where it opened the listening socket itself, and Streamlit brings its own. Without it the
    kernel holds a small write (the next frame of an answer, the body after its header) until the browser has
    acknowledged the one before, which it does up to 40 ms later. Where a system does not list open files in /dev/fd,
    the app is slower by that.
    """
    with suppress(OSError):
        for name in os.listdir("/dev/fd"):
            with suppress(OSError):  # the listing itself is closed again
                _send_at_once(os.dup(int(name)))


def _send_at_once(descriptor: int) -> None:
    """Do that for a descriptor of any kind, and close it."""
    try:
        found = socket.socket(fileno=descriptor)
    except OSError:
        os.close(descriptor)  # no socket
        return
    with found:
        if found.type == socket.SOCK_STREAM and found.family in (socket.AF_INET, socket.AF_INET6):
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _quiet_first_deep_link() -> None:
    """Keep the first visit of a fresh process to a page's own address from announcing "Page not found".

    Streamlit takes our pages/ folder for its old mechanism until st.navigation has run once, and st.navigation then
    sets this very flag. It is no public name: where it has gone, only that announcement is back (a browser test looks).
    """
    with suppress(ImportError, AttributeError):
        from streamlit.runtime.pages_manager import PagesManager

        PagesManager.uses_pages_directory = False
