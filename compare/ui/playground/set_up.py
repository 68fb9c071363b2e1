"""Choosing a thread and candidates. The first screen of the product: one press on Run must be enough.

What Run sends is what the preview shows: a pasted text is kept only when it is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from compare.catalog import availability
from compare.errors import CompareError
from compare.records import Candidate, Message, Thread
from compare.render.characters import visible
from compare.report.words import counted
from compare.runs.steps import MAX_PANES, MIN_PANES
from compare.store.recorded import PRODUCTION
from compare.threads.importers import FILE_TYPES, Reading, read_text, titled
from compare.threads.prompts import fixed_prompt
from compare.ui import resources, state
from compare.ui import threads as thread_ui
from compare.ui.plain import plain
from compare.ui.playground.candidate_dialog import open_settings
from compare.ui.playground.earlier import earlier_runs
from compare.ui.playground.recorded_choice import chosen_recorded, is_by_name, is_recorded, recorded_options
from compare.ui.playground.replay_view import show_start_turn, start_turn
from compare.ui.playground.variants import variants

_WAYS = {"pick": "Pick a thread", "paste": "Paste one", "upload": "Upload a file"}
_PREVIEW_PX = 540
_PASTE_PX = 110
_MOST_NAMED = 5
_PASTE_EXAMPLE = """User: My order 4417 has not arrived.
Assistant: I am sorry. Which address did you give?
User: ...

or OpenAI messages: [{"role": "user", "content": "..."}]"""


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The thread that Run will take."""

    thread: Thread | None = None
    pasted: Reading | None = None
    """What must be kept before it can be run; `thread` is its first one."""
    lacks: str = ""
    """Why there is no thread, where it is no error."""
    error: str = ""
    kept: thread_ui.Kept | None = None
    """What became of an uploaded file."""


@dataclass(frozen=True, slots=True)
class _How:
    """In what way the candidates are asked."""

    blind: bool
    repeat: int
    """How often each, every time in a pane of its own."""


def draw() -> None:
    """The whole screen: what to ask in one row, the thread to read below it."""
    with st.container(horizontal=True, vertical_alignment="center", key="setuphead"):
        st.header("Which model keeps the thread?", anchor=False, width="content")
        st.space("stretch")
        if st.button("Earlier runs", key="earlier", icon=":material/history:", type="tertiary"):
            earlier_runs()
    left, middle, right = st.columns([9, 10, 5], gap="medium", vertical_alignment="bottom")
    with left:
        found = _thread_chooser()
    thread = found.thread
    turn = start_turn(thread) if thread is not None else None
    with middle:
        chosen = _candidate_chooser(thread, turn)
        # Also while there is no thread, so that nothing moves when one is pasted.
        if st.button(
            "Candidate settings", key="candidate_settings", icon=":material/tune:", type="tertiary",
            disabled=thread is None,
            help="System prompt, temperature, length, thinking, stop sequences, context policy, preparation, fallback: "
            "of a new candidate, of one that is chosen, or the same for all.",
        ) and thread is not None:  # fmt: skip
            open_settings(thread, chosen_candidates(chosen))
    with right:
        choice = _how()
        trouble = _trouble(found, chosen, choice.repeat)
        pressed = st.button(
            "Run", type="primary", icon=":material/play_arrow:", key="run", disabled=bool(trouble), width="stretch"
        )
    # Below the row, so that nothing moves under the pointer while a pasted text is taken in by a press on Run.
    _say(found, trouble, pressed=pressed)
    if thread is not None and turn is not None:
        show_start_turn(thread, turn)
    if told := _missing_in_address(thread, turn):
        st.warning(plain(told), icon=":material/info:")
    if thread is not None and pressed:
        _run(found, thread, chosen, choice, turn)
    state.show_choice(thread.id or None if thread else None, chosen, blind=choice.blind, repeat=choice.repeat)
    if thread is None:
        return
    if not trouble:
        st.caption(_what_happens(thread.messages, [key for key in chosen if not is_recorded(key)], choice.repeat, turn))
    _preview(thread, turn, hidden=choice.blind and any(map(is_recorded, chosen)))


def _say(found: _Chosen, trouble: str, *, pressed: bool) -> None:
    if found.error:
        st.error(plain(found.error), icon=":material/error:")
    elif pressed and found.lacks:
        st.error("The text is empty. Paste a conversation.", icon=":material/error:")
    elif trouble or found.lacks:
        st.caption(plain(trouble or found.lacks))
    if found.kept is not None:
        st.success(found.kept.sentence, icon=":material/check:")
        thread_ui.show_troubles(found.kept.reading)
    if found.pasted is not None:
        thread_ui.show_troubles(found.pasted)
        if len(found.pasted.threads) > 1:
            st.caption(
                f"{counted(len(found.pasted.threads), 'thread')} in this text. Run takes the first and keeps all."
            )


def _preview(thread: Thread, turn: int | None, *, hidden: bool) -> None:
    """The thread and its question; what was really answered only where no blind vote on it is to come."""
    left, right = st.columns([3, 2], gap="medium")
    n_sent = fixed_prompt(thread.messages, turn).n_messages
    with left:
        thread_ui.show_messages(thread.messages[: n_sent if hidden else None], height=_PREVIEW_PX)
    with right:
        thread_ui.show_message("The question", thread.messages[n_sent - 1], n_sent)
        if hidden:
            st.caption("What was really answered is hidden: it will be one of the blind answers.")
            return
        for n, reply in enumerate(thread.messages[n_sent:][: None if turn is None else 1], start=n_sent + 1):
            thread_ui.show_message("What was really answered", reply, n)


def _run(found: _Chosen, thread: Thread, chosen: Sequence[str], how: _How, turn: int | None) -> None:
    thread_id = thread_ui.keep(found.pasted).ids[0] if found.pasted is not None else thread.id
    state.choose_thread(thread_id)
    run_id = resources.runs().start(
        thread_id, chosen_candidates(chosen), blind=how.blind, repeats=how.repeat, recorded=chosen_recorded(chosen),
        turn=turn,
    )  # fmt: skip
    state.show_run(run_id)
    st.rerun()


# --- the thread ------------------------------------------------------------------------------------------------------


def _thread_chooser() -> _Chosen:
    way = st.segmented_control(
        "Thread", list(_WAYS), format_func=_WAYS.__getitem__, default="pick", required=True, key="thread_way",
        label_visibility="collapsed",
    )  # fmt: skip
    if way == "paste":
        return _pasted()
    if way == "upload":
        return _uploaded()
    return _picked()


def _picked() -> _Chosen:
    asked = state.thread_id()
    found = thread_ui.thread_options(asked)
    if not found:
        return _Chosen(lacks="No threads yet. Paste or upload one.")
    by_id = {thread.id: thread for thread in found}
    # The widget's own memory of an earlier visit must not win over the address.
    state.put("thread_choice", found[thread_ui.first_choice(found, asked)].id)
    chosen = st.selectbox(
        "Thread", list(by_id), key="thread_choice", on_change=_pick, filter_mode="contains",
        format_func=lambda thread_id: thread_ui.thread_label(by_id[thread_id]), label_visibility="collapsed",
    )  # fmt: skip
    if asked is not None and chosen != asked:
        state.choose_thread(str(chosen))
    return _Chosen(resources.store().thread(str(chosen)))


def _pick() -> None:
    state.choose_thread(str(st.session_state["thread_choice"]))


def _pasted() -> _Chosen:
    text = st.text_area(
        "Conversation", height=_PASTE_PX, key="paste_text", placeholder=_PASTE_EXAMPLE, label_visibility="collapsed",
        value=st.session_state.get("pasted_before", ""),
    )  # fmt: skip
    # The widget forgets its text when another way is looked at.
    st.session_state["pasted_before"] = text
    if not text.strip():
        return _Chosen(lacks="Paste a conversation. Run keeps it and sends it.")
    try:
        reading = read_text(text, source="paste")
        return _Chosen(titled(reading.threads[0]), pasted=reading)
    except CompareError as exc:
        return _Chosen(error=str(exc))


def _uploaded() -> _Chosen:
    file = st.file_uploader(
        "A file of conversations", type=list(FILE_TYPES), key="upload",
        label_visibility="collapsed",
    )  # fmt: skip
    if file is None:
        return _Chosen(lacks="Upload JSON, JSON lines, a table or a transcript.")
    file_id, outcome = st.session_state.get("uploaded", ("", ""))
    if file_id != file.file_id:
        try:
            outcome = thread_ui.keep_file(file.name, file.getvalue())
            state.choose_thread(outcome.ids[0])
        except CompareError as exc:
            outcome = str(exc)
        st.session_state["uploaded"] = (file.file_id, outcome)
    if isinstance(outcome, str):
        return _Chosen(error=outcome)
    return _Chosen(_one_of(outcome), kept=outcome)


def _one_of(kept: thread_ui.Kept) -> Thread:
    """The thread of a file that is compared: its first, or the one chosen."""
    store = resources.store()
    if len(kept.ids) == 1:
        return store.thread(kept.ids[0])
    read = zip(kept.ids, kept.reading.threads, strict=True)
    titles = {thread_id: visible(titled(thread).title) for thread_id, thread in read}
    chosen = st.selectbox(
        "Thread of this file", list(titles), format_func=titles.__getitem__, key=f"uploaded_{kept.ids[0]}",
        filter_mode="contains", label_visibility="collapsed",
    )  # fmt: skip
    state.choose_thread(str(chosen))
    return store.thread(str(chosen))


# --- the candidates --------------------------------------------------------------------------------------------------


def _candidate_chooser(thread: Thread | None, turn: int | None) -> list[str]:
    options = candidate_options(thread, turn)
    # The widget forgets its value when another page is drawn, and its options change with the thread.
    before = st.session_state.get("candidate_choice", state.chosen_models())
    state.put("candidate_choice", [key for key in before if key in options][:MAX_PANES])
    chosen = st.multiselect(
        f"Candidates ({MIN_PANES} to {MAX_PANES})",
        list(options),
        format_func=options.__getitem__,
        max_selections=MAX_PANES,
        key="candidate_choice",
        # Typing a name and pressing Enter adds that one, and never everything that resembles it.
        filter_mode="contains",
        select_all=False,
    )
    state.keep_models(chosen)
    return chosen


def _missing_in_address(thread: Thread | None, turn: int | None) -> str:
    """A sentence about candidates that the address has just asked for and that are not here, or nothing."""
    asked = state.models_asked_for()
    if not asked:
        return ""
    unknown = [key for key in asked if key not in candidate_options(thread, turn)]
    if unknown:
        those = "There is no candidate" if len(unknown) == 1 else "There are no candidates"
        names = ", ".join(f'"{key}"' for key in unknown[:_MOST_NAMED])
        more = len(unknown) - _MOST_NAMED
        others = f" and {more} more" if more > 0 else ""
        rest = "The others are chosen." if len(unknown) < len(asked) else "Choose some above."
        return f"{those} {names}{others} here, which the address asks for. {rest}"
    if len(asked) > MAX_PANES:
        return f"The address asks for {len(asked)} candidates; the first {MAX_PANES} are chosen."
    return ""


def _how() -> _How:
    """Blind or open, and how often each is asked; as the address says where it says so."""
    state.put("blind", st.session_state.get("blind", state.is_blind()))
    times = list(range(1, MAX_PANES + 1))
    asked = st.session_state.get("repeat", state.repeat())
    state.put("repeat", min(max(asked, 1), MAX_PANES))
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small", key="how"
    ):
        blind = st.toggle(
            "Blind", key="blind",
            help="Letters in random order, answers shown together when all are complete, numbers hidden until your "
            "vote.",
        )  # fmt: skip
        repeat = st.selectbox(
            "Times each", times, key="repeat", format_func=lambda n: "once each" if n == 1 else f"{n} times each",
            label_visibility="collapsed", filter_mode=None, width=132,
        )  # fmt: skip
    state.keep_how(blind=blind, repeat=repeat)
    return _How(blind, repeat)


def candidate_options(thread: Thread | None, turn: int | None = None) -> dict[str, str]:
    """What can be chosen, ready models first; what a model lacks stands behind its name."""
    ready, waiting = {}, {}
    for spec in resources.catalog().models.values():
        state_now = availability(spec)
        if state_now.ready:
            ready[spec.id] = f"{spec.name} (simulated)" if spec.simulated else spec.name
        else:
            waiting[spec.id] = f"{spec.name} ({state_now.reason})"
    for candidate_id, candidate in variants().items():
        ready[candidate_id] = candidate.name
    if thread is not None:
        ready |= recorded_options(thread, turn)
    return ready | waiting


def chosen_candidates(chosen: Sequence[str]) -> list[Candidate]:
    """The candidates behind the keys of `candidate_options`, without those whose key says "recorded"."""
    models, stored = resources.catalog().models, variants()
    own = {PRODUCTION.model_id: PRODUCTION} | stored
    return [
        own.get(key) or Candidate(key, label=models[key].label, simulated=models[key].simulated)
        for key in chosen
        if not is_by_name(key)
    ]


def _missing(chosen: Sequence[str]) -> list[str]:
    models, stored = resources.catalog().models, variants()
    asked = [stored[key].model_id if key in stored else key for key in chosen]
    return [
        f"{models[m].name} {availability(models[m]).reason}"
        for m in dict.fromkeys(asked)
        if m in models and not availability(models[m]).ready
    ]


def _trouble(found: _Chosen, chosen: Sequence[str], repeat: int) -> str:
    """What stands in the way of Run, or nothing. An empty field to paste into does not: a press on Run fills it."""
    missing = _missing(chosen)
    if not any(availability(spec).ready for spec in resources.catalog().models.values()):
        return "No model is ready. The Models page says what each one needs, and how to add a server of your own."
    if missing:
        return f"Not ready: {'; '.join(missing)}. Set the key and start again, or take the model out."
    # A recorded answer stands there once, however often the others are asked.
    n_panes = sum(1 if is_recorded(key) else repeat for key in chosen)
    if n_panes < MIN_PANES:
        return f"Choose at least {MIN_PANES} candidates."
    if n_panes > MAX_PANES:
        return f"{n_panes} answers would stand side by side, and there is room for {MAX_PANES}: choose fewer."
    pasting = st.session_state.get("thread_way") == "paste"
    return "" if found.thread is not None or pasting else found.lacks or found.error


def _what_happens(messages: Sequence[Message], asked: Sequence[str], repeat: int, turn: int | None) -> str:
    """What Run will send, and what stays here."""
    n, n_sent = len(asked), fixed_prompt(messages, turn).n_messages
    n_left = len(messages) - n_sent
    if n == 0:
        return "Nothing is sent: all of these answers were given before."
    whom = counted(n, "candidate") + (f", {repeat} times{' each' if n > 1 else ''}" if repeat > 1 else "")
    if n_left == 0:
        goes = "1 message goes" if n_sent == 1 else f"All {n_sent:,} messages go"
        return f"{goes} to {whom}; the last one is the question."
    if turn is not None:
        return f"{n_sent} of {counted(len(messages), 'message')} go to {whom}."
    what = "message stays" if n_left == 1 else f"{n_left} messages stay"
    return f"{n_sent} of {counted(len(messages), 'message')} go to {whom}; the last {what} here as the recorded answer."
