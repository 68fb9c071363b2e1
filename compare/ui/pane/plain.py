"""One answer as a piece of HTML that needs no script: what `plain_pane` puts into st.html."""

from __future__ import annotations

from compare.render.characters import escape
from compare.render.frames import PaneSnapshot, ThreadMessage
from compare.render.markdown import literal_html, turn_html

_HIDDEN = "This answer is shown when all are complete."


def answer_html(pane: PaneSnapshot) -> str:
    """Header, text and note of one answer; a hidden one gives only its letter."""
    if pane["state"] == "hidden":
        return f'<div class="rp">{_head(pane)}<p class="rp-notice">{_HIDDEN}</p></div>'
    blocks = "".join(f'<div class="rp-b">{html}</div>' for _, html in pane["blocks"])
    tail = f'<div class="rp-b">{literal_html(pane["tail"])}</div>' if pane["tail"].strip() else ""
    note = f'<p class="rp-notice">{escape(pane["note"])}</p>' if pane["note"] else ""
    return f'<div class="rp">{_head(pane)}{pane["earlier"]}{blocks}{tail}{note}</div>'


def thread_html(messages: list[ThreadMessage]) -> str:
    """The conversation, oldest message first."""
    turns = "".join(turn_html(m["n"], m["role"], m["html"], m["note"]) for m in messages)
    return f'<div class="rp">{turns}</div>'


def _head(pane: PaneSnapshot) -> str:
    badge = f' <span class="rp-badge">{escape(pane["badge"])}</span>' if pane["badge"] else ""
    name = (
        f'<b class="rp-letter">{escape(pane["name"])}</b> <span class="rp-label">{escape(pane["label"])}</span>{badge}'
    )
    state = (
        f'<span class="rp-state">{escape(pane["state"])}</span> <span class="rp-nums">{escape(pane["numbers"])}</span>'
    )
    return f'<div class="rp-id">{name}</div><div class="rp-meta">{state}</div>'
