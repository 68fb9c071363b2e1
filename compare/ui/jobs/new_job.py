"""Putting a job together: which threads, which candidates, how they are asked and within what bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from compare.catalog import availability
from compare.errors import CompareError
from compare.jobs.create import create_job
from compare.jobs.estimate import refuse_unknown_prices
from compare.jobs.terms import Terms, read_limits, read_usd
from compare.ratings.buckets import buckets
from compare.records import Candidate
from compare.render.characters import visible
from compare.report.words import counted
from compare.store.library import ThreadLine
from compare.store.recorded import PRODUCTION
from compare.store.threads import ThreadSummary
from compare.threads.selection import Selection
from compare.ui import resources
from compare.ui import threads as thread_ui
from compare.ui.jobs.from_library import linked_choice, linked_selection
from compare.ui.jobs.place import make, show_job
from compare.ui.plain import plain
from compare.ui.playground.candidate_choice import candidate_options, chosen_candidates
from compare.ui.playground.variants import same_for_all

_MOST_THREADS = 10_000
_MOST_NAMED = 8
_HISTORIES = {"fixed": "As given", "own": "Each candidate's own answers"}
_TURNS = {"last": "Last turn", "all": "Every turn"}


@dataclass(frozen=True, slots=True)
class _Choice:
    threads: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    history: str
    turns: str
    repeat: int


def draw_new() -> None:
    """The form; pressing its button makes the job, which is started from its own page."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("New job", anchor=False, width="content")
        st.space("stretch")
        st.button("All jobs", key="jobs_back", icon=":material/arrow_back:", on_click=make, args=(False,))
    left, right = st.columns(2, gap="large")
    with left:
        threads = _threads()
    with right:
        candidates = _candidates()
        history, turns, repeat = _how()
    terms = _terms(candidates)
    name = st.text_input("Name", key="jobs_name", placeholder="such as: refunds, November (may stay empty)")
    choice = _Choice(tuple(thread.id for thread in threads), tuple(candidates), history, turns, repeat)
    lacks = _lacks(choice)
    st.caption(plain(lacks or _what(choice, threads)))
    if st.button(
        "Make the job", key="jobs_make", type="primary", icon=":material/playlist_add:",
        disabled=bool(lacks) or terms is None,
        help="Nothing is asked yet: its page shows the estimated cost and the button that starts it.",
    ):  # fmt: skip
        assert terms is not None
        _make(choice, terms, name)


def _threads() -> Sequence[ThreadSummary | ThreadLine]:
    st.subheader("Threads", anchor=False)
    store = resources.store()
    linked = linked_selection()
    if linked is not None:
        return _linked(linked)
    search = st.text_input("Search titles and texts", key="jobs_search")
    found = store.threads(limit=_MOST_THREADS, search=search)
    lengths = {bucket.label: bucket for bucket in buckets((8, 20))}
    by_tag = store.tagged_threads()
    with st.container(horizontal=True):
        length = st.selectbox(
            "Messages", ["any", *lengths], key="jobs_length", filter_mode=None,
            format_func=lambda label: "any length" if label == "any" else f"{label} messages",
        )  # fmt: skip
        tags = st.multiselect("Tags", list(by_tag), key="jobs_tags", disabled=not by_tag, filter_mode="contains")
    if length != "any":
        found = [thread for thread in found if lengths[length].holds(thread.n_messages)]
    for tag in tags:
        found = [thread for thread in found if thread.id in by_tag[tag]]
    found = [thread for thread in found if thread.n_user_turns]
    way = st.segmented_control(
        "Which of them", ["all", "some"], default="all", required=True, key="jobs_which", label_visibility="collapsed",
        format_func=lambda which: f"All {len(found):,} found" if which == "all" else "Pick some",
    )  # fmt: skip
    if way == "all":
        return found
    by_id = {thread.id: thread for thread in found}
    chosen = st.multiselect(
        "Threads to ask", list(by_id), key="jobs_threads", filter_mode="contains", select_all=False,
        format_func=lambda thread_id: thread_ui.thread_label(by_id[thread_id]),
    )  # fmt: skip
    return [by_id[thread_id] for thread_id in chosen]


def _linked(selection: Selection) -> list[ThreadLine]:
    """The threads that a link from the library names, without those in which nobody asks anything."""
    store = resources.store()
    found = [line for line in store.thread_lines(store.find_threads(selection)) if line.n_user_turns]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{counted(len(found), 'thread')}** chosen in the library")
        st.button("Choose others", key="jobs_unlink", type="tertiary", on_click=make, args=(True,))
    for line in found[:_MOST_NAMED]:
        st.caption(plain(f"{visible(line.title)} \u00b7 {counted(line.n_messages, 'message')}"))
    if len(found) > _MOST_NAMED:
        st.caption(f"and {len(found) - _MOST_NAMED:,} more")
    return found


def _candidates() -> list[Candidate]:
    st.subheader("Candidates", anchor=False)
    options = {key: label for key, label in candidate_options(None).items() if key != PRODUCTION.model_id}
    chosen = st.multiselect(
        "Models and variants", list(options), format_func=options.__getitem__, key="jobs_candidates",
        filter_mode="contains", select_all=False,
        help="Variants with other settings are made in the playground, under Candidate settings.",
    )  # fmt: skip
    candidates = chosen_candidates(chosen)
    presets = resources.store().presets()
    if presets:
        name = st.selectbox(
            "Preset for all of them", list(presets), index=None, key="jobs_preset", filter_mode="contains",
            placeholder="none: each as it is",
        )  # fmt: skip
        if name:
            preset = presets[name]
            pattern = Candidate("", preset.settings, preset.context_policy, preset.preparation)
            made = same_for_all(candidates, pattern, resources.catalog().models, resources.hub().learned())
            for sentence in made.left_out:
                st.caption(plain(sentence))
            return list(made.candidates)
    return candidates


def _how() -> tuple[str, str, int]:
    linked_choice("history", _HISTORIES)
    linked_choice("turns", _TURNS)
    with st.container(horizontal=True):
        history = st.selectbox(
            "Earlier turns", list(_HISTORIES), format_func=_HISTORIES.__getitem__, key="jobs_history", filter_mode=None
        )
        turns = st.selectbox(
            "Answer", list(_TURNS), format_func=_TURNS.__getitem__, key="jobs_turns", filter_mode=None,
            help="With each candidate's own answers all turns are asked one after the other in either case.",
        )  # fmt: skip
        repeat = st.number_input("Times each", 1, 100, 1, key="jobs_repeat")
    return history, turns, int(repeat)


def _terms(candidates: Sequence[Candidate]) -> Terms | None:
    """How it is worked on; None, with the reason shown, where what was typed cannot be read."""
    with st.expander("Limits, cost cap, cache", icon=":material/speed:", key="jobs_terms"):
        left, middle, right = st.columns([1, 2, 1], gap="medium")
        concurrency = left.number_input("Calls at once", 1, 256, 8, key="jobs_concurrency")
        limits = middle.text_input(
            "Limits of endpoints", key="jobs_limits", placeholder="openai=4, anthropic=60/min, openai=90000tok/min",
            help="NAME=4 bounds calls at once, NAME=60/min requests, NAME=90000tok/min tokens. NAME is a model, a "
            "maker, a host, a wire format or simulated.",
        )  # fmt: skip
        cap = right.text_input("Cost cap in US dollars", key="jobs_cap", placeholder="none")
        use_cache = st.toggle(
            "Use stored answers to the very same requests again", key="jobs_cache",
            help="On: an answer to the same messages, candidate and repeat stands for a cell; "
            "it says so, costs nothing and measures nothing.",
        )  # fmt: skip
    models = resources.catalog().models
    specs = [models[one.model_id] for one in candidates if one.model_id in models]
    try:
        texts = [text for text in limits.split(",") if text.strip()]
        amount = read_usd(cap) if cap.strip() else None
        if amount is not None:
            refuse_unknown_prices({one.id: one for one in candidates}, resources.catalog().get)
        return Terms(int(concurrency), read_limits(texts, specs) if specs else (), amount, use_cache)
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
        return None


def _lacks(choice: _Choice) -> str:
    models = resources.catalog().models
    if not choice.threads:
        return "No thread is chosen. Search for others, or add some on the Threads page."
    if not choice.candidates:
        return "Choose at least one candidate."
    for one in choice.candidates:
        state = availability(models[one.model_id])
        if not state.ready:
            return f"{models[one.model_id].name} cannot be asked: {state.reason}. Mend that, or leave it out."
    return ""


def _what(choice: _Choice, threads: Sequence[ThreadSummary | ThreadLine]) -> str:
    turns = sum(thread.n_user_turns for thread in threads)
    many = choice.turns == "all" or choice.history == "own"
    n = (turns if many else len(threads)) * len(choice.candidates) * choice.repeat
    said = f"{counted(len(threads), 'thread')} x {counted(len(choice.candidates), 'candidate')}"
    times = f" x {choice.repeat}" if choice.repeat > 1 else ""
    return f"{said}{times}: {'about ' if many else ''}{counted(n, 'answer')}."


def _make(choice: _Choice, terms: Terms, name: str) -> None:
    store, models = resources.store(), resources.catalog().models
    for candidate in choice.candidates:
        store.save_candidate(candidate, models[candidate.model_id])
    with st.spinner("Laying out the cells"):
        job_id = create_job(
            store, choice.threads, choice.candidates, history="own" if choice.history == "own" else "fixed",
            turns="all" if choice.turns == "all" else "last", repeat=choice.repeat, terms=terms, name=name.strip(),
        )  # fmt: skip
    make(False)
    show_job(job_id)
    st.rerun()
