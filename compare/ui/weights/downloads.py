"""The files to take along; taking one along enters it into the history."""

from __future__ import annotations

import json

import streamlit as st

from compare.errors import ConfigError
from compare.report.decision import headline, shown
from compare.report.targets import archive, exported, losses_of, target_name, targets
from compare.report.weights import Weighing
from compare.routing.aim import Aim
from compare.routing.config import load
from compare.routing.known_models import simulated_note
from compare.routing.weights import Proposals
from compare.ui import resources, who
from compare.ui.plain import plain
from compare.ui.weights.kept import Basis

_MADE = "weights_made"


def file_text(basis: Basis, found: Weighing, aim: Aim, named: Proposals) -> str | None:
    """The routing.yaml of proposals by the votes' names.

    The same choices give the same file within a session, with the time of its first making.
    """
    made: dict[tuple[Basis, str], str | None] = st.session_state.setdefault(_MADE, {})
    key = (basis, json.dumps(aim.to_json()))
    if key not in made:
        made[key] = found.file(aim, named)
    return made[key]


def show_downloads(basis: Basis, found: Weighing, aim: Aim, proposals: Proposals, text: str | None) -> None:
    """The routing.yaml, to read and to take along, and the same for each gateway."""
    if text is None:
        return
    st.subheader("routing.yaml", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.download_button(
            "Download routing.yaml",
            text,
            "routing.yaml",
            "application/yaml",
            icon=":material/download:",
            type="primary",
            on_click=_keep,
            args=(basis, found, aim, proposals, text, "yaml"),
        )
        _for_a_gateway(basis, found, aim, proposals, text)
    with st.expander("The file"):
        st.code(text, language="yaml")


def _for_a_gateway(basis: Basis, found: Weighing, aim: Aim, proposals: Proposals, text: str) -> None:
    target = st.selectbox(
        "For a gateway",
        targets(),
        index=None,
        format_func=target_name,
        placeholder="For a gateway ...",
        label_visibility="collapsed",
        key="weights_target",
        width=220,
    )
    if target is None:
        return
    try:
        sets = exported(text, target, found.catalog)
    except ConfigError as exc:
        st.warning("  \n".join(plain(line) for line in str(exc).splitlines()), icon=":material/warning:")
        return
    st.download_button(
        f"Download for {target_name(target)}",
        archive(sets, text),
        f"routing-{target}.zip",
        "application/zip",
        icon=":material/download:",
        on_click=_keep,
        args=(basis, found, aim, proposals, text, target),
        help=", ".join(sets[-1].files),
    )
    if note := simulated_note(load(text), found.catalog.models):
        st.caption(plain(note))
    for loss in losses_of(sets):
        st.caption(plain(f"{loss.field}: {loss.reason}"))


def _keep(basis: Basis, found: Weighing, aim: Aim, proposals: Proposals, text: str, target: str) -> None:
    person = who.person()
    provenance = load(text).provenance
    resources.store().keep_export(
        text,
        target=target,
        evidence_sha256=str(provenance.get("votes_sha256", "")),
        n_votes=found.tally.n_votes,
        votes_kind=basis.kind.name,
        aim_json=json.dumps(aim.to_json()),
        summary=headline(shown(proposals)),
        made_by="" if person is None else person.name,
        parent_text=basis.current_text,
    )
