"""The form behind "Candidate settings": its fields, what fills them, and the candidate that stands in them.

The fields' values live in session state under the fields' keys, so that an existing candidate or a preset can fill
them: only before they are drawn, from a callback or when the dialog opens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import streamlit as st

from compare.catalog import availability
from compare.providers.takes import EFFORTS, Takes, objections, takes
from compare.records import Candidate, ModelSpec, Preset, Settings
from compare.threads.policies import FORMS, parse
from compare.threads.preparation import canonical, preparations
from compare.ui import resources
from compare.ui.plain import plain
from compare.ui.playground.variants import label, read, written

_PROMPT_PX = 90
_USUAL_STOPS = (r"\n\n", "User:", "###")
"""Offered; whatever is typed is taken as well."""


class Filled(NamedTuple):
    """What stands in the form."""

    candidate: Candidate
    """Without what its model does not take."""
    spec: ModelSpec
    pattern: Candidate
    """With everything that stands in the form, whatever the model: what a preset holds, and what all can get."""
    wrong: tuple[str, ...]
    """Values that must be corrected first, in sentences."""


def ready_models() -> dict[str, ModelSpec]:
    """Models that can be asked now, by id."""
    return {m.id: m for m in resources.catalog().models.values() if availability(m).ready}


def fill(candidate: Candidate) -> None:
    """Put a candidate into the form; to be called before the form is drawn."""
    st.session_state["variant_model"] = candidate.model_id
    st.session_state["variant_fallback"] = candidate.fallback
    fill_preset(Preset("", candidate.settings, candidate.context_policy, candidate.preparation))


def fill_preset(preset: Preset) -> None:
    """Put everything but the models into the form."""
    settings = preset.settings
    values: dict[str, Any] = {
        "variant_system": settings.system_prompt or "",
        "variant_temperature": settings.temperature,
        "variant_max_tokens": settings.max_output_tokens,
        "variant_effort": settings.reasoning_effort,
        "variant_stop": [written(stop) for stop in settings.stop],
        "variant_policy": preset.context_policy,
        "variant_preparation": [] if preset.preparation == "none" else preset.preparation.split("+"),
    }
    for key, value in values.items():
        st.session_state[key] = value


def form(models: dict[str, ModelSpec], spec: ModelSpec) -> Filled:
    """Draw everything but the model, and read it.

    Args:
        models: those that can be asked now.
        spec: the one that was chosen.

    Raises:
        ConfigError: the context policy or the preparation cannot be read.
    """
    settings, learned = _settings(), resources.hub().learned()
    can = takes(spec, settings, learned)
    against = objections(spec, settings, learned)
    _settings_fields(spec, can, against)
    policy, preparation, fallback = _shape_fields(models, spec)
    refused = {name for name in against if can[name].why_not}
    pattern = Candidate(
        spec.id,
        settings,
        context_policy=str(parse(policy)),
        preparation=canonical(preparation),
        fallback=fallback,
        simulated=spec.simulated,
    )
    candidate = replace(pattern, settings=replace(settings, **{name: getattr(Settings(), name) for name in refused}))
    wrong = tuple(why for name, why in against.items() if name not in refused)
    return Filled(replace(candidate, label=label(candidate, spec)), spec, pattern, wrong)


def _settings() -> Settings:
    """What stands in the fields; an empty one leaves the choice to the model's server."""
    found = st.session_state
    return Settings(
        system_prompt=found.get("variant_system", "").strip() or None,
        temperature=found.get("variant_temperature"),
        max_output_tokens=found.get("variant_max_tokens"),
        reasoning_effort=found.get("variant_effort"),
        stop=tuple(dict.fromkeys(read(typed) for typed in found.get("variant_stop", []))),
    )


def _settings_fields(spec: ModelSpec, can: dict[str, Takes], against: dict[str, str]) -> None:
    st.text_area(
        "System prompt", key="variant_system", height=_PROMPT_PX, placeholder="the thread's own, if it has one",
        help="Stands in place of the thread's system prompt.",
    )  # fmt: skip
    columns = st.columns(4, gap="small")
    with columns[0]:
        st.number_input(
            "Temperature", key="variant_temperature", value=None, min_value=0.0, step=0.1, format="%.2f",
            placeholder="server's choice", disabled=can["temperature"].why_not is not None,
            help=f"{_bounds(can['temperature'])} for {plain(spec.name)}. Empty: its server chooses.",
        )  # fmt: skip
    with columns[1]:
        st.number_input(
            "Max output tokens", key="variant_max_tokens", value=None, min_value=1, step=100,
            placeholder="server's choice", disabled=can["max_output_tokens"].why_not is not None,
            help=f"{_bounds(can['max_output_tokens'])} for {plain(spec.name)}, thinking included. "
            "Empty: its server chooses.",
        )  # fmt: skip
    with columns[2]:
        st.selectbox(
            "Reasoning effort", EFFORTS, key="variant_effort", index=None, placeholder="server's choice",
            disabled=can["reasoning_effort"].why_not is not None,
            help="How much it may think first. No model takes all of these words.",
        )  # fmt: skip
    with columns[3]:
        st.multiselect(
            "Stop sequences", list(dict.fromkeys([*_USUAL_STOPS, *st.session_state.get("variant_stop", [])])),
            key="variant_stop", accept_new_options=True,
            placeholder="none", disabled=can["stop"].why_not is not None,
            help=r"The answer ends before the first of them. Type one and press Enter; `\n` stands for a line end.",
        )  # fmt: skip
    # Below the row: a sentence in a column would be a tower of words, and push its neighbours about.
    for name in can:
        why_not = can[name].why_not
        if why_not:
            st.caption(f":material/block: {plain(why_not)}")
        elif name in against:
            st.caption(f":material/error: {plain(against[name])}")


def _bounds(can: Takes) -> str:
    low, high = can.low or 0, can.high
    return f"{low:,g} or more" if high is None else f"{low:,g} to {high:,}" if high >= 10 else f"{low:g} to {high:g}"


def _shape_fields(models: dict[str, ModelSpec], spec: ModelSpec) -> tuple[str, str, str]:
    """Context policy, preparation and fallback, as typed."""
    left, middle, right = st.columns(3, gap="small")
    now: str = st.session_state.get("variant_policy") or "full"
    policies = {form.example.replace("MODEL", spec.id): form.description for form in FORMS}
    policy = left.selectbox(
        "Context policy", list(dict.fromkeys([*policies, now])), key="variant_policy", accept_new_options=True,
        help="Change the numbers by typing: " + "; ".join(f"`{name}` {does}" for name, does in policies.items()),
    )  # fmt: skip
    known = {one.name: one.description for one in preparations() if one.name != "none" and ":" not in one.name}
    chosen: Sequence[str] = st.session_state.get("variant_preparation", [])
    steps = middle.multiselect(
        "Preparation", list(dict.fromkeys([*known, *chosen])), key="variant_preparation", accept_new_options=True,
        placeholder="none",
        help="Steps run in this order. " + "; ".join(f"`{name}` {does}" for name, does in known.items())
        + " Or type `template:TEXT` with {question} and {messages}, or `system:TEXT`.",
    )  # fmt: skip
    others = [model_id for model_id in models if model_id != spec.id]
    if st.session_state.get("variant_fallback") not in others:
        st.session_state["variant_fallback"] = ""
    names = {model_id: model.name for model_id, model in models.items()}
    fallback = right.selectbox(
        "If it fails, ask instead", ["", *others], key="variant_fallback",
        format_func=lambda found: names.get(found, "nobody"),
    )  # fmt: skip
    return policy or "full", "+".join(steps) or "none", fallback or ""
