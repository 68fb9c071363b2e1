"""Facts that a thread of one's own holds: proposed, and asked only as a person accepted or edited them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from compare.probes.found import FoundFact, ask_about, find_facts
from compare.probes.plant import Planting
from compare.report.words import counted
from compare.ui import resources
from compare.ui import threads as thread_ui

_MOST_THREADS = 500
_SHORTEST = 5
_NAMES = {"code": "Code", "amount": "Amount", "date": "Date", "name": "Name", "decision": "Decision"}


def own_facts() -> Planting:
    """The chooser, the proposals, and the probes that the accepted ones make.

    Raises:
        ConfigError: an accepted row cannot be asked as it is.
    """
    store = resources.store()
    by_id = {thread.id: thread for thread in store.threads(_MOST_THREADS) if thread.n_messages >= _SHORTEST}
    chosen = st.selectbox(
        "Thread", list(by_id), index=None, key="probes_fact_thread", filter_mode="contains",
        placeholder="Choose a thread", format_func=lambda thread_id: thread_ui.thread_label(by_id[thread_id]),
    )  # fmt: skip
    if chosen is None:
        return Planting((), ("Choose the thread whose facts are asked for.",))
    thread = store.thread(chosen)
    found = find_facts(thread)
    if not found:
        return Planting((), ("Nothing in this thread looks like a code, an amount, a date, a name or a decision.",))
    st.caption(
        f"{counted(len(found), 'fact')} found. Tick those to ask, and put question and value into words that leave no "
        "doubt. The question comes at the end of the thread."
    )
    rows = _edited(found, chosen)
    accepted = [
        FoundFact(fact.place, fact.kind, str(row["Value"] or ""), str(row["Question"] or ""))
        for fact, row in zip(found, rows, strict=True)
        if row["Ask"]
    ]
    if not accepted:
        return Planting((), ("No fact is ticked yet.",))
    return Planting(ask_about(thread, accepted), ())


def _edited(found: Sequence[FoundFact], thread_id: str) -> Sequence[Mapping[Any, Any]]:
    import pandas as pd

    table = pd.DataFrame(
        [
            {"Ask": False, "Message": one.place + 1, "Kind": _NAMES[one.kind], "Value": one.value,
             "Question": one.question}
            for one in found
        ]
    )  # fmt: skip
    edited = st.data_editor(
        table, hide_index=True, key=f"probes_facts_{thread_id}", disabled=["Message", "Kind"], num_rows="fixed",
        column_config={
            "Ask": st.column_config.CheckboxColumn(width=60),
            "Message": st.column_config.NumberColumn(width=80, help="Which message said it last."),
            "Kind": st.column_config.TextColumn(width=90),
            "Value": st.column_config.TextColumn(width=160, help="What a right answer holds."),
            "Question": st.column_config.TextColumn(width=800),
        },
    )  # fmt: skip
    return list(edited.to_dict("records"))
