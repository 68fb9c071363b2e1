"""Where the answers of a new study come from: a job, comparisons, recorded answers, or a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

import streamlit as st

from compare.errors import CompareError, ImportFormatError
from compare.jobs.create import KIND
from compare.jobs.overview import overview
from compare.review import studies
from compare.review.studies import Form, Items
from compare.review.study_file import read_items
from compare.store.study_values import Scope
from compare.ui import resources
from compare.ui.plain import plain
from compare.ui.playground.earlier import line
from compare.ui.threads import thread_label

_SOURCES = {"job": "A job", "comparisons": "Comparisons", "recorded": "Recorded answers", "file": "A file"}
_SCOPES: dict[Scope, str] = {"turn": "One turn", "thread": "Whole threads"}
_FORMS: dict[Form, str] = {"pairs": "Every two of them", "all": "All at once"}
_MOST = 200
_READ = "studies_items"


@dataclass(frozen=True, slots=True)
class Gathered:
    """Items for a new study."""

    key: str
    """Names the choice that they come from."""
    scope: Scope
    items: Items


def choose_source() -> Gathered | None:
    """The part of the form; None while nothing that gives items is chosen."""
    source = st.segmented_control(
        "Where the answers come from", list(_SOURCES), format_func=_SOURCES.__getitem__, default="job", required=True,
        key="studies_source",
    )  # fmt: skip
    with st.container(horizontal=True):
        scope: Scope = "turn"
        if source != "recorded":
            scope = st.segmented_control(
                "What is compared", list(_SCOPES), format_func=_SCOPES.__getitem__, default="turn", required=True,
                key="studies_scope", help="Whole threads: candidates that went on from histories of their own, read "
                "side by side, turn by turn.",
            )  # fmt: skip
        form: Form = "pairs"
        if source != "file":
            form = st.segmented_control(
                "Side by side", list(_FORMS), format_func=_FORMS.__getitem__, default="pairs", required=True,
                key="studies_form", help="Where a place has three answers or more: pairs to choose between, or all of "
                f"them to rank (at most {studies.MOST_SIDES}).",
            )  # fmt: skip
    choose = {"job": _job, "comparisons": _comparisons, "recorded": _recorded, "file": _file}[source]
    return choose(form, scope)


def _job(form: Form, scope: Scope) -> Gathered | None:
    store = resources.store()
    found = [overview(store, row.id) for row in store.jobs(KIND, _MOST)]
    jobs = {
        one.row.id: f"{one.title} ({one.progress.all().done:,} answers)" for one in found if one.progress.all().done
    }
    if not jobs:
        st.info("No job has answers yet. Make one on the Jobs page, or choose another source.", icon=":material/info:")
        return None
    job_id = st.selectbox(
        "Job", list(jobs), format_func=jobs.__getitem__, index=None, key="studies_job", placeholder="Choose a job",
        filter_mode="contains",
    )  # fmt: skip
    if job_id is None:
        return None
    beside = scope == "turn" and st.toggle(
        "With what production said", value=True, key="studies_with_recorded",
        help="Where a thread holds the recorded answer to the same message, it stands beside the candidates'.",
    )  # fmt: skip
    return _once(
        (job_id, form, scope, beside, jobs[job_id]), scope,
        lambda: studies.from_job(store, job_id, form=form, scope=scope, with_recorded=beside),
    )  # fmt: skip


def _comparisons(form: Form, scope: Scope) -> Gathered | None:
    store = resources.store()
    shown = {}
    for one in store.recent_comparisons(_MOST):
        comparison = store.comparison(one.id)
        assert comparison is not None
        shown[one.id] = f"{one.title} \u00b7 {line(one, comparison)}"
    if not shown:
        st.info("No comparisons yet. Run one in the Playground, or choose another source.", icon=":material/info:")
        return None
    chosen = st.multiselect(
        "Comparisons", list(shown), format_func=shown.__getitem__, key="studies_comparisons", filter_mode="contains",
        placeholder="Choose comparisons",
    )  # fmt: skip
    if not chosen:
        return None
    return _once(
        ("comparisons", *chosen, form, scope), scope,
        lambda: studies.from_comparisons(store, chosen, form=form, scope=scope),
    )  # fmt: skip


def _recorded(form: Form, scope: Scope) -> Gathered | None:
    store = resources.store()
    search = st.text_input("Search titles and texts", key="studies_threads_search")
    threads = {one.id: thread_label(one) for one in store.threads(limit=_MOST, search=search) if one.has_recorded}
    if not threads:
        st.info(
            "No thread found with a recorded answer. Import threads with answers, or choose another source.",
            icon=":material/info:",
        )
        return None
    chosen = st.multiselect(
        "Threads", list(threads), format_func=threads.__getitem__, key="studies_threads", filter_mode="contains",
        placeholder="Choose threads", help=f"The newest {_MOST} that match; search for others.",
    )  # fmt: skip
    if not chosen:
        return None
    return _once(("recorded", *chosen, form), scope, lambda: studies.from_recorded(store, chosen, form=form))


def _file(form: Form, scope: Scope) -> Gathered | None:
    del form  # a row of a file is an item as it stands
    file = st.file_uploader("Answers made elsewhere", type=["csv", "jsonl"], key="studies_file")
    if file is None:
        st.caption(
            "CSV: prompt (or messages) and a column response:NAME for each candidate, or model_a, model_b, response_a, "
            "response_b. JSON lines: messages and responses, or threads for whole threads. In both, where they apply: "
            "kind (rated, training, gold), expected and feedback."
        )
        return None
    raw, name = file.getvalue(), file.name
    st.caption("Its threads and answers are kept in the library as soon as it is read.")

    def read() -> Items:
        try:
            lines = io.StringIO(raw.decode("utf-8-sig"), newline="")
        except UnicodeDecodeError as exc:
            raise ImportFormatError(f"{name} is not UTF-8 (byte {exc.start}). Save it as UTF-8 and try again.") from exc
        return read_items(resources.store(), lines, source=name, scope=scope)

    return _once((sha256(raw).hexdigest(), name, scope), scope, read)


def _once(choice: tuple[object, ...], scope: Scope, gather: Callable[[], Items]) -> Gathered | None:
    """Items of a choice, gathered once, since every press draws the page again."""
    key = sha256(repr(choice).encode()).hexdigest()
    before = st.session_state.get(_READ)
    if isinstance(before, Gathered) and before.key == key:
        return before
    try:
        with st.spinner("Gathering answers"):
            found = Gathered(key, scope, gather())
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
        return None
    st.session_state[_READ] = found
    return found


def show_left_out(items: Items) -> None:
    """What could not become an item, with the reason."""
    if not items.left_out:
        return
    import pandas as pd

    with st.expander(f"{len(items.left_out):,} left out, with the reasons"):
        st.dataframe(
            pd.DataFrame([{"What": one.what, "Why": one.reason} for one in items.left_out]), hide_index=True,
            height=min(360, 38 + 35 * len(items.left_out)), key="studies_left_out",
        )  # fmt: skip
