"""The next message: what the user says, who answers it, and whose earlier words they are shown."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from compare.engine.run import LETTERS, Run
from compare.errors import CompareError
from compare.records import Candidate, History
from compare.runs.going_on import GoingOn
from compare.runs.live import Runs
from compare.runs.steps import MIN_PANES
from compare.threads.attachments import IMAGE_TYPES, TEXT_ENDINGS, Attached
from compare.ui import state
from compare.ui.plain import plain
from compare.ui.playground.candidate_choice import candidate_options, chosen_candidates
from compare.ui.playground.replay_view import next_of_thread

_WAYS: dict[History, tuple[str, str]] = {
    "own": ("Each sees its own answers", "Every candidate goes on after what it said itself."),
    "winner": ("All see the winner's answer", "Everybody goes on after the answer that you voted best."),
    "fixed": ("All see one given answer", "Everybody goes on after the same answer, which you choose."),
    "handover": ("One takes over", "Every branch is handed to one candidate; its own branch shows what that costs."),
}
_RECORDED = -1
"""Stands for what was really answered among the places."""


def next_message(run: Run, runs: Runs, *, names_seen: bool) -> None:
    """The row at the bottom: how the conversation goes on, and the field for the message."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="nextrow"):
        how = _how(run, runs, names_seen=names_seen)
        next_of_thread(run, runs, how=how, names_seen=names_seen)
        said = st.chat_input(
            f"Next message, to {_to_whom(how)}", key="next_message", disabled=run.running,
            accept_file="multiple", file_type=[*IMAGE_TYPES, *TEXT_ENDINGS],
        )  # fmt: skip
    if not said:
        return
    files = [Attached(file.name, file.getvalue()) for file in said.files]
    try:
        continued = runs.follow_up(run.id, said.text, files, how=how, rater_id=state.rater_id(), names_seen=names_seen)
    except CompareError as exc:
        state.leave_notice(str(exc))
    else:
        state.show_run(continued.run_id)
    st.rerun()


def _how(run: Run, runs: Runs, *, names_seen: bool) -> GoingOn:
    """The choice, folded behind a button that says what is chosen."""
    shown = names_seen or not run.blind
    lacking = _lacking(run, runs, shown=shown)
    open_ways = [way for way in _WAYS if way not in lacking]
    chosen: History = st.session_state.get("next_history", "own")
    if chosen not in open_ways:
        chosen = "own"
    said = _chosen_in_words(chosen, run, runs, shown=shown)
    # The widget's own memory of a run where less was open must not win over what is said here.
    chosen = state.settle("next_history_choice", chosen)
    with st.popover(said, icon=":material/alt_route:", type="tertiary", key="next_how", disabled=run.running):
        way = st.radio(
            "What the candidates are shown of the last answers", open_ways, index=open_ways.index(chosen),
            format_func=lambda key: _WAYS[key][0], captions=[_WAYS[key][1] for key in open_ways],
            key="next_history_choice", on_change=_choose,
        )  # fmt: skip
        for why in lacking.values():
            st.caption(why)
        given = _given(run, runs, shown=shown) if way == "fixed" else None
        to = _to(run) if way == "handover" else None
        return GoingOn(way, _places(run), None if given == _RECORDED else given, to)


def _chosen_in_words(way: History, run: Run, runs: Runs, *, shown: bool) -> str:
    """What will happen, also while the choice is folded: whose answer is given, who takes over."""
    if way == "fixed":
        given = _givable(run, runs, shown=shown)
        place = st.session_state.get(_given_key(run), given[0])
        return "All see what was really answered" if place == _RECORDED else f"All see {LETTERS[place]}'s answer"
    if way == "handover":
        offered = _successors(run)
        chosen = st.session_state.get(_to_key(run)) or next(iter(offered), None)
        return plain(f"{chosen_candidates([chosen])[0].label} takes over") if chosen in offered else _WAYS[way][0]
    return _WAYS[way][0]


def _to_whom(how: GoingOn) -> str:
    letters = [LETTERS[place] for place in how.places]
    return f"{', '.join(letters[:-1])} and {letters[-1]}" if letters else "every candidate"


def _choose() -> None:
    st.session_state["next_history"] = st.session_state["next_history_choice"]


def _lacking(run: Run, runs: Runs, *, shown: bool) -> Mapping[History, str]:
    """Ways that are not open now, and why."""
    found: dict[History, str] = {}
    if not run.running and runs.winner(run.id, state.rater_id()) is None:
        found["winner"] = "*All see the winner's answer* opens with your vote for the best one."
    if not _givable(run, runs, shown=shown):
        found["fixed"] = "*All see one given answer* opens with an answer that did not fail."
    if not shown:
        found["handover"] = "*One takes over* opens with your vote: it names candidates."
    return found


def _name(run: Run, place: int, *, shown: bool) -> str:
    return f"{LETTERS[place]} {run.panes[place].face.label}" if shown else LETTERS[place]


def _givable(run: Run, runs: Runs, *, shown: bool) -> list[int]:
    """Places whose answer can be given to all, first of all the recorded one."""
    places = [i for i, pane in enumerate(run.panes) if pane.state != "failed"]
    return [_RECORDED, *places] if shown and runs.has_recorded(run.id) else places


def _given_key(run: Run) -> str:
    return f"next_given_{run.id}"


def _given(run: Run, runs: Runs, *, shown: bool) -> int:
    return int(
        st.selectbox(
            "Given to all", _givable(run, runs, shown=shown), key=_given_key(run),
            format_func=lambda place: (
                "What was really answered" if place == _RECORDED else _name(run, place, shown=shown)
            ),
        )
    )  # fmt: skip


def _successors(run: Run) -> dict[str, str]:
    """Who can take over, by name: first the candidates of this run, then all others."""
    here = list(dict.fromkeys(_base_id(pane.question.candidate) for pane in run.panes if pane.question is not None))
    names = candidate_options(None)
    return {key: names[key] for key in here if key in names} | {k: v for k, v in names.items() if k not in here}


def _to_key(run: Run) -> str:
    return f"next_to_{run.id}"


def _to(run: Run) -> Candidate | None:
    names = _successors(run)
    chosen = st.selectbox(
        "Takes over", list(names), key=_to_key(run), format_func=names.__getitem__, filter_mode="contains"
    )
    return chosen_candidates([chosen])[0] if chosen else None


def _base_id(candidate: Candidate) -> str:
    """The key under which the chooser offers a candidate, or the one that took its branch over."""
    base = Candidate(
        candidate.model_id, candidate.settings, candidate.context_policy, candidate.preparation, candidate.fallback
    )
    return candidate.model_id if base.id == Candidate(candidate.model_id).id else base.id


def _places(run: Run) -> tuple[int, ...]:
    everybody = list(range(len(run.panes)))
    if len(everybody) <= MIN_PANES:
        return ()
    chosen = st.pills(
        "Who goes on", everybody, selection_mode="multi", default=everybody, format_func=LETTERS.__getitem__,
        key=f"next_places_{run.id}",
    )  # fmt: skip
    if len(chosen) < MIN_PANES:
        st.caption(plain(f"At least {MIN_PANES} go on; with fewer chosen, all do."))
        return ()
    return () if len(chosen) == len(everybody) else tuple(sorted(chosen))
