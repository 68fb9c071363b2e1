"""What a job's answers measured, and everything as files."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

import orjson
import streamlit as st

from compare.jobs.answer_lines import job_lines
from compare.report.measured.export import export_answers
from compare.report.measured.files import FileFormat
from compare.report.measured.table import job_table
from compare.report.words import labels
from compare.review.own_turns import with_copies
from compare.ui import resources
from compare.ui.measured import show_measured
from compare.ui.names_shown import names_taken, viewer


def results_view(job_id: str) -> None:
    """The table of results with its files, and the answers behind it as files."""
    store = resources.store()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Results", anchor=False, width="content")
        st.space("stretch")
        _downloads(job_id)
    show_measured(job_table(store, job_id), labels(store, resources.catalog()), key="jobs_measured")


def _downloads(job_id: str) -> None:
    with st.popover("Answers as files", icon=":material/download:", key="jobs_files"):
        name, taker = f"job-{job_id[:8]}", viewer()
        _file("As `run` writes them (JSON lines)", partial(_lines, job_id, taker), f"{name}.jsonl")
        _file("CSV", partial(_answers, job_id, taker, "csv"), f"{name}.csv")
        _file("Parquet", partial(_answers, job_id, taker, "parquet"), f"{name}.parquet")


def _file(label: str, made: Any, file_name: str) -> None:
    """A button whose file is made when it is pressed."""
    st.download_button(label, made, file_name=file_name, key=f"jobs_file_{file_name}", on_click="ignore")


def _lines(job_id: str, taker: str | None) -> bytes:
    _taken(job_id, taker)
    lines = job_lines(resources.store(), job_id)
    return b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE, default=float) for line in lines)


def _answers(job_id: str, taker: str | None, file_format: FileFormat) -> bytes:
    _taken(job_id, taker)
    sink = io.BytesIO()
    export_answers(resources.store(), job_id, file_format, sink)
    return sink.getvalue()


def _taken(job_id: str, taker: str | None) -> None:
    """Each line names its candidate: whoever takes the file does not rate these answers blind any more."""
    found = resources.store().job_results(job_id, states=("done",))
    names_taken(with_copies(answer for _, answer in found if answer is not None), taker)
