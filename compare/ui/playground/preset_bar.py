"""Presets in "Candidate settings": one fills the form, the form is saved as one. A preset has no model."""

from __future__ import annotations

import streamlit as st

from compare.errors import CompareError
from compare.records import Candidate, Preset
from compare.store.presets import preset_name
from compare.ui import resources
from compare.ui.plain import plain
from compare.ui.playground.candidate_form import fill_preset


def preset_chooser() -> None:
    """The list of presets; a choice fills the form, which must not be drawn yet."""
    names = list(resources.store().presets())
    if st.session_state.get("variant_preset") not in names:
        st.session_state["variant_preset"] = None
    st.selectbox(
        "Preset", names, key="variant_preset", index=None, on_change=_take, filter_mode="contains",
        placeholder="none saved yet" if not names else "choose one", disabled=not names,
        help="Fills in everything below but the fallback. The model stays.",
    )  # fmt: skip


def _take() -> None:
    name = st.session_state["variant_preset"]
    preset = resources.store().presets().get(name) if name else None
    if preset is not None:
        fill_preset(preset)


def preset_keeper(candidate: Candidate) -> None:
    """Saving what stands in the form, and deleting the preset that was chosen."""
    chosen = st.session_state.get("variant_preset")
    with st.popover("Save as preset", icon=":material/bookmark_add:", key="preset_popover"):
        name = st.text_input("Name", key="preset_name", placeholder=chosen or "such as: brief and cold")
        there = resources.store().presets().get(_clean(name))
        if there is not None:
            st.caption(f"Saved on {there.saved_at[:10]} already. Saving writes over it.")
        st.button(
            "Save over it" if there else "Save", key="preset_save", type="primary", disabled=not name.strip(),
            on_click=_save, args=(name, candidate, there is not None),
        )  # fmt: skip
        if chosen:
            st.button(
                f"Delete {plain(chosen)}", key="preset_delete", icon=":material/delete:", type="tertiary",
                on_click=_delete, args=(chosen,), help="What stands in the form stays, so it can be saved again.",
            )  # fmt: skip
    said = st.session_state.pop("preset_said", None)
    if said:
        st.caption(plain(said))


def _clean(name: str) -> str:
    return preset_name(name) if name.strip() else ""


def _save(name: str, candidate: Candidate, overwrite: bool) -> None:
    preset = Preset(name, candidate.settings, candidate.context_policy, candidate.preparation)
    try:
        kept = resources.store().save_preset(preset, overwrite=overwrite)
    except CompareError as exc:
        st.session_state["preset_said"] = str(exc)
        return
    st.session_state["variant_preset"] = kept.name
    st.session_state["preset_name"] = ""
    st.session_state["preset_said"] = f"Preset {kept.name} {'was written over' if overwrite else 'is saved'}."


def _delete(name: str) -> None:
    resources.store().delete_preset(name)
    st.session_state["variant_preset"] = None
    st.session_state["preset_said"] = f"Preset {name} is deleted."
