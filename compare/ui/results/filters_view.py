"""The choice of votes: kind and thread length in sight, everything finer folded away, what is set always said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import streamlit as st

from compare.report.results.filters import SOURCES, Chosen, Filters, Known
from compare.report.votes import VoteKind
from compare.report.words import counted
from compare.ui import state
from compare.ui.plain import plain
from compare.ui.results import place

_ALL = "all"
LENGTHS = ("1-8", "9+")
RATED = {
    "candidate": "candidates",
    "model": "models",
    "policy": "context policies",
    "preparation": "input preparations",
}
_NAMES = {
    "criterion": "Criterion",
    "tag": "Tag of the thread",
    "workload": "Workload",
    "role": "Role of the rater",
    "model": "Model of both candidates",
    "policy": "Context policy of both candidates",
    "preparation": "Input preparation of both candidates",
    "study": "Study",
    "source": "Where votes were given",
}


def show_filters(chosen: Chosen, known: Known) -> None:
    """The controls over the figures."""
    _kind(chosen)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _length(chosen.filters)
        with st.popover("Filters", icon=":material/filter_alt:", width="content"):
            _finer(chosen, known)
        if is_narrowed(chosen.filters):
            st.button("Clear filters", key="results_clear", type="tertiary", on_click=_clear)
    told = in_words(chosen.filters, known)
    left_out = sum(n for criterion, n in chosen.criteria.items() if criterion != chosen.filters.criterion)
    lines = [f"Only {'; '.join(told)}." if told else ""]
    if left_out:
        lines.append(f"Judged by {chosen.filters.criterion}; {counted(left_out, 'vote')} by other criteria kept apart.")
    if any(lines):
        st.caption(plain(" ".join(line for line in lines if line)))


def in_words(filters: Filters, known: Known) -> list[str]:
    """What is asked for beyond kind and criterion, part by part."""
    source = SOURCES.get(filters.source or "", filters.source)
    said = {
        f"threads of {filters.length} messages": filters.length,
        f"turn {filters.turn}": filters.turn,
        f"threads tagged {filters.tag}": filters.tag,
        f"{filters.workload} threads": filters.workload,
        f"votes of {', '.join(filters.raters)}": filters.raters,
        f"raters with the role {filters.role}": filters.role,
        f"candidates with the model {filters.model}": filters.model,
        f"candidates with the context policy {filters.policy}": filters.policy,
        f"candidates with the input preparation {filters.preparation}": filters.preparation,
        f"since {filters.since}": filters.since,
        f"until {filters.until}": filters.until,
        f"the study {known.studies.get(filters.study or '', filters.study)}": filters.study,
        f"votes from {source}": source,
        f"{RATED[filters.rated]} compared, whatever else candidates differ in": filters.rated != "candidate",
    }
    return [words for words, asked in said.items() if asked]


def is_narrowed(filters: Filters) -> bool:
    """True where anything beyond kind and criterion is asked for."""
    return filters != Filters(kind=filters.kind, criterion=filters.criterion)


def _kind(chosen: Chosen) -> None:
    kind = chosen.filters.kind
    assert kind is not None, "choose fills it in"
    kinds = {**dict.fromkeys([kind], 0), **chosen.kinds}
    if len(kinds) == 1:
        st.caption(f"{counted(kinds[kind], 'vote')}, all of one kind: {kind.name}.")
        return

    def called(key: str) -> str:
        named = place.kind_named(key)
        assert named is not None, "an option is a kind"
        return f"{_capital(named)} \u00b7 {counted(kinds.get(named, 0), 'vote')}"

    state.insist("results_kind", place.kind_key(kind))
    st.segmented_control(
        "Votes given under different conditions are kept apart",
        [place.kind_key(each) for each in sorted(kinds, key=lambda each: -kinds[each])],
        required=True,
        format_func=called,
        key="results_kind",
        on_change=_said("kind", "results_kind"),
    )


def _length(filters: Filters) -> None:
    lengths = [*LENGTHS] if filters.length in (None, *LENGTHS) else [*LENGTHS, str(filters.length)]
    state.insist("results_length", filters.length or _ALL)
    st.segmented_control(
        "Thread length in messages",
        [_ALL, *lengths],
        required=True,
        key="results_length",
        on_change=_said("length", "results_length"),
    )


def _finer(chosen: Chosen, known: Known) -> None:
    filters, options = chosen.filters, chosen.options
    _select("Compare", "rated", list(RATED), filters.rated, format_func=RATED.__getitem__, optional=False)
    if len(chosen.criteria) > 1 and filters.criterion is not None:
        _select(_NAMES["criterion"], "criterion", list(chosen.criteria), filters.criterion, optional=False)
    _raters(filters, options["raters"])
    for name in ("tag", "workload", "study", "source", "role", "model", "policy", "preparation"):
        value = getattr(filters, name)
        if len(options[name]) > 1 or value or (name in ("tag", "study") and options[name]):
            called = {"study": lambda i: known.studies.get(i, i), "source": lambda i: SOURCES.get(i, i)}.get(name, str)
            _select(_NAMES[name], name, options[name], value, format_func=called)
    state.insist("results_turn_no", filters.turn)
    st.number_input(
        "Turn of the user", 1, 9999, value=None, placeholder="Any", key="results_turn_no",
        on_change=_said("turn_no", "results_turn_no"),
    )  # fmt: skip
    _days(filters, options["day"])


def _select(
    label: str,
    name: str,
    options: Sequence[str],
    value: str | None,
    *,
    format_func: Callable[[str], str] = str,
    optional: bool = True,
) -> None:
    key = f"results_{name}"
    listed = [*options, value] if value and value not in options else [*options]
    state.insist(key, value)
    st.selectbox(
        label, listed, index=None if optional else 0, placeholder="Any", format_func=format_func, key=key,
        on_change=_said(name, key),
    )  # fmt: skip


def _raters(filters: Filters, options: Sequence[str]) -> None:
    state.insist("results_rater", list(filters.raters))
    st.multiselect(
        "Raters",
        list(dict.fromkeys([*options, *filters.raters])),
        placeholder="Any; a pattern such as expert_* is a group",
        accept_new_options=True,
        key="results_rater",
        on_change=_said("rater", "results_rater"),
    )


def _days(filters: Filters, days: Sequence[str]) -> None:
    if not days:
        return
    columns = st.columns(2)
    for column, name, value in zip(columns, ("since", "until"), (filters.since, filters.until), strict=True):
        key = f"results_{name}"
        state.insist(key, _date(value))
        column.date_input(name.capitalize(), value=None, key=key, format="YYYY-MM-DD", on_change=_said(name, key))


def _date(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None


def _said(name: str, key: str) -> Callable[[], None]:
    def changed() -> None:
        place.close_votes()
        place.say(**{name: _as_text(st.session_state.get(key))})

    return changed


def _as_text(value: Any) -> str | None:
    if isinstance(value, list):
        return ",".join(each.replace(",", " ").strip() for each in value)
    if value is None or value in (_ALL, "candidate"):
        return None
    return value.isoformat() if isinstance(value, date) else str(value)


def _clear() -> None:
    place.say(**{key: None for key in place.KEYS if key not in ("kind", "criterion")})


def _capital(kind: VoteKind) -> str:
    return f"{kind.name[:1].upper()}{kind.name[1:]}"
