"""What can be done with many threads at once: those that are ticked, else all that were found."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from compare.errors import CompareError
from compare.report.words import counted
from compare.threads.selection import Selection
from compare.ui import resources, state
from compare.ui.library.files import written
from compare.ui.library.selection import JOBS_PAGE, MAX_NAMED, jobs_query, place
from compare.ui.names_shown import viewer
from compare.ui.plain import plain

_WORKLOADS = ("interactive", "batch", "archive")


def bulk(found: Sequence[str], ticked: Sequence[str]) -> None:
    """A button, and behind it everything that can be done.

    Args:
        found: ids of all threads that were found.
        ticked: those among them that are ticked; none of them means all that were found.
    """
    meant = list(ticked) or list(found)
    with st.popover("Actions", icon=":material/checklist:", key="library_actions"):
        st.caption(
            f"For {'the' if ticked else 'all'} {counted(len(meant), 'thread')} {'ticked' if ticked else 'found'}."
        )
        _tags(meant)
        _workload(meant)
        st.page_link(
            JOBS_PAGE, label="Make a job of these threads", icon=":material/playlist_play:",
            query_params=jobs_query(meant_by(meant, ticked)),
        )  # fmt: skip
        st.download_button(
            "Export as OpenAI messages (JSON lines)", data=partial(written, tuple(meant), viewer()),
            file_name="threads.jsonl", mime="application/jsonl", key="library_export", on_click="ignore",
            icon=":material/download:", type="tertiary",
        )  # fmt: skip
        if place().selection.archived:
            st.button("Restore", key="library_restore", icon=":material/unarchive:", type="tertiary",
                      on_click=_archive, args=(meant, False))  # fmt: skip
        else:
            st.button("Archive", key="library_archive", icon=":material/archive:", type="tertiary",
                      on_click=_archive, args=(meant, True),
                      help="Out of the lists. Nothing is deleted: the filter Archived shows them.")  # fmt: skip


def meant_by(meant: Sequence[str], ticked: Sequence[str]) -> Selection:
    """The selection that stands for these threads in an address: named one by one while they are few."""
    if ticked and len(meant) <= MAX_NAMED:
        return Selection(ids=tuple(meant))
    return place().selection


def _tags(meant: Sequence[str]) -> None:
    known = list(resources.store().facets().tags)
    with st.form("library_tags", border=False):
        tags = st.multiselect(
            "Tags", known, key="bulk_tags", accept_new_options=True, placeholder="Choose or type tags", select_all=False
        )
        with st.container(horizontal=True):
            give = st.form_submit_button("Add", key="bulk_add")
            take = st.form_submit_button("Remove", key="bulk_remove")
    if not (give or take):
        return
    if not tags:
        st.caption("Choose or type a tag first.")
        return
    try:
        resources.store().tag_threads(meant, **{"add" if give else "remove": tags})
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
    else:
        state.leave_notice(f"{counted(len(meant), 'thread')}: {'tagged' if give else 'untagged'} {', '.join(tags)}.")
        st.rerun()


def _workload(meant: Sequence[str]) -> None:
    known = list(dict.fromkeys([*_WORKLOADS, *resources.store().facets().workloads]))
    with st.form("library_workload", border=False):
        workload = st.selectbox(
            "Workload",
            known,
            key="bulk_workload",
            index=None,
            accept_new_options=True,
            placeholder="Choose or type one",
        )
        pressed = st.form_submit_button("Set", key="bulk_set_workload")
    if not pressed:
        return
    try:
        resources.store().set_workload(meant, workload or "")
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
    else:
        state.leave_notice(f"{counted(len(meant), 'thread')} set to {workload}.")
        st.rerun()


def _archive(thread_ids: Sequence[str], archived: bool) -> None:
    resources.store().archive_threads(thread_ids, archived=archived)
    done = "archived; the filter Archived shows them" if archived else "restored"
    state.leave_notice(f"{counted(len(thread_ids), 'thread')} {done}.")
