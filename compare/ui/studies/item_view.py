"""One item of a study: thread, answers, every ballot with marks and comments, and the owner's decision beside them."""

from __future__ import annotations

import secrets
from typing import Literal, cast

import streamlit as st

from compare.errors import CompareError
from compare.report.words import counted, labels
from compare.review.adjudication import SOURCE, adjudicate, adjudicated
from compare.review.disagreement import Divided
from compare.review.marks import WORDS
from compare.store.study_values import Mark, Study, StudyBallot, StudyItem
from compare.store.votes import vote_name
from compare.ui import resources, state
from compare.ui.plain import plain
from compare.ui.studies.place import go
from compare.ui.studies.sides_view import show_sides
from compare.ui.who import Person

_STATES = {"undone": "taken back or changed", "set_aside": "set aside"}
_KINDS = {"study-repeat": "repeat with sides swapped", "study-training": "training", "study-gold": "gold"}


def headings(item: StudyItem) -> dict[str, str]:
    """What each answer of an item is called: a letter and its candidate."""
    store = resources.store()
    answers, candidates = store.answers(item.answer_ids), store.candidates()
    names = labels(store, resources.catalog())
    found = {}
    for place, answer_id in enumerate(item.answer_ids):
        candidate = candidates[answers[answer_id].candidate_id]
        found[answer_id] = f"{chr(ord('A') + place)} \u00b7 {names[vote_name(candidate)]}"
    return found


def draw_item(
    study: Study, item: StudyItem, ballots: list[StudyBallot], apart: tuple[Divided, ...], person: Person
) -> None:
    """The whole item."""
    _steps(study, item, apart)
    names = headings(item)
    own = [one for one in ballots if one.item.comparison_id == item.comparison_id]
    named = {i for one in own for mark in one.details.marks for i in (mark.message_id, mark.other_message_id) if i}
    show_sides(item.answer_ids, names, marked=named)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader("Ballots", anchor=False)
        given = [one for one in own if one.ballot.source != SOURCE]
        if not given:
            st.caption("Nobody has rated this item yet.")
        for one in given:
            _ballot(one, names)
    with right:
        st.subheader("Decision", anchor=False)
        _decision(study, item, own, names, person)


def _steps(study: Study, item: StudyItem, apart: tuple[Divided, ...]) -> None:
    places = [one.item.place for one in apart]
    at = places.index(item.place) if item.place in places else None
    with st.container(horizontal=True, vertical_alignment="center", key="studyitem"):
        st.button(
            "Disagreements", key="studies_item_back", icon=":material/arrow_back:", on_click=go,
            kwargs={"study": study.id, "view": "disagreements"},
        )  # fmt: skip
        kind = "" if item.kind == "rated" else f" ({item.kind})"
        st.markdown(f"**Item {item.place + 1}{kind}**", width="content")
        if at is not None:
            st.caption(f"{at + 1} of {len(places)} divided", width="content")
            if at + 1 < len(places):
                st.button(
                    "Next", key="studies_item_next", icon=":material/arrow_forward:", on_click=go,
                    kwargs={"study": study.id, "view": "disagreements", "item": places[at + 1] + 1},
                )  # fmt: skip


def verdict_words(one: StudyBallot, names: dict[str, str]) -> str:
    """What a ballot says, with the answers by name."""
    match one.ballot.verdict:
        case "best":
            return f"{names[one.ballot.ranking[0]]} is better"
        case "rank":
            return " > ".join(names[answer_id] for answer_id in one.ballot.ranking)
        case "tie":
            return "tie"
        case "all_bad":
            return "neither is good"
        case "skip":
            return "skipped"


def _ballot(one: StudyBallot, names: dict[str, str]) -> None:
    ballot = one.ballot
    counts = one.state == "counted"
    said = verdict_words(one, names)
    head = f"**{plain(one.rater)}**: {plain(said)}" if counts else f"{plain(one.rater)}: {plain(said)}"
    facts = [_KINDS[ballot.source]] if ballot.source in _KINDS else []
    facts += [f"confidence {ballot.confidence} of 3"] if ballot.confidence else []
    facts += [f"{ballot.active_ms / 1000:.0f} s"] if ballot.active_ms else []
    facts += ["not blind"] if not ballot.blind else []
    facts += ["an answer named its maker"] if ballot.leaked else []
    facts += [] if counts else [_STATES[one.state] + (f": {one.state_reason}" if one.state == "set_aside" else "")]
    with st.container(border=True, gap="xxsmall"):
        st.markdown(head)
        if facts:
            st.caption(plain(" \u00b7 ".join(facts)))
        if one.details.reasons:
            st.caption(plain(f"Because: {', '.join(one.details.reasons)}"))
        if ballot.comment.strip():
            st.markdown(plain(ballot.comment))
        for mark in one.details.marks:
            st.caption(plain(_mark(mark, names)))
        for line in _scores(one, names):
            st.caption(plain(line))


def _mark(mark: Mark, names: dict[str, str]) -> str:
    numbers = _numbers(mark)
    about = f" ({numbers})" if numbers else ""
    where = ""
    if mark.span is not None:
        where = f", at \u201c{_quoted(mark)}\u201d"
    note = f": {mark.note}" if mark.note.strip() else ""
    severity = "breaks the task" if mark.severity == "breaks" else "minor"
    return f"{names[mark.answer_id]} {WORDS[mark.kind]}{about}{where}, {severity}{note}"


def _path(mark: Mark) -> tuple[str, ...]:
    store = resources.store()
    answer = store.answers([mark.answer_id])[mark.answer_id]
    return tuple(message.id for message in store.path(answer.prompt_leaf_id))


def _numbers(mark: Mark) -> str:
    ids = _path(mark)
    found = [f"message {ids.index(i) + 1}" for i in (mark.message_id, mark.other_message_id) if i in ids]
    if mark.distance_messages is not None:
        found.append(f"{counted(mark.distance_messages, 'message')} back")
    return ", ".join(found)


def _quoted(mark: Mark) -> str:
    store = resources.store()
    answer = store.answers([mark.answer_id])[mark.answer_id]
    text = answer.text
    if mark.at_message_id is not None:
        text = next(m.text for m in store.path(answer.prompt_leaf_id) if m.id == mark.at_message_id)
    assert mark.span is not None
    cut = " ".join(text[slice(*mark.span)].split())
    return cut if len(cut) <= 80 else f"{cut[:77]}..."


def _scores(one: StudyBallot, names: dict[str, str]) -> list[str]:
    found = []
    for answer_id, name in names.items():
        scores = [f"{what} {score}" for (scored, what), score in one.details.rubric.items() if scored == answer_id]
        turn = one.details.failed_turns.get(answer_id)
        failed = [] if turn is None else ["no turn failed" if turn == 0 else f"first failed at turn {turn}"]
        if scores or failed:
            found.append(f"{name}: {', '.join([*scores, *failed])}")
    return found


def _decision(study: Study, item: StudyItem, own: list[StudyBallot], names: dict[str, str], person: Person) -> None:
    before = adjudicated(own).get(item.comparison_id)
    if before is not None:
        stored = next(one for one in own if one.ballot.id == before.id)
        with st.container(border=True, gap="xxsmall"):
            st.markdown(f"**{plain(stored.rater)}** decided: {plain(verdict_words(stored, names))}")
            if before.comment.strip():
                st.markdown(plain(before.comment))
    st.caption("It stands beside the ballots and replaces none: ratings rest on independent raters.")
    choices = {**{answer_id: f"{name} is better" for answer_id, name in names.items()},
               "tie": "Tie", "all_bad": "Neither is good"}  # fmt: skip
    with st.form(f"studies_decide_{item.place}", border=False):
        chosen = st.radio(
            "What is right", list(choices), format_func=lambda key: plain(choices[key]), index=None,
            key=f"studies_verdict_{item.place}",
        )  # fmt: skip
        comment = st.text_area("Why", key=f"studies_why_{item.place}", max_chars=2000)
        pressed = st.form_submit_button(
            "Decide" if before is None else "Decide anew", type="primary", key=f"studies_do_{item.place}"
        )
    if not pressed:
        return
    if chosen is None:
        st.warning("Choose what is right first.", icon=":material/warning:")
        return
    try:
        verdict = cast(Literal["best", "tie", "all_bad"], chosen if chosen in ("tie", "all_bad") else "best")
        adjudicate(
            resources.store(), item.comparison_id, person.rater_id, verdict, key=secrets.token_urlsafe(8),
            best_answer_id=chosen if verdict == "best" else None, comment=comment,
        )  # fmt: skip
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
        return
    state.leave_notice("The decision is stored.")
    st.rerun()
