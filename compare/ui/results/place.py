"""What the Results page shows, as it stands in its address: a view can be sent, and a reload shows the same.

    ?kind=blind-fixed&length=9%2B&rater=Ann,Bob&since=2026-11-01        filters
    ?of=sim-lite&against=sim-large&within=9%2B                          the votes behind a figure, opened

Within a session the session is right and the address follows it, as on other pages (compare/ui/address.py): a click
may be sent with the address of a moment ago.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import cast, get_args

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from compare.report.results.filters import Filters, Rated, bucket_named
from compare.report.votes import KINDS, VoteKind

_KEPT, _WRITTEN, _FOLLOWED = "results_place", "results_written", "results_followed"
_WORDS = ("criterion", "tag", "workload", "role", "model", "policy", "preparation", "study", "source")
_BEHIND = ("of", "against", "within", "page")
_SEEN = ("by", "cheap", "reference")
KEYS = ("kind", "length", "turn_no", "rater", "since", "until", "rated", *_WORDS, *_SEEN, *_BEHIND)


@dataclass(frozen=True, slots=True)
class Behind:
    """A figure whose votes are looked at."""

    of: str
    """A candidate, as votes call it; empty for all."""
    against: str = ""
    """The other one; empty for any."""
    within: str = ""
    """A range of thread lengths; empty for all that the filters let through."""
    page: int = 1

    @property
    def params(self) -> dict[str, str]:
        """For the address."""
        said = {
            "of": self.of,
            "against": self.against,
            "within": self.within,
            "page": str(self.page) if self.page > 1 else "",
        }
        return {key: value for key, value in said.items() if value or key == "of"}


def follow() -> None:
    """Take over what the address asks for, where that is news; before the page draws anything."""
    now = {key: st.query_params[key] for key in KEYS if key in st.query_params}
    kept: dict[str, str] | None = st.session_state.get(_KEPT)
    written: list[dict[str, str]] = st.session_state.setdefault(_WRITTEN, [])
    context = get_script_run_ctx(suppress_warning=True)
    by_history = bool(context and context.is_history_navigation)
    is_news = bool(now) and now not in written and now != st.session_state.get(_FOLLOWED)
    if kept is None or by_history or is_news:
        st.session_state[_KEPT], st.session_state[_FOLLOWED] = now, now
    elif now != kept:
        _write(kept)


def said(key: str) -> str:
    """One parameter; empty where it is not said."""
    return str(_kept().get(key, ""))


def say(**changes: str | None) -> None:
    """Change parameters; None and empty take them out."""
    kept = {key: value for key, value in {**_kept(), **changes}.items() if value}
    st.session_state[_KEPT] = kept
    _write(kept)


def filters() -> Filters:
    """The filters that the address asks for; what cannot be read is not asked for."""
    return read(_kept())


def read(params: Mapping[str, str]) -> Filters:
    """Filters from the parameters of an address."""
    words = {name: params[name] for name in _WORDS if params.get(name)}
    rated, turn = params.get("rated", ""), params.get("turn_no", "")
    found = Filters(
        kind=kind_named(params.get("kind", "")),
        raters=tuple(name.strip() for name in params.get("rater", "").split(",") if name.strip()),
        since=_day(params.get("since", "")),
        until=_day(params.get("until", "")),
        rated=cast(Rated, rated) if rated in get_args(Rated) else "candidate",
        turn=int(turn) if turn.isdecimal() and len(turn) < 5 else None,
        **words,
    )
    length = params.get("length", "")
    return replace(found, length=length) if bucket_named(length) else found


def behind() -> Behind | None:
    """The figure whose votes are open, or None."""
    kept = _kept()
    if "of" not in kept:
        return None
    page = kept.get("page", "")
    return Behind(
        kept["of"].removeprefix("*"),
        kept.get("against", ""),
        kept.get("within", ""),
        int(page) if page.isdecimal() and len(page) < 7 else 1,
    )


def open_votes(figure: Behind) -> None:
    """Show the votes behind a figure; "*" stands for all of them in the address."""
    say(**{**dict.fromkeys(_BEHIND), **figure.params, "of": figure.of or "*"})


def close_votes() -> None:
    """Back to the figures."""
    say(**dict.fromkeys(_BEHIND))


def kind_named(name: str) -> VoteKind | None:
    """The kind of votes that an address calls so: "blind-fixed", "open-own"."""
    return next((kind for kind in KINDS if kind_key(kind) == name), None)


def kind_key(kind: VoteKind) -> str:
    """What addresses call a kind."""
    return f"{'blind' if kind.blind else 'open'}-{kind.history}"


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat() if text else None
    except ValueError:
        return None


def _kept() -> dict[str, str]:
    kept: dict[str, str] = st.session_state.get(_KEPT) or {}
    return kept


def _write(kept: dict[str, str]) -> None:
    # First of all: a click may end this drawing of the page in the moment in which the address is sent.
    written: list[dict[str, str]] = st.session_state.setdefault(_WRITTEN, [])
    if kept not in written:
        written.append(dict(kept))
    st.session_state.pop(_FOLLOWED, None)
    others = {key: st.query_params.get_all(key) for key in st.query_params if key not in KEYS}
    st.query_params.from_dict({**others, **kept})
