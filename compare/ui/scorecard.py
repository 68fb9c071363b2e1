"""The Scorecard page's parts: the criteria, and who keeps them, in the sentences that the command line says."""

from __future__ import annotations

import os
from itertools import groupby
from pathlib import Path

import orjson
import streamlit as st

from compare.errors import CompareError, ConfigError
from compare.report.criteria import Criteria, Result, Scorecard, junit, load, scorecard
from compare.report.criteria.example import EXAMPLE
from compare.report.measured import job_table
from compare.report.words import counted
from compare.settings import criteria_path
from compare.store.measurements import MeasuredJob
from compare.ui import resources
from compare.ui.measured import show_measured
from compare.ui.plain import plain

_ICONS = {
    "pass": ":green[:material/check_circle:]",
    "fail": ":red[:material/cancel:]",
    "not measured": ":gray[:material/help:]",
}
_WORDS = {"pass": "passes", "fail": "fails", "not measured": "not measured"}
_NO_CANDIDATE = "no candidate"


def choose_criteria() -> Criteria | None:
    """The criteria of the data folder, with a field to change them; None while there are none that can be read."""
    path = criteria_path()
    stored = _stored(path)
    if stored is None:
        st.info(
            "No criteria yet. This is an example: change it to what your candidates must reach, then save it.",
            icon=":material/info:",
        )
    criteria, problem = _read(stored)
    if problem:
        st.error(_lines(problem), icon=":material/error:")
    with st.expander("Criteria", expanded=criteria is None):
        _editor(path, EXAMPLE if stored is None else stored)
    return criteria


def _stored(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError(f"{path} cannot be read as UTF-8 text ({exc}). Mend it there and reload the page.") from exc


def _read(text: str | None) -> tuple[Criteria | None, str]:
    try:
        return (None, "") if text is None else (load(text), "")
    except ConfigError as exc:
        return None, str(exc)


def _lines(problem: str) -> str:
    """A problem's lines as Markdown, with nothing made of the words in them."""
    first, *rest = problem.split("\n")
    return "\n".join([plain(first), "", *(f"- {plain(line.removeprefix('- '))}" for line in rest)])


def _editor(path: Path, text: str) -> None:
    written = st.text_area(
        "One [[criterion]] each: name, metric, limit, and where it holds", text, height=420, key="criteria_text"
    )
    if not st.button("Save and check", key="criteria_save", type="primary"):
        return
    _, problem = _read(written)
    if problem:
        st.error(_lines(problem), icon=":material/error:")
        return
    _save(path, written)
    st.rerun()


def _save(path: Path, text: str) -> None:
    beside = path.with_suffix(".toml.new")
    try:
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    except OSError as exc:
        raise CompareError(f"{path} cannot be written ({exc.strerror}). The criteria were not saved.") from exc


# --- who keeps them --------------------------------------------------------------------------------------------------


def show(criteria: Criteria) -> None:
    """The scorecard: the whole in a sentence, a table of verdicts, a sentence for each, and files for a CI system."""
    store = resources.store()
    job_id = _choose_job(store.measured_jobs())
    found = scorecard(store, criteria, job_id)
    if found.title:
        st.subheader(plain(found.title), anchor=False)
    st.markdown(f"**{plain(found.sentence)}**")
    if found.unfinished:
        st.warning(plain(found.unfinished), icon=":material/warning:")
    _table(found)
    for name, results in groupby(found.results, key=lambda result: result.criterion.name):
        st.markdown(f"**{plain(name)}**")
        # Two spaces before its end keep each on a line of its own.
        st.markdown("  \n".join(f"{_ICONS[one.verdict]} {plain(one.sentence)}" for one in results))
    _downloads(found)
    # A switch, not an expander: what is folded away would be computed all the same.
    if st.toggle("Show what was measured", key="scorecard_measured"):
        show_measured(job_table(store, job_id))
    st.caption(
        "What has not been measured does not pass. Times leave out failed answers and those timed while this machine "
        "was held up; votes are blind ones. On the command line: weighbridge scorecard"
        + (f" \\-\\-job {plain(job_id)}" if job_id else "")
    )


def _choose_job(jobs: list[MeasuredJob]) -> str | None:
    if not jobs:
        return None
    by_id = {job.job_id: job for job in jobs}

    def name(job_id: str) -> str:
        return _job_name(by_id[job_id]) if job_id else "everything asked here"

    chosen: str = st.selectbox("Answers of", ["", *by_id], format_func=name, key="scorecard_job")
    return chosen or None


def _job_name(job: MeasuredJob) -> str:
    when = job.created_at[:16].replace("T", " ")
    return f"job of {when} UTC, {counted(job.n_answers, 'answer')}, {job.state} ({job.job_id[:8]})"


def _table(found: Scorecard) -> None:
    import pandas as pd

    names = list(dict.fromkeys(result.candidate or _NO_CANDIDATE for result in found.results))
    criteria = list(dict.fromkeys(result.criterion.name for result in found.results))
    if len(names) * len(criteria) < 2:
        return
    cells = {(result.criterion.name, result.candidate or _NO_CANDIDATE): result for result in found.results}
    rows = [
        {"Criterion": name, **{each: _word(cells.get((name, each))) for each in names}}
        for name in criteria
    ]  # fmt: skip
    # As wide as a phone leaves room for a verdict beside it.
    columns = {"Criterion": st.column_config.TextColumn(width=220)}
    st.dataframe(pd.DataFrame(rows), hide_index=True, placeholder="\u2013", column_config=columns)


def _word(result: Result | None) -> str | None:
    return None if result is None else _WORDS[result.verdict]


def _downloads(found: Scorecard) -> None:
    with st.container(horizontal=True):
        st.download_button("JUnit for CI", junit(found), "scorecard.xml", "application/xml", key="scorecard_junit")
        body = orjson.dumps(found.to_json(), option=orjson.OPT_INDENT_2)
        st.download_button("JSON", body, "scorecard.json", "application/json", key="scorecard_json")
