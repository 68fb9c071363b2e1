"""The decision: a sentence, and for every range of thread lengths the weights now and then, with why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import streamlit as st

from compare.report.decision import called, headline, sentences, shown
from compare.report.weights import Weighing
from compare.report.words import counted
from compare.routing.aim import Aim
from compare.routing.weights import RULE, Proposal, Proposals
from compare.ui.plain import plain
from compare.ui.weights.words import UNKNOWN, money, percent


def show_headline(proposals: Proposals, found: Weighing) -> None:
    """The decision in a sentence, and which votes do not count."""
    among = shown(proposals)
    st.markdown(f"#### {plain(headline(among))}")
    if found.left_out_sentence:
        st.caption(found.left_out_sentence)
    if all(proposal.weights is None for proposal in among):
        st.info(
            "Not enough votes for weights yet, and Weighbridge invents none. The sentences below say what is missing.",
            icon=":material/info:",
        )


def show_reasons(proposals: Proposals, found: Weighing, aim: Aim) -> None:
    """One block for each range of lengths, and one for the default route where something comes to it."""
    among = shown(proposals)
    for proposal, told in zip(among, sentences(among), strict=True):
        with st.container(border=True):
            _block(proposal, told, aim, among)
    for problem in proposals.problems:
        st.caption(plain(problem))
    st.caption(f"{found.tally.sentence}. {RULE}")


def _block(proposal: Proposal, told: str, aim: Aim, among: Sequence[Proposal]) -> None:
    import pandas as pd

    rule = f"`{proposal.match}`" if proposal.match else "default route, by the votes of all lengths"
    name = called(proposal, among)
    st.markdown(f"**{name[:1].upper()}{name[1:]}** &nbsp; {rule}")
    # Without weights of its own a range has no route: what a column "Proposed" would hold is nowhere in the file.
    has_route = proposal.weights is not None or all(each.weights is None for each in among)
    until = "" if has_route else " Until then these threads take the default route, the last block here."
    st.markdown(plain(told + until))
    if proposal.found is None:
        return
    by = f" by {counted(proposal.n_raters, 'rater')}" if proposal.n_raters else ""
    on = f" on {counted(proposal.n_threads, 'thread')}" if proposal.n_threads else ""
    bad = f", and {proposal.n_both_bad:,} that found all bad" if proposal.n_both_bad else ""
    out = ", ".join(f"{name} ({n})" for name, n in proposal.left_out.items())
    left = f" Left out for too few votes or threads: {out}." if out else ""
    st.dataframe(
        pd.DataFrame(_rows(proposal)).drop(columns=[] if has_route else ["now", "proposed"]),
        hide_index=True,
        column_config=_columns(aim),
        placeholder=UNKNOWN,
    )
    st.caption(plain(f"{counted(proposal.n_votes, 'vote')}{by}{on}{bad}.{left}"))


def _rows(proposal: Proposal) -> list[dict[str, Any]]:
    found = proposal.found
    assert found is not None
    place = {name: i for i, name in enumerate(found.bucket.models)}
    # Without a vote of its own, a bucket's shares and optimum are borrowed from other lengths.
    own = found.has_votes
    rows = []
    for each in proposal.evidence:
        i = place[each.candidate]
        rows.append(
            {
                "candidate": each.candidate,
                "now": float(found.current[i]),
                "proposed": float(found.proposed[i]),
                "optimal": None if found.optimal is None or not own else float(found.optimal[i]),
                "sure": None if found.averaged is None or not own else float(found.averaged[i]),
                "share": f"{each.win_share:.0%} ({each.win_share_low:.0%} to {each.win_share_high:.0%})"
                if own
                else None,
                "cost": _cost(found.bucket.cost_usd, i),
                "slow": _percent(found.bucket.slow_share, i),
                "errors": _percent(found.bucket.error_share, i),
                "votes": each.n_votes,
            }
        )
    return rows


def _known(values: Any, i: int) -> float | None:
    return None if values is None or math.isnan(values[i]) else float(values[i])


def _percent(values: Any, i: int) -> str | None:
    known = _known(values, i)
    return None if known is None else percent(known)


def _cost(values: Any, i: int) -> str | None:
    known = _known(values, i)
    return None if known is None else money(known)


def _columns(aim: Aim) -> dict[str, Any]:
    number = st.column_config.NumberColumn
    return {
        "candidate": "Candidate",
        "now": number("Now", format="%.2f", width="small"),
        "proposed": st.column_config.ProgressColumn("Proposed", min_value=0.0, max_value=1.0, format="%.2f"),
        "optimal": number(
            "Best", format="%.2f", width="small", help="The best weights that the limits allow, if the votes were sure."
        ),
        "sure": number(
            "How sure",
            format="%.2f",
            width="small",
            help="The best weights averaged over what the votes leave open: near to Best where they are sure.",
        ),
        "share": st.column_config.TextColumn(
            "Win share (95 %)", help="How often its answer would be preferred to one of a candidate drawn at random."
        ),
        "cost": "Cost a request",
        "slow": st.column_config.TextColumn(f"Slower than {aim.slow_ms / 1000:g} s", width="small"),
        "errors": st.column_config.TextColumn("Errors", width="small"),
        "votes": number("Votes", width="small"),
    }
