"""The dialog "Candidate settings": a new candidate, another one in place of a chosen one, or the same for all.

A stored candidate never changes: whoever edits one makes another, which takes its place in the choice.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from compare.errors import CompareError
from compare.records import Candidate, Thread
from compare.report.words import counted
from compare.runs.steps import MAX_PANES
from compare.threads.prompts import fixed_prompt
from compare.ui import resources, state, who
from compare.ui.plain import plain
from compare.ui.playground.candidate_form import Filled, fill, form, ready_models
from compare.ui.playground.effect import shaped_for, show_effect, show_parameters
from compare.ui.playground.preset_bar import preset_chooser, preset_keeper
from compare.ui.playground.variants import ForAll, is_plain, key_of, label, same_for_all

_NEW = ""


def open_settings(thread: Thread, chosen: Sequence[Candidate]) -> None:
    """Open the dialog with an empty form.

    Args:
        thread: what the candidates would be sent.
        chosen: the choice on the page, recorded ones left out.
    """
    models = ready_models()
    first = next((c.model_id for c in chosen if c.model_id in models), next(iter(models), ""))
    st.session_state["variant_target"] = _NEW
    fill(Candidate(first))
    settings_dialog(thread, tuple(chosen))


@st.dialog("Candidate settings", width="large", icon=":material/tune:")
def settings_dialog(thread: Thread, chosen: tuple[Candidate, ...]) -> None:
    """The dialog itself, with whatever stands in its fields; see open_settings."""
    who.still("owner")
    models = ready_models()
    by_key = {key_of(one): one for one in chosen if one.model_id in models}
    named = {key: f"Change {label(one, models[one.model_id])}" for key, one in by_key.items()}
    target_column, model_column, preset_column = st.columns(3, gap="small")
    target = target_column.selectbox(
        "Candidate", [_NEW, *by_key], key="variant_target", on_change=_fill_target, args=(by_key,),
        format_func=lambda key: named.get(key, "A new one"),
        help="One that is changed is another candidate from then on, run, voted on and rated by itself.",
    )  # fmt: skip
    with preset_column:
        preset_chooser()
    model_id = model_column.selectbox(
        "Model", list(models), key="variant_model", format_func=lambda one: models[one].name
    )
    try:
        filled = form(models, models[model_id])
        prompt = fixed_prompt(thread.messages)
        shaped = shaped_for(prompt, filled.candidate)
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
        return
    _actions(filled, by_key, target or _NEW)
    if not filled.wrong:
        show_parameters(filled.candidate, filled.spec)
    show_effect(prompt, shaped, filled.candidate, filled.spec)


def _fill_target(by_key: dict[str, Candidate]) -> None:
    target = by_key.get(st.session_state["variant_target"])
    if target is not None:
        fill(target)


# --- what can be done with it ----------------------------------------------------------------------------------------


def _actions(filled: Filled, by_key: dict[str, Candidate], target: str) -> None:
    trouble = _trouble(filled, by_key, target)
    others = same_for_all(list(by_key.values()), filled.pattern, resources.catalog().models, resources.hub().learned())
    with st.container(horizontal=True, vertical_alignment="center", key="variant_actions"):
        use = st.button(
            "Change it" if target else "Add it", type="primary", key="keep_variant", disabled=bool(trouble),
            on_click=_keep, args=(filled, target),
        )  # fmt: skip
        for_all = st.button(
            f"Same for all {len(by_key)}", key="same_for_all", disabled=len(by_key) < 2,
            on_click=_keep_for_all, args=(others, tuple(by_key)),
            help="All chosen candidates get these settings, policy and preparation; each keeps model and fallback.",
        )  # fmt: skip
        preset_keeper(filled.pattern)
    if filled.wrong:
        st.caption(":material/error: Correct what is marked first.")
    elif trouble:
        st.caption(plain(trouble))
    elif not target:
        st.caption(f"Adds {plain(filled.candidate.label)}.")
    if len(by_key) > 1:
        for sentence in _said_of(others):
            st.caption(f"Same for all: {plain(sentence)}")
    if use or for_all:
        st.rerun()


def _trouble(filled: Filled, by_key: dict[str, Candidate], target: str) -> str:
    """Why the candidate cannot be used as it stands; empty where it can."""
    if filled.wrong:
        return filled.wrong[0]
    key = key_of(filled.candidate)
    if key == target:
        return "Nothing is changed yet."
    if key in by_key:
        return f"{filled.candidate.label} is chosen already."
    if not target and is_plain(filled.candidate):
        return "Change something: as it stands this is the model as it comes."
    if not target and len(state.chosen_models()) >= MAX_PANES:
        return f"{MAX_PANES} candidates are chosen already. Change one of them, or take one out first."
    return ""


def _said_of(others: ForAll) -> list[str]:
    said = list(others.left_out)
    if others.n_merged:
        became = "1 candidate becomes" if others.n_merged == 1 else f"{others.n_merged} candidates become"
        said.append(f"{became} the same as another; {counted(len(others.candidates), 'candidate')} remain.")
    return said


def _keep(filled: Filled, target: str) -> None:
    resources.store().save_candidate(filled.candidate, filled.spec)
    key = key_of(filled.candidate)
    if target:
        state.choose([key if one == target else one for one in state.chosen_models()])
    else:
        state.choose([*state.chosen_models(), key])


def _keep_for_all(others: ForAll, old: tuple[str, ...]) -> None:
    models = resources.catalog().models
    for candidate in others.candidates:
        resources.store().save_candidate(candidate, models[candidate.model_id])
    # What is no candidate of this dialog (production, a model without its key) stays where it was.
    new = {key_of(one) for one in others.candidates}
    state.choose([*(key_of(one) for one in others.candidates),
                  *(key for key in state.chosen_models() if key not in old and key not in new)])  # fmt: skip
    if said := _said_of(others):
        state.leave_notice(" ".join(said))
