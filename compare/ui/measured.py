"""What answers measured, as a table on a page, with files to take along."""

from __future__ import annotations

import io
from collections.abc import Mapping

import streamlit as st

from compare.report.measured import MeasuredTable
from compare.report.measured.export import export_table
from compare.report.measured.files import FILE_FORMATS, FileFormat
from compare.report.measured.words import HEADER, cells, left_out
from compare.ui.plain import plain

_FINER = "by thread length and workload"


def show_measured(table: MeasuredTable, names: Mapping[str, str] | None = None, *, key: str = "measured") -> None:
    """The table, what was left out of it, and the files.

    Args:
        table: of a job, or of everything.
        names: what pages call candidates, by the name that votes give them.
        key: tells two tables on one page apart.
    """
    import pandas as pd

    if not table.rows:
        st.caption("Nothing was measured: no answer was asked here. What comes from the cache measures nothing anew.")
        return
    called = names or {}
    finer = len(table.rows) > 2 * len(table.overall) and st.toggle(_FINER.capitalize(), key=f"{key}_finer")
    rows = table.rows if finer else table.overall
    frame = pd.DataFrame([cells(row) for row in rows], columns=[word.capitalize() for word in HEADER])
    frame["Candidate"] = [called.get(row.candidate, row.candidate) for row in rows]
    if not finer:
        frame = frame.drop(columns=["Length", "Workload"])
    st.dataframe(frame, hide_index=True)
    told = [
        f"{called.get(row.candidate, row.candidate)}: {said}."
        for row in table.overall
        if (said := left_out(row.figures))
    ]
    st.caption(
        "Cut: by the length limit or by us. Timed: finished answers whose times count, to the first token and to the "
        "complete answer, with 95 % intervals where there are enough. A minute and tokens/s: over the time in which "
        f"calls were under way. {plain(' '.join(told))}"
    )
    with st.container(horizontal=True):
        for file_format in FILE_FORMATS:
            st.download_button(
                {"jsonl": "JSON lines", "csv": "CSV", "parquet": "Parquet"}[file_format],
                _file(table, file_format),
                f"results.{file_format}",
                key=f"{key}_{file_format}",
            )


def _file(table: MeasuredTable, file_format: FileFormat) -> bytes:
    sink = io.BytesIO()
    export_table(table, file_format, sink)
    return sink.getvalue()
