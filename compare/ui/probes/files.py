"""Everything behind the page as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson
import streamlit as st

from compare.probes.curve import Curve
from compare.probes.results import Result
from compare.report.memory.export import as_csv, document


def downloads(job_id: str, found: Sequence[Result], curves: Mapping[str, Curve]) -> None:
    """Two buttons; a picture is saved from the picture itself."""
    name = f"probes-{job_id[:8]}"

    def as_json() -> bytes:
        told = document(job_id, found, curves, st.session_state.get("probes_reference"))
        return orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY)

    with st.container(horizontal=True):
        st.download_button("All as JSON", as_json, file_name=f"{name}.json", key="probes_json",
                           icon=":material/download:", on_click="ignore")  # fmt: skip
        st.download_button("Probes as CSV", lambda: as_csv(found), file_name=f"{name}.csv", key="probes_csv",
                           icon=":material/download:", on_click="ignore")  # fmt: skip
