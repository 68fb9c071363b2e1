"""Choosing a thread and candidates. The first screen of the product: one press on Run must be enough."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from compare.catalog import availability
from compare.errors import CompareError
from compare.records import Candidate, Message, Thread
from compare.runs.live import MAX_PANES, MIN_PANES, PRODUCTION
from compare.threads.prompts import fixed_prompt
from compare.ui import resources, state
from compare.ui import threads as thread_ui
from compare.ui.playground.variants import new_variant, variants

_WAYS = {"pick": "Pick a thread", "paste": "Paste one", "upload": "Upload a file"}
_PREVIEW_PX = 540
_PASTE_EXAMPLE = """User: My order 4417 has not arrived.
Assistant: I am sorry. Which address did you give?
User: ...

or OpenAI messages: [{"role": "user", "content": "..."}]"""


def draw() -> None:
    """The whole screen: what to ask in one row, the thread to read below it."""
    st.header("Which model keeps the thread?", anchor=False)
    left, middle, right = st.columns([10, 10, 4], gap="medium", vertical_alignment="bottom")
    with left:
        thread_id = _thread_chooser()
    thread = resources.store().thread(thread_id) if thread_id else None
    with middle:
        chosen = _candidate_chooser(thread)
        if thread is not None and st.button(
            "New variant", key="new_variant", icon=":material/tune:", type="tertiary",
            help="The same model with another context policy, input preparation or fallback.",
        ):  # fmt: skip
            new_variant(thread)
    with right:
        trouble = _trouble(thread, chosen)
        _run_button(thread, chosen, trouble)
    if trouble or thread is None:
        st.caption(trouble)
        return
    st.caption(_what_happens(thread.messages, len(chosen)))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        thread_ui.show_messages(thread.messages, height=_PREVIEW_PX)
    with right:
        n_sent = fixed_prompt(thread.messages).n_messages
        thread_ui.show_message("The question", thread.messages[n_sent - 1], n_sent)
        for n, reply in enumerate(thread.messages[n_sent:], start=n_sent + 1):
            thread_ui.show_message("What was really answered", reply, n)


def _thread_chooser() -> str | None:
    way = st.segmented_control(
        "Thread", list(_WAYS), format_func=_WAYS.__getitem__, default="pick", required=True, key="thread_way",
        label_visibility="collapsed",
    )  # fmt: skip
    if way == "paste":
        return _pasted()
    if way == "upload":
        return _uploaded()
    return _picked()


def _picked() -> str | None:
    found = resources.store().threads()
    if not found:
        st.info("No threads yet. Paste or upload one.", icon=":material/info:")
        return None
    by_id = {thread.id: thread for thread in found}
    asked = st.session_state.get("thread_id") or state.asked_thread()
    chosen = st.selectbox(
        "Thread", list(by_id), index=thread_ui.first_choice(found, asked), key="thread_choice",
        format_func=lambda thread_id: thread_ui.thread_label(by_id[thread_id]), label_visibility="collapsed",
    )  # fmt: skip
    st.session_state["thread_id"] = chosen
    return chosen


def _pasted() -> str | None:
    with st.form("paste", border=False):
        text = st.text_area(
            "Conversation",
            height=220,
            key="paste_text",
            placeholder=_PASTE_EXAMPLE,
        )
        if st.form_submit_button("Keep this thread", icon=":material/save:"):
            _take(lambda: thread_ui.keep_text(text))
    return st.session_state.get("thread_id")


def _uploaded() -> str | None:
    file = st.file_uploader("JSON, JSON lines or a text transcript", type=["json", "jsonl", "txt", "md"], key="upload")
    if file is not None and st.session_state.get("uploaded_id") != file.file_id:
        st.session_state["uploaded_id"] = file.file_id
        _take(lambda: thread_ui.keep_upload(file.name, file.getvalue()))
    return st.session_state.get("thread_id")


def _take(read: object) -> None:
    try:
        ids = read()  # type: ignore[operator]
    except CompareError as exc:
        st.error(str(exc), icon=":material/error:")
        return
    st.session_state["thread_id"] = ids[0]
    st.success(f"{len(ids)} thread{'s' if len(ids) > 1 else ''} kept.", icon=":material/check:")


def _candidate_chooser(thread: Thread | None) -> list[str]:
    options = _options(thread)
    # The widget forgets its value when another page is drawn, and its options change with the thread.
    before = st.session_state.get("candidate_choice", state.chosen_models())
    st.session_state["candidate_choice"] = [key for key in before if key in options]
    chosen = st.multiselect(
        f"Candidates ({MIN_PANES} to {MAX_PANES})",
        list(options),
        format_func=options.__getitem__,
        max_selections=MAX_PANES,
        key="candidate_choice",
    )
    state.keep_models(chosen)
    return chosen


def _run_button(thread: Thread | None, chosen: Sequence[str], trouble: str) -> None:
    blind = st.toggle(
        "Blind", key="blind", value=bool(st.session_state.get("blind_choice", False)),
        help="Letters in random order, answers shown together when all are complete, numbers hidden until your vote.",
    )  # fmt: skip
    st.session_state["blind_choice"] = blind
    pressed = st.button(
        "Run", type="primary", icon=":material/play_arrow:", key="run", disabled=bool(trouble), width="stretch"
    )
    if pressed and thread is not None:
        state.show_run(resources.runs().start(thread.id, _candidates(chosen), blind=blind))
        st.rerun()


def _options(thread: Thread | None) -> dict[str, str]:
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
    if thread is not None and _has_recorded(thread):
        ready[PRODUCTION.model_id] = "Production (recorded answer)"
    return ready | waiting


def _has_recorded(thread: Thread) -> bool:
    leaf = fixed_prompt(thread.messages).leaf_id
    return any(a.candidate_id == PRODUCTION.id for a in resources.store().recorded_answers(leaf))


def _candidates(chosen: Sequence[str]) -> list[Candidate]:
    models, stored = resources.catalog().models, variants()
    own = {PRODUCTION.model_id: PRODUCTION} | stored
    return [own.get(key) or Candidate(key, label=models[key].label, simulated=models[key].simulated) for key in chosen]


def _missing(chosen: Sequence[str]) -> list[str]:
    models, stored = resources.catalog().models, variants()
    asked = [stored[key].model_id if key in stored else key for key in chosen]
    return [
        f"{models[m].name} {availability(models[m]).reason}"
        for m in dict.fromkeys(asked)
        if m in models and not availability(models[m]).ready
    ]


def _trouble(thread: Thread | None, chosen: Sequence[str]) -> str:
    """What stands in the way of Run, or nothing."""
    if thread is None:
        return "Choose, paste or upload a thread first."
    missing = _missing(chosen)
    if missing:
        return f"Not ready: {'; '.join(missing)}. Set the key and start again, or take the model out."
    if len(chosen) < MIN_PANES:
        return f"Choose at least {MIN_PANES} candidates."
    return ""


def _what_happens(messages: Sequence[Message], n: int) -> str:
    """What Run will send, and what stays here."""
    prompt = fixed_prompt(messages)
    sent = f"{prompt.n_messages} messages go to {n} candidates; the last is the user's turn {prompt.turn}."
    n_left = len(messages) - prompt.n_messages
    if n_left == 0:
        return sent
    return (
        f"{sent} The last {'message stays' if n_left == 1 else f'{n_left} messages stay'} here as the recorded answer."
    )
