"""Taking a study along: ballots, marks, battles or DPO pairs, as CSV, JSON lines or Parquet."""

from __future__ import annotations

from functools import partial

import streamlit as st

from compare.errors import CompareError
from compare.report.words import counted
from compare.review.study_export import FOR_READERS, FileFormat, What, encode, rows
from compare.store.study_values import Study
from compare.ui import resources
from compare.ui.plain import plain
from compare.ui.studies.names import names_open
from compare.ui.studies.set_aside_view import draw_set_aside
from compare.ui.who import Person

_WHAT: dict[What, str] = {"ballots": "Ballots", "marks": "Marks", "battles": "Battles", "dpo": "DPO pairs"}
_TOLD: dict[What, str] = {
    "ballots": "Every ballot with verdict, confidence, reasons, comment, scores, time and state; those that were taken "
    "back or set aside say so.",
    "marks": "Every mark with its kind, severity, message and distance.",
    "battles": "Counted verdicts as pairs in the shape of LMSYS's battle files; weighbridge rate reads it as well.",
    "dpo": "Prompt, chosen and rejected answer for preference training; only decisive verdicts on answers to the same "
    "prompt.",
}
_FORMATS: dict[FileFormat, str] = {"csv": "CSV", "jsonl": "JSON lines", "parquet": "Parquet"}
_MIME: dict[FileFormat, str] = {
    "csv": "text/csv", "jsonl": "application/x-ndjson", "parquet": "application/vnd.apache.parquet",
}  # fmt: skip


def draw_export(study: Study, person: Person) -> None:
    """The view."""
    if not names_open(study, person, "Every file"):
        return
    draw_set_aside(resources.store().study_set_aside(study.id))
    what = st.segmented_control(
        "What", list(_WHAT), format_func=_WHAT.__getitem__, default="ballots", required=True, key="studies_what"
    )  # fmt: skip
    st.caption(_TOLD[what])
    file_format = st.segmented_control(
        "Format", list(_MIME), format_func=_FORMATS.__getitem__, default="csv",
        required=True, key="studies_format",
    )  # fmt: skip
    try:
        n = len(rows(resources.store(), study.id, what))
    except CompareError as exc:
        st.info(plain(str(exc)), icon=":material/info:")
        return
    st.download_button(
        f"Download {counted(n, 'row')}", data=partial(_written, study.id, what, file_format),
        file_name=f"study-{study.id[:8]}-{what}.{file_format}", mime=_MIME[file_format],
        key=f"studies_file_{what}_{file_format}", on_click="ignore", type="primary", icon=":material/download:",
    )  # fmt: skip


def _written(study_id: str, what: What, file_format: FileFormat) -> bytes:
    """The file's bytes, made when the button is pressed."""
    found = rows(resources.store(), study_id, what)
    return encode(found, file_format, to_be_read_back=what not in FOR_READERS)
