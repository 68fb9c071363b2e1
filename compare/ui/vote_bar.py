"""The vote bar: best, tie, all bad, undo; by mouse and by number keys; closed until every answer has ended.

Only complete answers can be voted on; where some were stopped or failed, the bar says which and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from compare.engine.run import LETTERS, Run
from compare.errors import CompareError
from compare.records import Ballot, Comparison
from compare.review.votes import Choice, Votable, cast, is_of_earlier_version, undo, votable
from compare.ui import resources, state
from compare.ui.plain import plain

_TIE_KEY, _ALL_BAD_KEY, _UNDO_KEY = "0", "9", "U"


def vote_bar(run: Run, comparison: Comparison) -> None:
    """Draw the bar for a run; pressing a button stores the ballot before anything is drawn again."""
    store = resources.store()
    can = Votable({}) if run.running else votable(store, comparison)
    mine = store.counted_ballot(comparison.id, state.rater_id())
    with st.container(horizontal=True, vertical_alignment="center", key="votebar"):
        st.markdown(f"**{_question(run, can)}**", width="content")
        for place in range(len(run.panes)):
            _button(f"{LETTERS[place]} *best*", str(place + 1), Choice("best", place), comparison,
                    disabled=place not in can.answers or not can.open, chosen=_is_best(mine, can, place))  # fmt: skip
        _button("Tie", _TIE_KEY, Choice("tie"), comparison, disabled=not can.open, chosen=_is(mine, "tie"))
        _button("*All* bad", _ALL_BAD_KEY, Choice("all_bad"), comparison, disabled=not can.open,
                chosen=_is(mine, "all_bad"))  # fmt: skip
        st.button("Undo", key="vote_undo", shortcut=_UNDO_KEY, disabled=mine is None, type="tertiary",
                  on_click=_undo, args=(comparison,))  # fmt: skip
        if mine is not None:
            st.caption(plain(_what_was_said(mine, run, comparison, can)), width="content")


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
        return f"{_ended(can)} A vote needs two complete answers: regenerate."
    if can.incomplete:
        letters = " and ".join(_letters(can.answers))
        return f"{_ended(can)} Regenerate, or vote on {letters} alone."
    return "Which answer stays true to the thread?"


def _ended(can: Votable) -> str:
    """Which answers are not complete, such as "B was stopped. C failed."."""
    told = []
    for status, words in (("stopped", ("was stopped", "were stopped")), ("failed", ("failed", "failed"))):
        places = [place for place, ended in can.incomplete.items() if ended == status]
        if places:
            told.append(f"{' and '.join(_letters(places))} {words[len(places) > 1]}.")
    return " ".join(told)


def _letters(places: Iterable[int]) -> list[str]:
    return [LETTERS[place] for place in sorted(places)]


def _what_was_said(ballot: Ballot, run: Run, comparison: Comparison, can: Votable) -> str:
    said = {"tie": "a tie", "all_bad": "all bad"}.get(ballot.verdict)
    if said is None:
        best = next((slot for slot in comparison.slots if slot.answer_id == ballot.ranking[0]), None)
        said = "an answer that is gone" if best is None else f"{LETTERS[best.slot]}, {run.panes[best.slot].face.label}"
    told = f"You voted {'blind' if ballot.blind else 'with names shown'}: {said}"
    if is_of_earlier_version(ballot, comparison):
        return f"{told}, of an earlier version. It counts for that one until you vote again."
    later = [place for place, answer in can.answers.items() if answer.id not in ballot.shown_order]
    if later:
        return f"{told}, before {' and '.join(_letters(later))} had an answer. Vote again to include it."
    return f"{told}."


def _is(ballot: Ballot | None, verdict: str) -> bool:
    return ballot is not None and ballot.verdict == verdict


def _is_best(ballot: Ballot | None, can: Votable, place: int) -> bool:
    answer = can.answers.get(place)
    return _is(ballot, "best") and answer is not None and ballot is not None and ballot.ranking[0] == answer.id


def _cast(comparison: Comparison, choice: Choice) -> None:
    # The comparison on screen when the button was drawn is the one that is voted on, whatever has happened since.
    try:
        cast(
            resources.store(), comparison, state.rater_id(), choice,
            key=state.press_key(comparison.id), names_seen=state.names_seen(comparison.id),
        )  # fmt: skip
    except CompareError as exc:
        state.leave_notice(str(exc))
    else:
        state.pressed()


def _undo(comparison: Comparison) -> None:
    undo(resources.store(), comparison, state.rater_id())
