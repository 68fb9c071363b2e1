"""Choosing which items train raters or check them, with the verdict that is right. Candidates stand without names."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, cast

import streamlit as st

from compare.store.study_values import Expected, ItemKind, NewItem
from compare.ui.plain import plain
from compare.ui.studies.sides_view import show_sides
from compare.ui.studies.sources import Gathered

_KINDS: dict[ItemKind, str] = {"training": "Training, with feedback", "gold": "Gold, told to nobody"}
_KEPT = "studies_checks"


@dataclass(frozen=True, slots=True)
class Check:
    """What an item is used for."""

    kind: ItemKind
    expected: Expected
    feedback: str


def with_checks(gathered: Gathered) -> tuple[NewItem, ...]:
    """The items, with what was chosen about some of them."""
    chosen = _chosen(gathered)
    return tuple(
        replace(item, kind=chosen[i].kind, expected=chosen[i].expected, feedback=chosen[i].feedback)
        if i in chosen
        else item
        for i, item in enumerate(gathered.items.items)
    )


def choose_checks(gathered: Gathered, *, masked: bool) -> None:
    """The part of the form; what is chosen here is kept until other answers are chosen.

    Args:
        gathered: the items to choose from.
        masked: whether words that tell who gave an answer are hidden, so that who chooses can still rate blind.
    """
    items = gathered.items.items
    chosen = _chosen(gathered)
    for i, check in sorted(chosen.items()):
        with st.container(horizontal=True, vertical_alignment="center"):
            order = _order(items[i])
            told = f": {check.feedback}" if check.feedback else ""
            st.markdown(
                plain(f"Item {i + 1} \u00b7 {check.kind} \u00b7 right: {_right(check.expected, order)}{told}"),
                width="content",
            )
            if st.button("Rate it as the others", key=f"studies_uncheck_{i}", type="tertiary", icon=":material/close:"):
                _keep(gathered, {place: one for place, one in chosen.items() if place != i})
    if not chosen:
        st.caption(
            "Training items come first and tell each rater what was right. Gold items look like any other and show "
            "whether a rater is careful. Their ballots are in no result. Candidates stand here without their names; in "
            "a blind study what raters do not see is hidden here as well."
        )
    number = int(st.number_input("Item", 1, len(items), key="studies_check_item", width=140))
    item = items[number - 1]
    order = _order(item)
    show_sides(order, {answer_id: f"Answer {place + 1}" for place, answer_id in enumerate(order)}, masked=masked)
    _form(gathered, number - 1, item, order)


def _form(gathered: Gathered, place: int, item: NewItem, order: list[str]) -> None:
    rights: list[str] = [*order, "tie", "all_bad"]
    with st.form(f"studies_check_{place}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            "Use it as", list(_KINDS), format_func=_KINDS.__getitem__, key=f"studies_check_kind_{place}",
            filter_mode=None, width=220,
        )  # fmt: skip
        right = st.selectbox(
            "What is right", rights, index=None, key=f"studies_check_right_{place}", filter_mode=None, width=220,
            format_func=lambda r: _right(_expected(r), order), placeholder="Choose",
        )  # fmt: skip
        feedback = st.text_input(
            "Feedback", item.feedback, key=f"studies_check_feedback_{place}", max_chars=500,
            placeholder="said after a training item",
            help="Each rater sees the answers in an order of their own: quote what is right, do not say Answer 1.",
        )  # fmt: skip
        pressed = st.form_submit_button("Use it", key=f"studies_check_do_{place}")
    if pressed and right is None:
        st.warning("Choose what is right first.", icon=":material/warning:")
    elif pressed and right is not None:
        _keep(gathered, {**_chosen(gathered), place: Check(kind, _expected(right), feedback.strip())})


def _expected(right: str) -> Expected:
    if right in ("tie", "all_bad"):
        return Expected(cast(Literal["tie", "all_bad"], right))
    return Expected("best", right)


def _right(expected: Expected, order: list[str]) -> str:
    if expected.answer_id in order:
        return f"Answer {order.index(expected.answer_id) + 1}"
    return "tie" if expected.verdict == "tie" else "none is good"


def _order(item: NewItem) -> list[str]:
    """Not as candidates stand in the job: their order would tell which is whose."""
    return sorted(item.answer_ids, key=lambda answer_id: hashlib.sha256(answer_id.encode()).hexdigest())


def _chosen(gathered: Gathered) -> Mapping[int, Check]:
    kept = st.session_state.get(_KEPT)
    if kept is None or kept[0] != gathered.key:
        return {}
    chosen: Mapping[int, Check] = kept[1]
    return chosen


def _keep(gathered: Gathered, chosen: Mapping[int, Check]) -> None:
    st.session_state[_KEPT] = (gathered.key, dict(chosen))
    st.rerun()
