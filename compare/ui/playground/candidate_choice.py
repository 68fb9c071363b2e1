"""Choosing the candidates of the next comparison: models, candidates with settings of their own, recorded answers."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from compare.catalog import availability
from compare.records import Candidate, Thread
from compare.runs.steps import MAX_PANES, MIN_PANES
from compare.store.recorded import PRODUCTION
from compare.ui import resources, state
from compare.ui.playground.recorded_choice import is_by_name, recorded_options
from compare.ui.playground.variants import variants

_MOST_NAMED = 5


def choose_candidates(thread: Thread | None, turn: int | None) -> list[str]:
    """The chooser, and the keys chosen in it."""
    options = candidate_options(thread, turn)
    # The widget forgets its value when another page is drawn, and its options change with the thread.
    before = st.session_state.get("candidate_choice", state.chosen_models())
    kept = state.settle("candidate_choice", [key for key in before if key in options][:MAX_PANES])
    chosen = st.multiselect(
        f"Candidates ({MIN_PANES} to {MAX_PANES})",
        list(options),
        default=kept,
        format_func=options.__getitem__,
        max_selections=MAX_PANES,
        key="candidate_choice",
        # Typing a name and pressing Enter adds that one, and never everything that resembles it.
        filter_mode="contains",
        select_all=False,
    )
    state.keep_models(chosen)
    return chosen


def missing_in_address(thread: Thread | None, turn: int | None) -> str:
    """A sentence about candidates that the address has just asked for and that are not here, or nothing."""
    asked = state.models_asked_for()
    if not asked:
        return ""
    unknown = [key for key in asked if key not in candidate_options(thread, turn)]
    if unknown:
        those = "There is no candidate" if len(unknown) == 1 else "There are no candidates"
        names = ", ".join(f'"{key}"' for key in unknown[:_MOST_NAMED])
        more = len(unknown) - _MOST_NAMED
        others = f" and {more} more" if more > 0 else ""
        rest = "The others are chosen." if len(unknown) < len(asked) else "Choose some above."
        return f"{those} {names}{others} here, which the address asks for. {rest}"
    if len(asked) > MAX_PANES:
        return f"The address asks for {len(asked)} candidates; the first {MAX_PANES} are chosen."
    return ""


def candidate_options(thread: Thread | None, turn: int | None = None) -> dict[str, str]:
    """What can be chosen, ready models first; what a model lacks stands behind its name."""
    ready, waiting = {}, {}
    for spec in resources.catalog().models.values():
        state_now = availability(spec)
        if state_now.ready:
            ready[spec.id] = f"{spec.name} (simulated)" if spec.simulated else spec.name
        else:
            waiting[spec.id] = f"{spec.name} ({state_now.reason})"
    for candidate_id, candidate in variants().items():
        ready[candidate_id] = candidate.name
    if thread is not None:
        ready |= recorded_options(thread, turn)
    return ready | waiting


def chosen_candidates(chosen: Sequence[str]) -> list[Candidate]:
    """The candidates behind the keys of `candidate_options`, without those whose key says "recorded"."""
    models, stored = resources.catalog().models, variants()
    own = {PRODUCTION.model_id: PRODUCTION} | stored
    return [
        own.get(key) or Candidate(key, label=models[key].label, simulated=models[key].simulated)
        for key in chosen
        if not is_by_name(key)
    ]


def not_ready(chosen: Sequence[str]) -> list[str]:
    """What each chosen model lacks that cannot be asked now."""
    models, stored = resources.catalog().models, variants()
    asked = [stored[key].model_id if key in stored else key for key in chosen]
    return [
        f"{models[m].name} {availability(models[m]).reason}"
        for m in dict.fromkeys(asked)
        if m in models and not availability(models[m]).ready
    ]
