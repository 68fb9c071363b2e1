"""The vote page's element: one item of a study, read, marked and voted on by mouse, finger or keyboard.

    vote_element(*, key, data, on_event) -> None

**What the browser gets** is `desk.data` (desk.py, shown.py): texts, letters and numbers. Its only id is that of the
assignment, `item`. `rev` counts the answers of the server, `seat` the items laid before the rater: where only `rev` has
changed, what the rater has entered stays in the browser as it is.

**What the browser says** are events, JSON objects of the element's trigger `event`. A client without a browser sends
them as Streamlit's page does: a rerun whose widget states hold, for the widget `<id of the element>__events`, the
`json_trigger_value`

    [{"event": "event", "value": {"t": "submit", "item": "...", "said": {...}, "active_ms": 41000, "nonce": "..."}}]

    t        besides `nonce`                    what it does
    draft    item, said, active_ms              keeps what was entered; nothing is drawn anew
    submit   item, said, active_ms              casts or changes the ballot, then lays the next item before the rater
    skip     item, reason, active_ms            gives the item up for a reason, then as submit
    undo     item                               takes back the vote on screen, else the last one
    back                                        shows the vote before, to change it or to read what others said
    next                                        on to the item in hand, after `back` or a training item's feedback
    pause                                       lets others have the item meanwhile; the draft is kept

Every event may carry `item`, `said` and `active_ms`: they are kept as the item's draft before anything else is done.

`nonce` is new for each press; the same one sent twice is one ballot. `said` is described in said.py. The browser waits
for the next `rev` before it sends another event after submit, skip, undo, back, next or pause.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
_PANE = _HERE.parent / "pane"
_SHARED = ("dom.js", "browser.js", "keys.js", "thread.js", "places.js", "find.js")
_SCRIPTS = (
    "voting_keys.js", "keeping.js", "spans.js", "beside.js", "rows.js", "marking.js", "ballot.js", "notes.js",
    "vote.js",
)  # fmt: skip
_SHARED_STYLES = ("pane.css", "reading.css")


def vote_element(*, key: str, data: dict[str, Any], on_event: Callable[[dict[str, Any]], None]) -> None:
    """Show one item.

    Args:
        key: the element's key; the same key and place keep what the rater has entered through reruns.
        data: `Desk.data`.
        on_event: called before the page reruns, with one event as above.
    """

    def take() -> None:
        # A second click may arrive when the element has made way for "nothing left": what it says is stored already.
        event = st.session_state.get(key, {}).get("event")
        if isinstance(event, Mapping):
            on_event(dict(event))

    _component()(key=key, data=data, on_event_change=take)


@cache
def _component() -> Any:
    """One component object per process: Streamlit warns when a name is registered twice."""
    styles = [_PANE / name for name in _SHARED_STYLES] + [_HERE / "vote.css"]
    scripts = [_PANE / name for name in _SHARED] + [_HERE / name for name in _SCRIPTS]
    return st.components.v2.component(
        "weighbridge_vote",
        html='<div class="rp wb-vote"></div>\n',
        css="\n".join(path.read_text(encoding="utf-8") for path in styles),
        js="\n".join(path.read_text(encoding="utf-8") for path in scripts),
        isolate_styles=False,
    )
