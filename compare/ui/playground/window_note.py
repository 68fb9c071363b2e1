"""Which of the chosen candidates could not take the whole thread: said before Run, not after it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from compare.errors import CompareError
from compare.records import Candidate, ModelSpec
from compare.threads.prompts import Prompt
from compare.threads.shaping import too_long
from compare.ui import resources
from compare.ui.plain import plain
from compare.ui.playground.effect import shaped_for


def show_too_long(prompt: Prompt, candidates: Sequence[Candidate]) -> None:
    """One line for each candidate whose model's window is too small for what it would be sent."""
    specs = resources.catalog().models
    for candidate in candidates:
        spec = specs.get(candidate.model_id)
        told = _too_long(prompt, candidate, spec) if spec is not None else None
        if told:
            st.warning(plain(f"{candidate.name}: {told}"), icon=":material/straighten:")


def _too_long(prompt: Prompt, candidate: Candidate, spec: ModelSpec) -> str | None:
    if _surely_fits(prompt, candidate, spec):
        return None
    try:
        return too_long(shaped_for(prompt, candidate), candidate, spec)
    except CompareError as exc:
        return str(exc)


def _surely_fits(prompt: Prompt, candidate: Candidate, spec: ModelSpec) -> bool:
    """No token is shorter than a byte, so most threads need not be counted at each drawing of the page."""
    if spec.context_window_tokens is None:
        return True
    settings = candidate.settings
    n_bytes = sum(len(message.content.encode()) for message in prompt.messages) + len(settings.system_prompt or "") * 4
    return n_bytes + (settings.max_output_tokens or 0) <= spec.context_window_tokens
