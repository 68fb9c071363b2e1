"""A candidate that is more than a model: its context policy, its preparation, its fallback, and what they change."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from compare.catalog import availability
from compare.engine.counting import provider_counts
from compare.errors import CompareError
from compare.records import Candidate, ModelSpec, Thread
from compare.report.tokens import calibrations
from compare.threads.difference import changed
from compare.threads.policies import FORMS, parse
from compare.threads.preparation import canonical, preparations
from compare.threads.prompts import Prompt, fixed_prompt
from compare.threads.shaping import Shaped, shape, summary_needed, too_long
from compare.tokens.count import count_messages
from compare.ui import resources, state
from compare.ui.plain import plain

_DIFFERENCE_PX = 180
_MOST_SHOWN = 12


def variants() -> dict[str, Candidate]:
    """Stored candidates that differ from their model's plain one and can be asked, by id."""
    models = resources.catalog().models
    return {
        candidate_id: candidate
        for candidate_id, candidate in resources.store().candidates().items()
        if candidate.model_id in models and candidate_id != Candidate(candidate.model_id).id
    }


def label(candidate: Candidate, spec: ModelSpec) -> str:
    """The model's name and in brackets what is different about this candidate."""
    parts = [
        "" if candidate.context_policy == "full" else candidate.context_policy,
        "" if candidate.preparation == "none" else candidate.preparation,
        f"else {candidate.fallback}" if candidate.fallback else "",
    ]
    told = ", ".join(part for part in parts if part)
    return f"{spec.name} ({told})" if told else spec.name


@st.dialog("New variant", width="large", icon=":material/tune:")
def new_variant(thread: Thread) -> None:
    """Choose what is different, see what it does to this thread, keep it as a candidate."""
    st.caption("The same model with another input is another candidate: it is run, voted on and rated by itself.")
    candidate, spec = _chosen()
    try:
        candidate = _canonical(candidate, spec)
        prompt = fixed_prompt(thread.messages)
        needed = summary_needed(prompt, candidate)
        shaped = shape(prompt, candidate, summary="(the summary is made when it is run)" if needed else None)
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
        return
    is_plain = candidate.id == Candidate(candidate.model_id).id
    if is_plain:
        st.info("Change one of the three to make a variant.", icon=":material/info:")
    _show_effect(prompt, shaped, candidate, spec)
    if st.button(
        "Use this variant",
        type="primary",
        key="keep_variant",
        disabled=is_plain,
        on_click=_keep,
        args=(candidate, spec),
    ):
        st.rerun()


def _keep(candidate: Candidate, spec: ModelSpec) -> None:
    resources.store().save_candidate(candidate, spec)
    state.choose_too(candidate.id)


def _chosen() -> tuple[Candidate, ModelSpec]:
    models = {m.id: m for m in resources.catalog().models.values() if availability(m).ready}
    names = {model_id: spec.name for model_id, spec in models.items()}
    left, right = st.columns(2, gap="medium")
    model_id = left.selectbox("Model", list(models), format_func=names.__getitem__, key="variant_model")
    fallback = right.selectbox(
        "If it fails, ask instead", ["", *(m for m in models if m != model_id)], key="variant_fallback",
        format_func=lambda found: names.get(found, "nobody"),
    )  # fmt: skip
    policies = {form.example.replace("MODEL", model_id): form.description for form in FORMS}
    policy = left.selectbox(
        "Context policy", list(policies), key="variant_policy", accept_new_options=True,
        help="Change the numbers by typing: " + "; ".join(f"`{name}` {does}" for name, does in policies.items()),
    )  # fmt: skip
    known = {one.name: one.description for one in preparations() if one.name != "none" and ":" not in one.name}
    steps = right.multiselect(
        "Preparation", list(known), key="variant_preparation", accept_new_options=True, placeholder="none",
        help="Steps run in this order. " + "; ".join(f"`{name}` {does}" for name, does in known.items())
        + " Or type `template:TEXT` with {question} and {messages}, or `system:TEXT`.",
    )  # fmt: skip
    spec = models[model_id]
    candidate = Candidate(
        model_id,
        context_policy=policy or "full",
        preparation="+".join(steps) or "none",
        fallback=fallback or "",
        simulated=spec.simulated,
    )
    return candidate, spec


def _canonical(candidate: Candidate, spec: ModelSpec) -> Candidate:
    """The candidate as it is stored: equal ones have equal ids."""
    policy, preparation = str(parse(candidate.context_policy)), canonical(candidate.preparation)
    written = replace(candidate, context_policy=policy, preparation=preparation)
    return replace(written, label=label(written, spec))


# --- what it does to the thread --------------------------------------------------------------------------------------


def _show_effect(prompt: Prompt, shaped: Shaped, candidate: Candidate, spec: ModelSpec) -> None:
    warning = too_long(shaped, candidate, spec)
    if warning:
        st.warning(plain(warning), icon=":material/straighten:")
    _show_counts(prompt, shaped, spec)
    if shaped.cut:
        numbers = ", ".join(str(cut.number) for cut in shaped.cut)
        n_tokens = sum(cut.tokens for cut in shaped.cut)
        st.markdown(f"**Cut by us:** {len(shaped.cut)} messages with {n_tokens:,} tokens: {numbers}.")
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
        counted = [_ask_provider(spec, messages) for messages in (prompt.messages, shaped.sent.messages)]
        st.session_state["variant_counted"] = ((spec.id, shaped.sent.sha256), counted)
        st.rerun(scope="fragment")


def _ask_provider(spec: ModelSpec, messages: Sequence[object]) -> str:
    [found] = asyncio.run(provider_counts([spec], tuple(messages)))  # type: ignore[arg-type]
    return f"{found.tokens:,}" if found.tokens is not None else found.why_not


def _counts(name: str, texts: tuple[str, ...], spec: ModelSpec) -> dict[str, str]:
    counted = count_messages(texts)
    line = calibrations(resources.store()).get(spec.id)
    band = line.expected(counted, len(texts)) if line else None
    return {
        "": name,
        "Messages": f"{len(texts):,}",
        "Tokens counted here": f"{counted:,}",
        f"Expected from {spec.name}": f"{band.low:,} to {band.high:,}" if band else "no answers yet",
    }
