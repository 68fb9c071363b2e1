"""The reading pane: the one viewer of answers and thread, mounted as a small element without dependencies.

    reading_pane(*, key, url, run_id, n, revision, actions, on_event, kept=(), running=False, thread=True,
                 reserve_px=RESERVE_PX) -> None
    plain_pane(snapshot) -> None
    warm_up() -> None

The element loads `{url}/snap`, follows `{url}/events` and reads the texts, figures, versions, turns, differences and
marks below `{url}` (compare/web/runs.py) by itself; a rerun of the page never redraws it. Its data names a run and
a signed address, never a candidate: while a comparison is blind, nothing here knows who wrote what.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import streamlit as st

from compare.render.code import warm_up as warm_up_lexers
from compare.render.frames import RunSnapshot
from compare.ui.pane.plain import answer_html, thread_html

RESERVE_PX = 300
"""Height of everything else on a page at 900 px: navigation, title, vote row, input."""

_HERE = Path(__file__).parent
_SCRIPTS = (
    "dom.js", "browser.js", "keys.js", "figures.js", "timeline.js", "details.js", "tail.js", "thread.js", "places.js",
    "find.js", "diff.js", "marks.js", "versions.js", "pane.js", "swipe.js", "turns.js", "view.js",
)  # fmt: skip
_STYLES = ("pane.css", "reading.css")


def reading_pane(
    *,
    key: str,
    url: str,
    run_id: str,
    n: int,
    revision: int,
    actions: bool,
    on_event: Callable[[dict[str, Any]], None],
    kept: Sequence[int] = (),
    running: bool = False,
    thread: bool = True,
    reserve_px: int = RESERVE_PX,
) -> None:
    """Show one run.

    Args:
        key: the element's key; the same key and place keep the panes untouched by reruns.
        url: "/rp/" + settings.sign_route(run_id, viewer_id). Mint it once per session and run, not per rerun.
        run_id: another run makes the element start afresh.
        n: number of answers, 1 to 8.
        revision: a new number makes the element load the snapshot again; what has not changed stays where it is.
        actions: whether answers can be stopped and regenerated, and messages edited, from here.
        kept: places whose answer, once complete, cannot be asked for again.
        running: whether the page believes that answers are still to come; it is told "done" when they are not.
        on_event: called before the page reruns, with {"t": "stop" | "again", "pane": i, "nonce": ...} when a button
            of answer i was pressed, {"t": "edit", "n": k, "nonce": ...} when message k is to be said differently, and
            {"t": "done", "nonce": ...} when a run ended while it was watched.
        thread: whether the conversation stands beside the answers.
        reserve_px: height in CSS pixels that the rest of the page takes.
    """

    def take() -> None:
        event = st.session_state[key].get("event")
        if event:
            on_event(dict(event))

    data = {
        "url": url,
        "run": run_id,
        "n": n,
        "rev": revision,
        "actions": actions,
        "kept": list(kept),
        "running": running,
        "thread": thread,
    }
    _component()(key=key, data={**data, "reserve": reserve_px}, on_event_change=take)


def plain_pane(snapshot: RunSnapshot) -> None:
    """The same HTML without a script: for page tests, and should a browser refuse the element."""
    st.html(f"<style>{_read('pane.css')}</style>")
    if snapshot["progress"]:
        st.caption(snapshot["progress"])
    if snapshot["thread"]:
        with st.expander(f"Thread, {len(snapshot['thread'])} messages"):
            st.html(thread_html(snapshot["thread"]))
    if not snapshot["panes"]:
        return
    for column, pane in zip(st.columns(len(snapshot["panes"])), snapshot["panes"], strict=True):
        column.html(answer_html(pane))


def warm_up() -> None:
    """Load what the first page and the first fence need; call it in a thread at start, or they wait half a second."""
    for name in ("numpy", "pandas", "pyarrow"):
        import_module(name)
    warm_up_lexers()


@cache
def _component() -> Any:
    """One component object per process: Streamlit warns when a name is registered twice."""
    return st.components.v2.component(
        "weighbridge_reading_pane",
        html='<div class="rp"></div>\n',
        css="\n".join(_read(name) for name in _STYLES),
        js="\n".join(_read(name) for name in _SCRIPTS),
        isolate_styles=False,
    )


@cache
def _read(name: str) -> str:
    return _HERE.joinpath(name).read_text(encoding="utf-8")
