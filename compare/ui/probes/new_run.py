"""Putting probes together: whom to ask, over which lengths, about what. Nothing is asked before the cost is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from compare.errors import CompareError
from compare.jobs.estimate import refuse_unknown_prices
from compare.jobs.terms import Terms, read_usd
from compare.probes.carrier import FILLERS, Carrier, Real
from compare.probes.handover import n_answers, too_short
from compare.probes.job import start_probes
from compare.probes.own import ProbeHistory
from compare.probes.plant import LENGTHS, LONGEST, SHORTEST, Planting, PlantPlan, plant
from compare.probes.probe import TYPES, ProbeType
from compare.records import Candidate
from compare.report.words import counted
from compare.store.recorded import PRODUCTION
from compare.threads.policies import parse
from compare.ui import resources
from compare.ui import threads as thread_ui
from compare.ui.plain import plain
from compare.ui.playground.candidate_choice import candidate_options, chosen_candidates, not_ready
from compare.ui.playground.variants import label
from compare.ui.probes.own_facts import own_facts
from compare.ui.probes.place import make, show_run
from compare.ui.probes.replies_choice import choose_handovers, choose_replies

TYPE_NAMES: dict[str, str] = {
    "recall": "Recall",
    "update": "Changed later",
    "instruction": "Instruction",
    "multi": "Two facts",
    "abstention": "Never said",
    "coherence": "Own words",
    "control": "Control",
}
"""What the page calls each type."""
_POLICIES = ("full", "last:8", "last:12", "first-last:2+8")
_WAYS = {"made": "Planted in made-up talk", "own": "Planted in your threads", "found": "Already in a thread"}
_WHAT = (
    "A probe is a thread with a planted fact in it and a question about that fact at its end: whether the answer has "
    "it shows how far back a candidate remembers."
)
_CONCURRENCY = 32
_MOST_THREADS = 500


def draw_new(*, can_go_back: bool) -> None:
    """The form; its button makes the run, which is started from its own view."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("New probes", anchor=False, width="content")
        st.space("stretch")
        if can_go_back:
            st.button("All probes", key="probes_back", icon=":material/arrow_back:", on_click=make, args=(False,))
    st.caption(_WHAT)
    left, right = st.columns(2, gap="large")
    with left:
        candidates = _candidates()
        way = st.segmented_control(
            "Which facts", list(_WAYS), default="made", required=True, key="probes_carriers",
            format_func=_WAYS.__getitem__,
        )  # fmt: skip
        carriers = _threads() if way == "own" else FILLERS
        history = "fixed" if way == "found" else choose_replies()
        if history == "own":
            candidates += choose_handovers(candidates)
        cap_text = st.text_input("Cost cap in US dollars", key="probes_cap", placeholder="none", width=260)
    with right:
        plan, repeat = _times() if way == "found" else _what()
        plan = replace(plan, history=history)
    try:
        planting = own_facts() if way == "found" else plant(plan, carriers)
        short = too_short(planting.planted, candidates)
        cap = read_usd(cap_text) if cap_text.strip() else None
        if cap is not None:
            refuse_unknown_prices({one.id: one for one in candidates}, resources.catalog().get)
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
        return
    if way == "found" and planting.planted:
        plan = replace(plan, lengths=(planting.planted[0].probe.asked + 1,))
    for why in (*planting.left_out, *short):
        st.caption(plain(why))
    lacks = "" if candidates else "Choose at least one candidate."
    n = len(planting.planted)
    st.caption(plain(lacks or _sum(planting, candidates, repeat, history)))
    if st.button(
        "Make the probes", key="probes_make", type="primary", icon=":material/playlist_add:",
        disabled=bool(lacks) or not n,
        help="Nothing is asked yet: the next view shows the estimated cost and the button that starts it.",
    ):  # fmt: skip
        _make(planting, plan, candidates, repeat, Terms(_CONCURRENCY, (), cap))


def _sum(planting: Planting, candidates: Sequence[Candidate], repeat: int, history: ProbeHistory) -> str:
    times = f" x {counted(repeat, 'time')}" if repeat > 1 else ""
    total = counted(n_answers(planting.planted, candidates, repeat, history), "answer")
    why = ", every user turn asked" if history == "own" else ""
    return f"{counted(len(planting.planted), 'thread')} x {counted(len(candidates), 'candidate')}{times}{why}: {total}."


def _candidates() -> list[Candidate]:
    st.subheader("Candidates", anchor=False)
    options = {key: told for key, told in candidate_options(None).items() if key != PRODUCTION.model_id}
    chosen = st.multiselect(
        "Models and variants", list(options), format_func=options.__getitem__, key="probes_candidates",
        filter_mode="contains", select_all=False,
    )  # fmt: skip
    lacks = not_ready(chosen)
    if lacks:
        st.error(plain(f"{'; '.join(lacks)}. Mend that, or leave it out."), icon=":material/error:")
        return []
    policies = st.multiselect(
        "Context policies", _POLICIES, default=["full"], accept_new_options=True, key="probes_policies",
        select_all=False,
        help="Each model is asked under each. Others can be typed: last-tokens:4000, summary:MODEL:8 ...",
    )  # fmt: skip
    return _under(chosen_candidates(chosen), policies)


def _under(candidates: Sequence[Candidate], policies: Sequence[str]) -> list[Candidate]:
    """Each candidate under each policy; a variant that has one of its own keeps it."""
    models = resources.catalog().models
    try:
        texts = [str(parse(text)) for text in policies] or ["full"]
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
        return []
    found: dict[str, Candidate] = {}
    for one in candidates:
        for text in texts if one.context_policy == "full" else [one.context_policy]:
            made = replace(one, context_policy=text)
            named = made if text == one.context_policy else replace(made, label=label(made, models[one.model_id]))
            found.setdefault(named.id, named)
    return list(found.values())


def _threads() -> Sequence[Carrier]:
    store = resources.store()
    by_id = {thread.id: thread for thread in store.threads(_MOST_THREADS) if thread.n_messages >= SHORTEST}
    chosen = st.multiselect(
        "Threads", list(by_id), key="probes_threads", filter_mode="contains", select_all=False,
        format_func=lambda thread_id: thread_ui.thread_label(by_id[thread_id]),
        help="Each is cut off where a user was about to speak; a probe takes the next one that is long enough.",
    )  # fmt: skip
    return [Real(store.thread(thread_id)) for thread_id in chosen]


def _times() -> tuple[PlantPlan, int]:
    """For facts that are there already: nothing is planted, so there is less to choose."""
    st.subheader("Probes", anchor=False)
    repeat = st.number_input("Times each", 1, 50, 1, key="probes_repeat", width=200)
    return PlantPlan(types=("recall",)), int(repeat)


def _what() -> tuple[PlantPlan, int]:
    st.subheader("Probes", anchor=False)
    lengths = st.multiselect(
        "Thread lengths in messages", [*LENGTHS, 100, 200], default=list(LENGTHS), accept_new_options=True,
        key="probes_lengths", select_all=False,
    )  # fmt: skip
    types = st.pills(
        "What is asked", list(TYPES), default=list(TYPES), selection_mode="multi", key="probes_types",
        format_func=TYPE_NAMES.__getitem__,
    )  # fmt: skip
    with st.container(horizontal=True):
        sets = st.number_input("Sets", 1, 50, 1, key="probes_sets", help="All of it again with other values: more "
                               "threads make narrower intervals.")  # fmt: skip
        repeat = st.number_input("Times each", 1, 50, 1, key="probes_repeat", help="The same thread asked again shows "
                                 "how steady the answers are.")  # fmt: skip
        seed = st.number_input("Seed", 0, 999_999, 1, key="probes_seed", help="Another seed plants other values.")
    chosen: tuple[ProbeType, ...] = tuple(name for name in TYPES if name in types)
    return PlantPlan(_whole(lengths), chosen, sets=int(sets), seed=int(seed)), int(repeat)


def _whole(texts: Sequence[int | str]) -> tuple[int, ...]:
    wrong = [str(text) for text in texts if not str(text).strip().isdecimal()]
    if wrong:
        st.error(
            plain(f"{wrong[0]!r} is no thread length. Write a whole number from {SHORTEST} to {LONGEST:,}."),
            icon=":material/error:",
        )
        st.stop()
    return tuple(int(text) for text in texts)


def _make(planting: Planting, plan: PlantPlan, candidates: Sequence[Candidate], repeat: int, terms: Terms) -> None:
    store, models = resources.store(), resources.catalog().models
    for candidate in candidates:
        store.save_candidate(candidate, models[candidate.model_id])
    with st.spinner("Planting"):
        job_id, _ = start_probes(store, planting.planted, candidates, plan, repeat=repeat, terms=terms)
        store.finish_job(job_id, "paused")
    show_run(job_id)
    st.rerun()
