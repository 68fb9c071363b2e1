"""The votes behind a figure, in a dialog over the page: what each rater said about which answers, and why.

Of a blind comparison on which the reader has not voted, names stay hidden; who asks for them votes with names shown
from then on. Of items of an open study nothing is shown: they may come to this very reader, who must not know before
their own vote what others said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from compare.engine.run import LETTERS
from compare.records import Answer
from compare.render.markdown import to_html
from compare.report.results.behind import ballots_behind, comparisons_of
from compare.report.words import counted
from compare.runs.views import has_seen_names
from compare.store.behind import BallotSeen
from compare.ui import state, who
from compare.ui.names_shown import names_shown
from compare.ui.plain import plain
from compare.ui.results import place
from compare.ui.results.drawing import Drawing
from compare.ui.results.place import Behind
from compare.ui.threads import CSS

PER_PAGE = 10
PLAYGROUND, THREADS = "pages/run/playground.py", "pages/run/threads.py"
_MARKS = {
    "forgot": "forgot something", "contradicts": "contradicts the thread", "ignored_instruction":
    "ignored an instruction", "outdated_value": "used an outdated value", "invented": "invented something",
    "asked_again": "asked again", "lost_thread": "lost the thread",
}  # fmt: skip


def show_behind(drawing: Drawing) -> None:
    """Open the dialog where the address asks for it."""
    figure = place.behind()
    if figure is None:
        return

    @st.dialog(_title(drawing, figure), width="large", on_dismiss=place.close_votes)
    def votes() -> None:
        who.still("owner")
        _votes(drawing, figure)

    votes()


def _title(drawing: Drawing, figure: Behind) -> str:
    between = " and ".join(drawing.name(each) for each in (figure.of, figure.against) if each)
    where = f", threads of {figure.within} messages" if figure.within else ""
    return plain(f"Votes between {between}{where}" if figure.against else f"Votes on {between or 'everything'}{where}")


def _votes(drawing: Drawing, figure: Behind) -> None:
    ids = ballots_behind(drawing.chosen, figure.of, figure.against, figure.within)
    if not ids:
        st.info("No votes are behind this: the filters leave none.", icon=":material/info:")
        return
    last = (len(ids) - 1) // PER_PAGE + 1
    page = min(figure.page, last)
    shown = drawing.store.ballots_seen(ids[(page - 1) * PER_PAGE : page * PER_PAGE])
    hidden = [one for one in shown if not _may_know(drawing, one)]
    st.caption(f"{counted(len(ids), 'vote')}, newest first.")
    if hidden:
        _offer_names(drawing, hidden, ids)
    answers = drawing.store.answers([answer_id for one in shown for answer_id in one.ballot.shown_order])
    names_shown(answer_id for one in shown if one not in hidden for answer_id in one.ballot.shown_order)
    for one in shown:
        with st.container(border=True):
            if one in hidden and one.study_id is not None:
                _of_open_study(drawing, one)
            else:
                _ballot(drawing, one, answers, named=one not in hidden)
    if last > 1:
        _pages(figure, page, last)


def _offer_names(drawing: Drawing, hidden: Sequence[BallotSeen], ids: Sequence[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            "Where you have not voted on a blind comparison yourself, its names are hidden: "
            f"{counted(len(hidden), 'vote')} here.",
            width="content",
        )
        if any(one.study_id is None for one in hidden):
            st.button(
                "Show names", key="results_names", type="tertiary", on_click=_see_names,
                args=(comparisons_of(drawing.chosen, ids),),
                help="For all votes of this figure. A vote of yours on them then counts as given with names shown.",
            )  # fmt: skip


def _see_names(runs: Sequence[str]) -> None:
    for run in runs:
        state.mark_names_seen(run)


def _may_know(drawing: Drawing, one: BallotSeen) -> bool:
    run = one.ballot.comparison_id
    if run is None or not one.comparison_is_blind:
        return True
    if one.study_id is not None:
        return _may_know_of_study(drawing, one.study_id)
    return state.names_seen(run) or has_seen_names(drawing.store, run, state.rater_id())


def _may_know_of_study(drawing: Drawing, study_id: str) -> bool:
    """Names of a study are shown when it is closed; who has seen them is remembered, since it may be opened again."""
    store, viewer = drawing.store, state.rater_id()
    if store.names_seen_at(study_id, viewer) is not None:
        return True
    if store.study(study_id).state != "closed":
        return False
    store.mark_names_seen(study_id, viewer)
    return True


def _of_open_study(drawing: Drawing, one: BallotSeen) -> None:
    """Neither texts nor verdict: beside the figure that they are behind, they would tell which candidate is which."""
    name = drawing.known.studies.get(one.study_id or "", "")
    st.caption(
        plain(
            f"{one.ballot.created_at[:16].replace('T', ' ')} \u00b7 a vote in the study {name!r}. What it says is "
            "shown here when the study is closed, or once you have opened the names on its own page."
        )
    )


def _ballot(drawing: Drawing, one: BallotSeen, answers: Mapping[str, Answer], *, named: bool) -> None:
    called = _called(drawing, one, named=named)
    ballot = one.ballot
    st.markdown(f"**{plain(_verdict(one, called))}**")
    seen = "blind" if ballot.blind else "names shown"
    told = [one.rater, ballot.created_at[:16].replace("T", " "), seen, counted(one.n_messages, "message")]
    if ballot.confidence is not None:
        told.append(f"confidence {ballot.confidence} of 3")
    st.caption(plain(" \u00b7 ".join(part for part in told if part)))
    if ballot.comment:
        st.markdown(f"> {plain(ballot.comment)}")
    if one.reasons:
        st.caption(plain(f"Reasons: {', '.join(one.reasons)}"))
    for mark in one.marks:
        kind = _MARKS.get(mark.kind, mark.kind)
        note = f": {mark.note}" if mark.note else ""
        st.caption(plain(f"Mark on {called.get(mark.answer_id, 'an answer')}: {kind} ({mark.severity}){note}"))
    there = [answer_id for answer_id in ballot.shown_order if answer_id in answers]
    if there and st.toggle("Answers", key=f"results_answers_{ballot.id}"):
        for answer_id in there:
            st.markdown(f"**{plain(called[answer_id])}**")
            with st.container(height=260, border=True):
                words = to_html(answers[answer_id].text)
                st.html(f'<style>{CSS}</style><div class="wb-msg wb-alone" dir="auto">{words}</div>')
    _links(one)


def _links(one: BallotSeen) -> None:
    with st.container(horizontal=True, gap="small"):
        if one.ballot.comparison_id and one.study_id is None:
            st.page_link(
                PLAYGROUND, label="Open the comparison", icon=":material/compare_arrows:",
                query_params={"run": one.ballot.comparison_id},
            )  # fmt: skip
        if one.is_thread_stored:
            st.page_link(
                THREADS, label=plain(one.thread_title), icon=":material/forum:",
                query_params={"view": "library", "thread": one.thread_id},
            )  # fmt: skip
        elif one.thread_id:
            st.caption(plain(f"Thread {one.thread_id}, not stored here"))


def _called(drawing: Drawing, one: BallotSeen, *, named: bool) -> dict[str, str]:
    """What the answers are called here: by candidate, or by letter in the order in which the rater saw them."""
    order = one.ballot.shown_order or tuple(one.names)
    if named:
        return {i: drawing.name(drawing.known.name_of(c)) for i, c in one.names.items()}
    return {answer_id: f"Answer {LETTERS[place]}" for place, answer_id in enumerate(order)}


def _verdict(one: BallotSeen, called: Mapping[str, str]) -> str:
    ballot = one.ballot
    others = " and ".join(called[i] for i in (ballot.shown_order or called) if i in called)
    if ballot.verdict == "all_bad":
        return f"All bad: {others}"
    if one.score_a is not None:
        if one.score_a == 0.5:
            return f"A tie: {others}"
        best, rest = ("a", "b") if one.score_a else ("b", "a")
        return f"{called[best]} is better than {called[rest]}"
    if ballot.verdict == "tie":
        return f"A tie: {others}"
    ranked = [called.get(i, "an answer that is gone") for i in ballot.ranking]
    if ballot.verdict == "rank":
        return "Best first: " + ", ".join(ranked)
    losers = " and ".join(called[i] for i in ballot.shown_order if i in called and i not in ballot.ranking)
    return f"{ranked[0]} is better than {losers}"


def _pages(figure: Behind, page: int, last: int) -> None:
    def turn(to: int) -> None:
        place.open_votes(Behind(figure.of, figure.against, figure.within, to))

    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Newer", key="results_newer", disabled=page == 1, on_click=turn, args=(page - 1,))
        st.caption(f"Page {page} of {last}", width="content")
        st.button("Older", key="results_older", disabled=page == last, on_click=turn, args=(page + 1,))
