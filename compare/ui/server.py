"""The ASGI app that Streamlit serves: its routes beside the pages, and what happens at start and end of the process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute

from compare.engine.hub import close_hub
from compare.runs.views import View
from compare.settings import allowed_hosts
from compare.tokens.count import count
from compare.ui import pane
from compare.ui.head import StyledPage
from compare.ui.resources import hub, views


def build(entry: str, routes: Sequence[BaseRoute]) -> st.App:
    """The app for `streamlit run` and `weighbridge serve` alike.

    Args:
        entry: path of the script that every script run executes.
        routes: HTTP routes to serve beside the pages.
    """
    _quiet_first_deep_link()
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=allowed_hosts(), www_redirect=False)
    return st.App(entry, routes=routes, lifespan=_lifespan, middleware=[hosts, Middleware(StyledPage)])


class LateViews:
    """The process's views, looked up at each request, so that importing the app opens no database."""

    def find(self, run_id: str, viewer_id: str) -> View | None:
        """The run as that viewer may see it, or None where there is no such run."""
        return views().find(run_id, viewer_id)


@asynccontextmanager
async def _lifespan(_: Any) -> AsyncIterator[None]:
    threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
    yield
    await asyncio.to_thread(close_hub)


def _warm_up() -> None:
    """Load what the first page, the first run and the first table need, before anybody waits for it or is timed.

    In the order in which it is missed: the browser's own start-up leaves the server about a second.
    """
    views()
    pane.warm_up()
    hub()
    import_module("compare.sim.server")
    count("")


def _quiet_first_deep_link() -> None:
    """Keep the first visit of a fresh process to a page's own address from announcing "Page not found".

    Streamlit takes our pages/ folder for its old mechanism until st.navigation has run once, and st.navigation then
    sets this very flag. It is no public name: where it has gone, only that announcement is back (a browser test looks).
    """
    with suppress(ImportError, AttributeError):
        from streamlit.runtime.pages_manager import PagesManager

        PagesManager.uses_pages_directory = False
