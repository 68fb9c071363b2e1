"""What a candidate's policy, preparation and settings do to a thread, before anything is sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import streamlit as st

from compare.engine.counting import provider_counts
from compare.providers.takes import as_sent, settings_sent
from compare.records import Candidate, ChatMessage, ChatRequest, ModelSpec
from compare.report.tokens import calibrations
from compare.report.words import counted, in_ranges
from compare.threads.difference import changed
from compare.threads.prompts import Prompt
from compare.threads.shaping import Shaped, shape, summary_needed, too_long
from compare.tokens.count import count_messages
from compare.ui import resources
from compare.ui.plain import plain

_DIFFERENCE_PX = 180
_MOST_SHOWN = 12


def shaped_for(prompt: Prompt, candidate: Candidate) -> Shaped:
    """What this candidate would be sent; a summary that is still to be made is named in its place.

    Raises:
        CompareError: the policy or the preparation cannot be read or applied.
    """
    needed = summary_needed(prompt, candidate)
    return shape(prompt, candidate, summary="(the summary is made when it is run)" if needed else None)


def show_effect(prompt: Prompt, shaped: Shaped, candidate: Candidate, spec: ModelSpec) -> None:
    """Counts, cuts, changed messages and the parameters, from the general to the particular."""
    warning = too_long(shaped, candidate, spec)
    if warning:
        st.warning(plain(warning), icon=":material/straighten:")
    _show_counts(prompt, shaped, spec)
    if shaped.cut:
        numbers = in_ranges(cut.number for cut in shaped.cut)
        n_tokens = sum(cut.tokens for cut in shaped.cut)
        st.markdown(f"**Cut by us:** {counted(len(shaped.cut), 'message')} with {n_tokens:,} tokens: {numbers}.")
    found = changed(shaped)
    if not found and candidate.preparation != "none":
        st.caption(f"The preparation {plain(candidate.preparation)} changes nothing in what is sent of this thread.")
    for one in found[:_MOST_SHOWN]:
        st.markdown(f"**Message {one.number}** ({one.role}). {plain('; '.join(one.why))}")
        before, after = st.columns(2, gap="small")
        before.code(one.before, language=None, wrap_lines=True, height=_DIFFERENCE_PX)
        after.code(one.after, language=None, wrap_lines=True, height=_DIFFERENCE_PX)
    if len(found) > _MOST_SHOWN:
        st.caption(f"{len(found) - _MOST_SHOWN} more messages are changed in the same way.")


def show_parameters(candidate: Candidate, spec: ModelSpec) -> None:
    """What would be sent beside the messages, by the names of the wire format."""
    request = ChatRequest(spec, (ChatMessage("user", "?"),), candidate.settings)
    worded = as_sent(request, spec.base_url, resources.hub().learned())
    sent = settings_sent(worded.params).values()
    if sent:
        told = ", ".join(f"{name} {json.dumps(value, ensure_ascii=False)}" for name, value in sent)
        st.caption(f"Sent with it: {plain(told)}.")


def _show_counts(prompt: Prompt, shaped: Shaped, spec: ModelSpec) -> None:
    import pandas as pd

    rows = [
        _counts("As it is", tuple(m.content for m in prompt.messages), spec),
        _counts("As it is sent", tuple(m.content for m in shaped.sent.messages), spec),
    ]
    table = pd.DataFrame(rows)
    asked = st.session_state.get("variant_counted")
    if asked and asked[0] == (spec.id, shaped.sent.sha256):
        table[f"Counted by {spec.name}"] = asked[1]
    st.dataframe(table, hide_index=True)
    if st.button(f"Let {plain(spec.name)}'s provider count", key="variant_count", icon=":material/pin:"):
        answers = [_ask_provider(spec, messages) for messages in (prompt.messages, shaped.sent.messages)]
        st.session_state["variant_counted"] = ((spec.id, shaped.sent.sha256), answers)
        st.rerun(scope="fragment")


def _ask_provider(spec: ModelSpec, messages: Sequence[ChatMessage]) -> str:
    [found] = asyncio.run(provider_counts([spec], tuple(messages)))
    return f"{found.tokens:,}" if found.tokens is not None else found.why_not


def _counts(name: str, texts: tuple[str, ...], spec: ModelSpec) -> dict[str, str]:
    n_tokens = count_messages(texts)
    line = calibrations(resources.store()).get(spec.id)
    band = line.expected(n_tokens, len(texts)) if line else None
    return {
        "": name,
        "Messages": f"{len(texts):,}",
        "Tokens counted here": f"{n_tokens:,}",
        f"Expected from {spec.name}": f"{band.low:,} to {band.high:,}" if band else "no answers yet",
    }
