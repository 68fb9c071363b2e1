"""Making a study: which answers, what raters are asked and how, and what that will take. Nothing is sent to anybody."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from compare.errors import CompareError
from compare.review import studies
from compare.review.informative import choose_by_information
from compare.review.sampling import Sample, sample
from compare.review.study_plan import plan
from compare.store.study_values import QUESTION, Study
from compare.ui import resources, state
from compare.ui.plain import plain
from compare.ui.studies.checks import choose_checks, with_checks
from compare.ui.studies.place import go
from compare.ui.studies.progress_view import end_of
from compare.ui.studies.sources import Gathered, choose_source, show_left_out
from compare.ui.who import Person

_INSTRUCTIONS_PX = 110
_DRAWN = "studies_drawn"


def draw_new(person: Person) -> None:
    """The form; its button makes the study."""
    with st.container(horizontal=True, vertical_alignment="center", key="studynewhead"):
        st.header("New study", anchor=False, width="content")
        st.space("stretch")
        st.button("All studies", key="studies_back", icon=":material/arrow_back:", on_click=go)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Answers", anchor=False)
        gathered = choose_source()
        if gathered is not None:
            st.number_input(
                "Items to rate, at most", 1, None, None, key="studies_at_most", placeholder="all", width=220,
                help="An even draw of pairs of candidates, threads and lengths; what is left out is told below.",
            )  # fmt: skip
    with right:
        st.subheader("How they are rated", anchor=False)
        study = _asked(gathered, person)
        informative = st.toggle(
            "Most informative items first", key="studies_informative",
            help="Each rater gets the item that tells most about who is best, by the votes so far. Otherwise items "
            "with the fewest ballots come first.",
        )  # fmt: skip
    drawn = None if gathered is None else _drawn(gathered)
    if gathered is not None and gathered.items.items:
        with st.expander(
            "Training and gold items", icon=":material/school:", key="studies_checks_part", on_change="rerun"
        ) as part:
            if part.open:
                choose_checks(gathered, masked=study.blind)
    _make(study, drawn, gathered, informative=informative)


def _drawn(gathered: Gathered) -> Sample:
    """The items as they are to be rated: all, or an even draw. Kept, since every press draws the page again."""
    items = with_checks(gathered)
    at_most = st.session_state.get("studies_at_most")
    key = (gathered.key, at_most, items)
    before = st.session_state.get(_DRAWN)
    if before is None or before[0] != key:
        st.session_state[_DRAWN] = before = (key, sample(resources.store(), items, at_most))
    drawn: Sample = before[1]
    return drawn


def _asked(gathered: Gathered | None, person: Person) -> Study:
    name = st.text_input("Name", key="studies_name", max_chars=120, placeholder="such as: refunds, November")
    question = st.text_input("The question that raters answer", QUESTION, key="studies_question", max_chars=300)
    instructions = st.text_area(
        "Instructions", key="studies_instructions", height=_INSTRUCTIONS_PX,
        placeholder="What counts, with an example; how to treat border cases. Raters read this before they begin.",
    )  # fmt: skip
    criteria = st.multiselect(
        "Criteria", ["fidelity", "correctness", "completeness", "tone"], default=["fidelity"], key="studies_criteria",
        accept_new_options=True, select_all=False,
        help="The first is what the verdict is about. With more than one, each can be scored 1 to 4 per answer.",
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom"):
        overlap = st.number_input("Raters per item", 1, 20, 3, key="studies_overlap")
        swap = st.number_input(
            "Repeated, sides swapped (%)", 0, 100, 10, 5, key="studies_swap",
            help="Seen again later by the same rater: shows how far raters agree with themselves.",
        )  # fmt: skip
        gold_every = st.number_input("Gold item after every (items)", 1, 1000, 10, key="studies_gold_every")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        until = st.date_input("Open until (UTC)", None, min_value=datetime.now(UTC).date(), key="studies_end")
        blind = st.toggle("Blind", value=True, key="studies_blind", help="Names and figures stay hidden.")
        speed = st.toggle(
            "Speed and cost shown", key="studies_speed", disabled=blind,
            help="Only in open studies: speed tells who answered. Such ballots are kept apart.",
        )  # fmt: skip
    names = st.text_area(
        "Who may rate, one name a line", key="studies_names", height=_INSTRUCTIONS_PX,
        placeholder="empty: whoever has the link",
    )  # fmt: skip
    return Study(
        name=name.strip(), question=question.strip(), instructions=instructions.strip(), criteria=tuple(criteria),
        scope="turn" if gathered is None else gathered.scope, blind=blind, speed_visible=speed and not blind,
        overlap=int(overlap), swap_share=swap / 100, gold_every=int(gold_every),
        deadline=None if until is None else end_of(until), raters=tuple(n for n in names.splitlines() if n.strip()),
        owner_id=person.rater_id,
    )  # fmt: skip


def _make(study: Study, drawn: Sample | None, gathered: Gathered | None, *, informative: bool) -> None:
    st.subheader("What it takes", anchor=False)
    if gathered is None or drawn is None:
        st.caption("Choose answers first.")
        return
    items = drawn.items
    if drawn.sentence:
        st.markdown(plain(drawn.sentence))
    if items:
        st.markdown(plain(plan(resources.store(), study, items).sentence))
    else:
        st.warning("Nothing of this can be an item.", icon=":material/warning:")
    show_left_out(gathered.items)
    if st.button(
        "Make the study", key="studies_make", type="primary", icon=":material/playlist_add:", disabled=not items,
        help="You get a link for the raters. Nothing is sent to anybody.",
    ):  # fmt: skip
        try:
            made = studies.create(resources.store(), study, items)
        except CompareError as exc:
            st.error(plain(str(exc)), icon=":material/error:")
            return
        if informative:
            choose_by_information(resources.store(), made.id)
        state.leave_notice("The study is made. Send the link to its raters.")
        go(study=made.id)
        st.rerun()
