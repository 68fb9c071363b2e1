"""What a job's answers measured: percentiles with n and interval, throughput, tokens, cost, errors and cuts."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

import orjson
import streamlit as st

from compare.jobs.answer_lines import job_lines
from compare.ratings.percentiles import Percentile
from compare.render.numbers import dollars, seconds
from compare.report.measured.export import export_answers, export_table
from compare.report.measured.figures import Share
from compare.report.measured.files import FileFormat
from compare.report.measured.table import TableRow, job_table
from compare.ui import resources

_UNKNOWN = "\u2013"
_WAYS = {"candidate": "By candidate", "finer": "By thread length and workload"}


def results_view(job_id: str) -> None:
    """The table of results, and everything as files."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Results", anchor=False, width="content")
        st.space("stretch")
        _downloads(job_id)
    table = job_table(resources.store(), job_id)
    way = "candidate"
    if len(table.rows) > 2 * len(table.overall):
        way = st.segmented_control(
            "Rows", list(_WAYS), format_func=_WAYS.__getitem__, default="candidate", required=True,
            key="jobs_results_way", label_visibility="collapsed",
        )  # fmt: skip
    rows = table.overall if way == "candidate" else [row for row in table.rows if row.bucket is not None]
    if not rows:
        st.caption("Every answer of this job was used again from the cache, so nothing was measured now.")
        return
    import pandas as pd

    shown = pd.DataFrame([_row(row, finer=way == "finer") for row in rows])
    st.dataframe(shown, hide_index=True, height="content", key="jobs_results", placeholder=_UNKNOWN)
    disturbed = sum(row.figures.n_disturbed for row in table.overall)
    st.caption(
        "Times are those of finished answers, in brackets their 95 % interval once there are enough; shares with "
        "Wilson's. Answers from the cache measured nothing and are not in it."
        + (f" {disturbed:,} answers whose times this machine disturbed are left out of the times." if disturbed else "")
    )


def _row(row: TableRow, *, finer: bool) -> dict[str, Any]:
    found = row.figures
    place = {"Messages": row.bucket.label, "Workload": row.workload} if finer and row.bucket is not None else {}
    first, total = found.times["ttft"], found.times["total"]
    tokens = found.tokens_out
    n_out = tokens.n_reported or tokens.n_counted
    out = (tokens.reported if tokens.n_reported else tokens.counted) / n_out if n_out else None
    return {
        "Candidate": row.label,
        **place,
        "n": found.n,
        "First token p50": _time(first.p50),
        "p95": _time(first.p95),
        "p99": _time(first.p99),
        "Complete p50": _time(total.p50),
        "Complete p95": _time(total.p95),
        "Complete p99": _time(total.p99),
        "Answers a minute": _round(found.throughput.answers_per_minute),
        "Tokens a second": _round(found.throughput.tokens_per_s),
        "Output tokens each": None if out is None else round(out),
        "Cost": None if found.cost.total is None else dollars(found.cost.total),
        "Errors": _share(found.errors),
        "Cut": _share(found.cuts),
    }


def _time(one: Percentile) -> str | None:
    if one.value is None:
        return None
    if one.ci_low is None or one.ci_high is None:
        return seconds(one.value)
    return f"{seconds(one.value)} ({seconds(one.ci_low)} to {seconds(one.ci_high)})"


def _share(one: Share) -> str | None:
    return None if one.value is None else f"{one.value:.1%} ({one.low:.0%} to {one.high:.0%})"


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _downloads(job_id: str) -> None:
    with st.popover("Download", icon=":material/download:", key="jobs_files"):
        name = f"job-{job_id[:8]}"
        _file("Answers, as `run` writes them (JSON lines)", partial(_lines, job_id), f"{name}.jsonl")
        _file("Answers as CSV", partial(_answers, job_id, "csv"), f"{name}.csv")
        _file("Answers as Parquet", partial(_answers, job_id, "parquet"), f"{name}.parquet")
        _file("Results as CSV", partial(_results, job_id), f"{name}-results.csv")


def _file(label: str, made: Any, file_name: str) -> None:
    """A button whose file is made when it is pressed."""
    st.download_button(label, made, file_name=file_name, key=f"jobs_file_{file_name}", on_click="ignore")


def _lines(job_id: str) -> bytes:
    lines = job_lines(resources.store(), job_id)
    return b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE, default=float) for line in lines)


def _answers(job_id: str, file_format: FileFormat) -> bytes:
    sink = io.BytesIO()
    export_answers(resources.store(), job_id, file_format, sink)
    return sink.getvalue()


def _results(job_id: str) -> bytes:
    sink = io.BytesIO()
    export_table(job_table(resources.store(), job_id), "csv", sink)
    return sink.getvalue()
