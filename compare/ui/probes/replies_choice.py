"""Whose replies stand in the threads, and who takes over from whom: one line each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import streamlit as st

from compare.errors import CompareError
from compare.probes.handover import FIRST_MESSAGE, taking_over
from compare.probes.own import ProbeHistory
from compare.records import Candidate
from compare.ui import resources
from compare.ui.plain import plain

_REPLIES: dict[ProbeHistory, str] = {"fixed": "As given", "own": "The candidate's own"}
_AT = 12


def choose_replies() -> ProbeHistory:
    """Whose replies stand in the threads."""
    return st.segmented_control(
        "Replies in the threads", list(_REPLIES), default="fixed", required=True, key="probes_history",
        format_func=_REPLIES.__getitem__,
        help="With its own, every user turn is asked of the candidate: a thread of 30 messages takes 15 answers in "
        "place of one.",
    )  # fmt: skip


def choose_handovers(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those that take over from one another, of the chosen ones; nothing where there are not two."""
    if len(candidates) < 2:
        return []
    pairs = {(a.id, b.id): (a, b) for a, b in permutations(candidates, 2)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.multiselect(
            "Handed over", list(pairs), key="probes_handovers", select_all=False, filter_mode="contains",
            placeholder="nobody takes over", width="stretch",
            format_func=lambda key: f"{_called(pairs[key][0])}, then {_called(pairs[key][1])}",
            help="The first answers until that message, then the other takes over and is asked the question. What that "
            "loses is held against the same one all the way.",
        )  # fmt: skip
        message = st.number_input("From message", FIRST_MESSAGE, 1000, _AT, 2, key="probes_handover_at", width=140)
    made = []
    for key in chosen:
        first, second = pairs[key]
        try:
            made.append(taking_over(first, second, int(message), (_called(first), _called(second))))
        except CompareError as exc:
            st.error(plain(str(exc)), icon=":material/error:")
    return made


def _called(candidate: Candidate) -> str:
    spec = resources.catalog().models.get(candidate.model_id)
    return candidate.label or (spec.name if spec else candidate.model_id)
