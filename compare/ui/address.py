"""What stands in the address bar: a run, or the choice for the next one. Copied at any time, it opens the same again.

    ?run=ID                                                      a run, with all that is stored
    ?thread=ID&models=sim-lite,CANDIDATE_ID&blind=1&repeat=2     the set-up screen, filled in; each part may be missing
    ?thread=ID&turn=1                                            the same, to begin at that turn of the user
    ?view=library&threads=tag:refund|search:late&sort=title&page=2&thread=ID&message=14      the thread library

Within a session the session is right and the address follows it: a click can be sent with the address of a moment ago,
and must not bring back what that address said. Only an address that the session did not write itself is news: the first
one, one that a link on another page leads to, and one that the back or forward button brings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_KEYS = ("run", "thread", "models", "blind", "repeat", "turn", "view", "threads", "sort", "page", "message")
_WRITTEN, _FOLLOWED = "address_written", "address_followed"

Canonical = tuple[tuple[str, str], ...]
"""An address's share of ours, in one way of writing."""


@dataclass(frozen=True, slots=True)
class Address:
    """What an address asks for; None for what it does not say."""

    run: str | None = None
    thread: str | None = None
    models: tuple[str, ...] | None = None
    blind: bool | None = None
    repeat: int | None = None
    turn: int | None = None
    """The turn of the user at which a replay begins, from 1."""
    view: str | None = None
    """Which part of the Threads page; the page always says it, so that its addresses are never the playground's."""
    threads: str | None = None
    """Which threads: compare/threads/selection.py has the grammar."""
    sort: str | None = None
    page: int | None = None
    """From 1."""
    message: int | None = None
    """Number of the message at which the thread opens, from 1."""

    @classmethod
    def read(cls, params: Mapping[str, Sequence[str]]) -> Address:
        """From the parameters, each with all its values; what cannot be read is not asked for.

        An address that names models says all of a choice: it is open and asks once where it does not say otherwise.
        """
        run, thread = _last(params, "run"), _last(params, "thread")
        if run:
            return cls(run=run)
        named = [name.strip() for value in params.get("models", ()) for name in value.split(",")]
        models = tuple(dict.fromkeys(name for name in named if name)) if "models" in params else None
        blind, repeat = _last(params, "blind"), _last(params, "repeat")
        whole = models is not None
        return cls(
            thread=thread or None,
            models=models,
            blind=blind in ("1", "true") if blind or whole else None,
            repeat=_number(repeat, 3) or (1 if whole else None),
            turn=_number(_last(params, "turn"), 4),
            view=_last(params, "view") or None,
            threads=_last(params, "threads") or None,
            sort=_last(params, "sort") or None,
            page=_number(_last(params, "page"), 6),
            message=_number(_last(params, "message"), 6),
        )

    @property
    def params(self) -> dict[str, str]:
        """The parameters that say this; what goes without saying is left out."""
        said = {
            "run": self.run,
            "thread": self.thread,
            "models": None if self.models is None else ",".join(self.models),
            "blind": "1" if self.blind else None,
            "repeat": str(self.repeat) if (self.repeat or 1) > 1 else None,
            "turn": None if self.turn is None else str(self.turn),
            "view": self.view,
            "threads": self.threads,
            "sort": self.sort,
            "page": str(self.page) if (self.page or 1) > 1 else None,
            "message": None if self.message is None else str(self.message),
        }
        return {key: value for key, value in said.items() if value is not None}

    @property
    def canonical(self) -> Canonical:
        """For comparing."""
        return tuple(self.params.items())


def news() -> Address | None:
    """What the address asks for, where it is not merely what this session wrote into it; each time only once."""
    now = current()
    written: set[Canonical] = st.session_state.setdefault(_WRITTEN, set())
    if not _by_history() and (
        not now.params or now.canonical in written or now.canonical == st.session_state.get(_FOLLOWED)
    ):
        return None
    st.session_state[_FOLLOWED] = now.canonical
    return now


def current() -> Address:
    """The address as the browser sent it, with what was written since."""
    return Address.read({key: st.query_params.get_all(key) for key in _KEYS if key in st.query_params})


def write(address: Address) -> None:
    """Have the address say this, in one step of the browser's history; what is not ours in it stays."""
    # First of all: a click may end this drawing of the page in the moment in which the address is sent.
    st.session_state.setdefault(_WRITTEN, set()).add(address.canonical)
    if current().canonical != address.canonical:
        st.session_state.pop(_FOLLOWED, None)
        others = {key: st.query_params.get_all(key) for key in st.query_params if key not in _KEYS}
        st.query_params.from_dict({**others, **address.params})


def _by_history() -> bool:
    """True where the back or forward button brought the reader here: Streamlit says so to its own widgets only."""
    context = get_script_run_ctx(suppress_warning=True)
    return bool(context and context.is_history_navigation)


def _last(params: Mapping[str, Sequence[str]], key: str) -> str:
    values = params.get(key) or ("",)
    return values[-1].strip()


def _number(text: str, max_digits: int) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= max_digits else None
