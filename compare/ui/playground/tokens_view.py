"""The tokens of a run's answers: reported, counted, and what each model is expected to report."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from compare.engine.run import LETTERS, Run
from compare.records import Answer
from compare.render.numbers import seconds
from compare.report.tokens import account, calibrations
from compare.tokens.calibration import SETTLED_AT, Calibration
from compare.ui import resources, who


@st.dialog("Tokens", width="large", icon=":material/data_usage:")
def tokens_dialog(run: Run) -> None:
    """One row an answer; to be shown only where the candidates may be known."""
    who.still("owner")
    import pandas as pd

    store = resources.store()
    known, candidates = calibrations(store), store.candidates()
    asked = [(i, pane) for i, pane in enumerate(run.panes) if pane.answer is not None and pane.answer.attempts]
    rows = [
        _row(f"{LETTERS[i]} {pane.face.label}", pane.answer, candidates[pane.answer.candidate_id].model_id, known)
        for i, pane in asked
        if pane.answer is not None
    ]
    if not rows:
        st.caption("No answer has been asked of a model here.")
        return
    table = pd.DataFrame(rows).set_index("Answer").T
    st.dataframe(table, height="content")
    st.caption(
        "Reported: by the model's provider. Counted: by us, with one tokenizer for all (o200k). Models count "
        "differently, so a gap is no error; one outside what this model's own answers lead to expect is worth a look."
    )


def _row(name: str, answer: Answer, model_id: str, known: dict[str, Calibration]) -> dict[str, Any]:
    sent = json.loads(answer.sent_json)
    fallback = sent.get("fallback")
    model_id = fallback["model_id"] if fallback else model_id
    it = account(answer, model_id, known, n_sent=int(sent.get("n_messages", answer.n_messages)))
    n_cut = len(json.loads(answer.cut_json))
    line = known.get(model_id)
    judged: str = it.judgement or "no figure"
    if it.judgement == "too few answers" and line is not None:
        judged = f"too few answers to say ({line.n} of {SETTLED_AT})"
    row = {
        "Answer": name,
        "In, reported": _number(it.reported),
        "In, counted": _number(it.counted),
        "Gap": "" if it.gap_percent is None else f"{it.gap_percent:+.1f} %",
        "Expected for this model": f"{it.expected.low:,} to {it.expected.high:,}" if it.expected else "no answers yet",
        "Verdict": judged,
        "From cache": _number(answer.cached),
        "Out, reported": _number(answer.out_reported),
        "Out, counted": _number(answer.out_counted),
        "Thinking": _number(answer.reasoning_tokens),
        "Messages sent": f"{it.n_sent:,}" + (f" ({n_cut} cut by us)" if n_cut else ""),
    }
    if summary := sent.get("summary"):
        row["Summary first"] = f"{summary['model_id']}, {seconds(summary['wall_ms'])}"
    return row


def _number(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"
