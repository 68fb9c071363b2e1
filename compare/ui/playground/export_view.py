"""The run on screen as a file: Markdown, JSON or a page; offered only to who may know the names, since all tell them.

A file is made when it is asked for, not whenever the page is drawn; whether it may be made is asked once more then.
"""

from __future__ import annotations

from functools import partial

import streamlit as st

from compare.engine.run import Run
from compare.errors import CompareError
from compare.report.comparison.export import FORMS, Form, export
from compare.report.comparison.file_name import file_name
from compare.ui import resources, state, who

_LABELS: dict[Form, str] = {"markdown": "Markdown", "json": "JSON", "html": "Page (HTML)"}


@st.dialog("Export", icon=":material/download:")
def export_dialog(run: Run) -> None:
    """The three downloads; to be shown only where the candidates may be known."""
    who.still("owner")
    st.caption("All answers in all versions, with figures, settings, what was cut, and votes.")
    for form, label in _LABELS.items():
        st.download_button(
            label,
            data=partial(_written, run.id, state.rater_id(), form),
            file_name=file_name(run.title, run.id, FORMS[form].ending),
            mime=FORMS[form].mime,
            key=f"export_{form}",
            on_click="ignore",
            icon=":material/download:",
            width="stretch",
        )


def _written(run_id: str, rater_id: str, form: Form) -> bytes:
    """The file's bytes; called by the server when the button is pressed, outside of any page.

    Raises:
        CompareError: the run is gone, or its names are hidden from this rater.
    """
    view = resources.views().find(run_id, rater_id)
    if view is None or not view.revealed:
        raise CompareError("Vote first: a file names the candidates and their figures.")
    return export(resources.store(), resources.catalog(), run_id, form)
