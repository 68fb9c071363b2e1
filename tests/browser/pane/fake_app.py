"""A page with nothing but the reading pane and a few native widgets, over runs that a test drives through /command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from fake_run import RUNS
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from streamlit.runtime.scriptrunner import get_script_run_ctx

from compare.settings import sign_route
from compare.ui.pane import plain_pane, reading_pane
from compare.ui.server import send_small_writes_at_once
from compare.web import routes


@asynccontextmanager
async def around(_: Any) -> AsyncIterator[None]:
    """As in the real app: what is written arrives at once."""
    send_small_writes_at_once()
    yield


def page() -> None:
    st.set_page_config(page_title="Reading pane", layout="wide")
    query = st.query_params
    run_id = query.get("run", "")
    run = RUNS.find(run_id, "tester")
    if run is None:
        st.stop()
    state = st.session_state
    state.setdefault("events", [])
    if state.get("opened") != run_id:
        state["opened"], state["url"] = run_id, "/rp/" + sign_route(run_id, "tester")
    if query.get("expired"):
        state["url"] = "/rp/not-a-token"
    left, middle, right = st.columns([2, 1, 1], vertical_alignment="bottom")
    left.text_input("Note", key="note")
    middle.button("Rerun", key="rerun")
    if right.button("Reload", key="reload"):
        state["revision"] = state.get("revision", 0) + 1
    if query.get("plain"):
        plain_pane(run.snapshot())
        return
    reading_pane(
        key="pane",
        url=state["url"],
        run_id=run_id,
        n=len(run.panes),
        revision=state.get("revision", 0),
        actions=query.get("actions", "1") == "1",
        thread=query.get("thread", "1") == "1",
        reserve_px=240,
        on_event=lambda event: state["events"].append({k: v for k, v in event.items() if k != "nonce"}),
    )
    st.text("events: " + repr(state["events"]))


async def command(request: Request) -> JSONResponse:
    return JSONResponse(RUNS.command(*await request.json()))


if get_script_run_ctx(suppress_warning=True):
    page()
else:
    beside = [*routes(RUNS), Route("/command", command, methods=["POST"])]
    app = st.App(__file__, routes=beside, lifespan=around)
