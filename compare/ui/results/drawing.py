"""What every section of the page has in hand, and the one way in which it shows a figure: when it is there.

A figure is asked for, waited for briefly, and otherwise left a place of its own height; a small fragment at the foot
of the page looks whether it is done.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from compare.report.results.figures import Clusters
from compare.report.results.filters import Chosen, Known
from compare.report.results.work import WORK, votes_key
from compare.store.store import Store
from compare.ui.plain import plain
from compare.ui.results import charts, place
from compare.ui.results.place import Behind

PATIENCE_S = 1.0
"""For all figures of a page together: what takes longer is drawn later."""
_LOOK_AGAIN_S = 0.5
_FORMAT = "results_picture"


@dataclass(slots=True)
class Drawing:
    """One drawing of the page."""

    store: Store
    chosen: Chosen
    known: Known
    clusters: Clusters
    names: Mapping[str, str]
    """What the page calls candidates."""
    until: float = field(default_factory=lambda: time.monotonic() + PATIENCE_S)
    pending: list[Future[Any]] = field(default_factory=list)

    def ask(self, part: str, make: Callable[[], Any], *more: Hashable) -> Any | None:
        """A figure of these votes; None while it is being made.

        Args:
            part: its name.
            make: a function that needs nothing of Streamlit.
            more: what else the figure depends on.
        """
        return self._ask((votes_key(self.chosen), part, *more), make)

    def ask_of_answers(self, part: str, make: Callable[[], Any]) -> Any | None:
        """The same for what is made from all stored answers, whichever votes are looked at."""
        return self._ask((self.chosen.table.reader, self.store.answers_version(), part), make)

    def _ask(self, key: Hashable, make: Callable[[], Any]) -> Any | None:
        future = WORK.ask(key, make)
        try:
            return future.result(timeout=max(0.0, self.until - time.monotonic()))
        except TimeoutError:
            self.pending.append(future)
            return None

    def name(self, candidate: str) -> str:
        """What the page calls a candidate."""
        return self.names.get(candidate, candidate)


def working(height_px: int = 120) -> None:
    """The place of a figure that is being made."""
    with st.container(height=height_px, border=False):
        st.caption("Working this out from all votes ...")


def look_again(drawing: Drawing) -> None:
    """Draw the page once more when what is pending is there."""
    pending = list(drawing.pending)
    if not pending:
        return

    @st.fragment(run_every=_LOOK_AGAIN_S)
    def watch() -> None:
        if all(future.done() for future in pending):
            st.rerun()

    watch()


def chart(figure: Any, key: str, title: str, table: Sequence[Mapping[str, Any]], said: str = "") -> None:
    """A chart whose points open the votes behind them, with its figures and itself to take along.

    Args:
        figure: of plotly.
        key: its name, also of the files.
        title: for those who do not see it.
        table: its figures.
        said: what stands below it.
    """

    def clicked() -> None:
        chosen = charts.points(st.session_state.get(key))
        # A second click on a point takes its selection back: it asks for the same once more.
        spot = chosen[0] if chosen else st.session_state.get(f"{key}_last")
        if spot:
            st.session_state[f"{key}_last"] = spot
            place.open_votes(Behind(*spot))

    picture = st.session_state.get(_FORMAT, "png")
    st.plotly_chart(
        figure,
        key=key,
        on_select=clicked,
        selection_mode="points",
        alt=title,
        config={
            "displaylogo": False,
            "modeBarButtons": [["toImage"]],
            "toImageButtonOptions": {"format": picture, "filename": f"weighbridge-{key}", "scale": 2},
            "scrollZoom": False,
            "doubleClick": False,
        },
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        csv_button(table, key)
        if said:
            st.caption(said, width="content")


def csv_button(table: Sequence[Mapping[str, Any]], key: str) -> None:
    """The figures of a chart or table as a file."""
    import pandas as pd

    body = pd.DataFrame(list(table)).to_csv(index=False)
    st.download_button(
        "CSV", body, f"weighbridge-{key}.csv", "text/csv", key=f"{key}_csv", type="tertiary",
        icon=":material/download:",
    )  # fmt: skip


def open_button(label: str, figure: Behind, key: str) -> None:
    """A button that opens the votes behind a figure."""
    st.button(label, key=key, type="tertiary", icon=":material/how_to_vote:", on_click=place.open_votes, args=(figure,))


def told(sentence: str) -> None:
    """A sentence with names in it."""
    st.markdown(plain(sentence))


def picture_format() -> None:
    """In which format the charts' own camera buttons save them."""
    st.segmented_control("Charts as", ["png", "svg"], format_func=str.upper, required=True, key=_FORMAT)
