"""The vote bar: best, tie, all bad, undo; by mouse and by number keys; closed until every answer is complete."""

from __future__ import annotations

import streamlit as st

from compare.engine.run import LETTERS, Run
from compare.errors import CompareError
from compare.records import Ballot, Comparison
from compare.review.votes import Choice, Votable, cast, undo, votable
from compare.ui import resources, state

_TIE_KEY, _ALL_BAD_KEY, _UNDO_KEY = "0", "9", "U"


def vote_bar(run: Run, comparison: Comparison) -> None:
    """Draw the bar for a run; pressing a button stores the ballot before anything is drawn again."""
    store = resources.store()
    can = Votable({}) if run.running else votable(store, comparison)
    mine = store.counted_ballot(comparison.id, state.rater_id())
    with st.container(horizontal=True, vertical_alignment="center", key="votebar"):
        st.markdown(f"**{_question(run, can)}**", width="content")
        for place in range(len(run.panes)):
            _button(f"{LETTERS[place]} best", str(place + 1), Choice("best", place), comparison,
                    disabled=place not in can.answers or not can.open, chosen=_is_best(mine, can, place))  # fmt: skip
        _button("Tie", _TIE_KEY, Choice("tie"), comparison, disabled=not can.open, chosen=_is(mine, "tie"))
        _button("All bad", _ALL_BAD_KEY, Choice("all_bad"), comparison, disabled=not can.open,
                chosen=_is(mine, "all_bad"))  # fmt: skip
        st.button("Undo", key="vote_undo", shortcut=_UNDO_KEY, disabled=mine is None, type="tertiary",
                  on_click=_undo, args=(comparison,))  # fmt: skip
        if mine is not None:
            st.caption(_what_was_said(mine, run), width="content")


def _button(label: str, key: str, choice: Choice, comparison: Comparison, *, disabled: bool, chosen: bool) -> None:
    st.button(
        label,
        key=f"vote_{key}",
        shortcut=key,
        disabled=disabled,
        icon=":material/check:" if chosen else None,
        on_click=_cast,
        args=(comparison, choice),
    )


def _question(run: Run, can: Votable) -> str:
    if run.running:
        return "Votes open when all answers are complete."
    if not can.open:
        return "Two answers are needed for a vote. Retry the ones that failed."
    return "Which answer stays true to the thread?"


def _what_was_said(ballot: Ballot, run: Run) -> str:
    said = {"tie": "a tie", "all_bad": "all bad"}.get(ballot.verdict)
    if said is None:
        answers = [pane.answer.id if pane.answer else "" for pane in run.panes]
        place = answers.index(ballot.ranking[0]) if ballot.ranking[0] in answers else None
        said = (
            "an answer that was replaced since" if place is None else f"{LETTERS[place]}, {run.panes[place].face.label}"
        )
    return f"You voted {'blind' if ballot.blind else 'with names shown'}: {said}."


def _is(ballot: Ballot | None, verdict: str) -> bool:
    return ballot is not None and ballot.verdict == verdict


def _is_best(ballot: Ballot | None, can: Votable, place: int) -> bool:
    answer = can.answers.get(place)
    return _is(ballot, "best") and answer is not None and ballot is not None and ballot.ranking[0] == answer.id


def _cast(comparison: Comparison, choice: Choice) -> None:
    # The comparison on screen when the button was drawn is the one that is voted on, whatever has happened since.
    try:
        cast(resources.store(), comparison, state.rater_id(), choice, key=state.press_key(comparison.id))
    except CompareError as exc:
        state.leave_notice(str(exc))
    else:
        state.pressed()


def _undo(comparison: Comparison) -> None:
    undo(resources.store(), comparison, state.rater_id())
