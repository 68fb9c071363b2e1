"""What was really sent for each answer of a run: parameters, messages, what was cut, whose words stood in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import orjson
import streamlit as st

from compare.engine.run import LETTERS, Run
from compare.records import Answer, ChatMessage
from compare.render.characters import escape
from compare.report.sent import Sent, SettingSent, sent_for
from compare.report.words import counted, in_ranges
from compare.ui import resources, who
from compare.ui.plain import plain

_MESSAGES_PX = 420
_MOST_SHOWN = 400
"""Messages drawn; a conversation that is longer is shown whole in the request's body."""
_CSS = """
.wb-sent { margin: 0 0 0.9rem; }
.wb-sent > div { font-size: 0.78rem; opacity: 0.7; margin-bottom: 0.15rem; }
.wb-sent > pre { margin: 0; padding: 0; background: none; font-size: 0.85rem; }
.wb-sent > pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.wb-sent .rp-cc { unicode-bidi: isolate; font-size: 0.7em; padding: 0 2px; border: 1px solid; border-radius: 3px; }
"""
_SETTINGS = {
    "system_prompt": "System prompt",
    "temperature": "Temperature",
    "max_output_tokens": "Max output tokens",
    "reasoning_effort": "Reasoning effort",
    "stop": "Stop sequences",
}


@st.dialog("Sent", width="large", icon=":material/outbox:")
def sent_dialog(run: Run) -> None:
    """One answer at a time; to be shown only where the candidates may be known."""
    who.still("owner")
    places = {LETTERS[i]: pane for i, pane in enumerate(run.panes) if pane.answer is not None}
    with st.container(horizontal=True, vertical_alignment="center"):
        letter = st.segmented_control(
            "Answer", list(places), default=next(iter(places)), required=True, key="sent_letter",
            label_visibility="collapsed",
        )  # fmt: skip
        pane = places[letter]
        st.markdown(f"**{plain(pane.face.label)}**", width="content")
    assert pane.answer is not None
    answer = resources.store().answer(pane.answer.id) or pane.answer
    sent = sent_for(answer, resources.store(), resources.catalog())
    _outline(sent, answer)
    _parameters(sent)
    _conversation(sent, letter)


def _outline(sent: Sent, answer: Answer) -> None:
    if sent.fallback:
        st.warning(
            plain(f"Asked of {sent.model} instead of {sent.fallback.instead_of}: {sent.fallback.why}"),
            icon=":material/alt_route:",
        )
    for warning in sent.warnings:
        if not (sent.fallback and warning.startswith(f"Answered by {sent.fallback.model_id} ")):
            st.caption(f":material/error: {plain(warning)}")
    facts = list(_facts(sent))
    if sent.messages and answer.model_served:
        facts.insert(0, f"Answered by {answer.model_served}.")
    if facts:
        st.caption(plain(" ".join(facts)))


def _facts(sent: Sent) -> Iterator[str]:
    for name, said in groupby(sent.history, key=lambda one: (one.name, one.is_own)):
        turns = ", ".join(str(one.turn) for one in said)
        whose = "its own answer" if name[1] else f"an answer of {name[0]}"
        yield f"In the history: {whose}, turn {turns}."
    if sent.cut:
        numbers = in_ranges(cut.number for cut in sent.cut)
        n_tokens = sum(cut.tokens for cut in sent.cut)
        yield f"Cut by us: {counted(len(sent.cut), 'message')} with {counted(n_tokens, 'token')}: {numbers}."
    for reason, n in sent.left_out.items():
        yield f"Not sent: {n} {reason}."
    if sent.summary:
        yield f"A summary by {sent.summary.model} was sent in place of what was cut."


# --- parameters ------------------------------------------------------------------------------------------------------


def _parameters(sent: Sent) -> None:
    if sent.settings:
        st.table({_SETTINGS[one.name]: _became(one) for one in sent.settings}, border="horizontal", width="stretch")
    if sent.params is None:
        if sent.messages:
            st.caption("Its parameters were not kept: the answer was stopped before it was complete.")
    elif sent.params:
        st.markdown("**Parameters**")
        st.code(json.dumps(sent.params, ensure_ascii=False), language="json", wrap_lines=True)
    elif sent.messages:
        st.caption("No parameters were sent with the messages: everything was left to the model's server.")


def _became(one: SettingSent) -> str:
    if one.name == "system_prompt":
        return "its own, sent as the first message"
    shown = ", ".join(one.chosen) if isinstance(one.chosen, tuple) else str(one.chosen)
    if not one.parameter:
        return f"{plain(shown)}: left out"
    value = ", ".join(one.value) if isinstance(one.value, list) else str(one.value)
    return plain(f"{shown}: sent as {one.parameter}" + ("" if value == shown else f" {value}"))


# --- messages --------------------------------------------------------------------------------------------------------


def _conversation(sent: Sent, letter: str) -> None:
    if sent.why_not:
        st.warning(plain(sent.why_not), icon=":material/history_toggle_off:")
    if not sent.messages:
        return
    ways = ["Messages"] + ([f"Request body ({sent.wire_format})"] if sent.body is not None else [])
    way = st.segmented_control(
        "Show", ways, default=ways[0], required=True, key=f"sent_way_{letter}", label_visibility="collapsed"
    )
    if not sent.why_not:
        st.caption(
            f":material/verified: Exactly what was sent: {counted(len(sent.messages), 'message')}, made again from the "
            f"stored thread, with the hash that was kept ({sent.sha256[:12]})."
        )
    with st.container(height=_MESSAGES_PX):
        if way != ways[0]:
            st.code(_indented(_without_pictures(sent.body)), language="json", wrap_lines=True)
            return
        rows = (_row(number, message) for number, message in enumerate(sent.messages[:_MOST_SHOWN], start=1))
        st.html(f"<style>{_CSS}</style>{''.join(rows)}")
        if len(sent.messages) > _MOST_SHOWN:
            st.caption(f"{len(sent.messages) - _MOST_SHOWN} more; the request body holds them all.")


def _row(number: int, message: ChatMessage) -> str:
    """A message to the letter, hidden characters as boxes. Thirty code blocks would keep a phone busy for seconds."""
    pictures = f", {counted(len(message.images), 'picture')}" if message.images else ""
    return (
        f'<article class="wb-sent"><div>{number} \u00b7 {escape(message.role)}{pictures}</div>'
        f"<pre>{escape(message.content)}</pre></article>"
    )


def _without_pictures(value: Any) -> Any:
    """A body whose pictures are named by their size: megabytes of base64 help nobody."""
    if isinstance(value, dict):
        return {name: _without_pictures(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without_pictures(inner) for inner in value]
    if isinstance(value, str) and len(value) > 2000 and " " not in value[:2000]:
        return f"{value[:40]}... ({len(value):,} characters)"
    return value


def _indented(value: Any) -> str:
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONEncodeError:  # half a character in a message, which only escapes can carry
        return json.dumps(value, indent=2)
