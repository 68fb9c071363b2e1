"""What the pages remember: one accessor for each thing, nothing of value only here.

Text and votes live in the database. Session state holds ids and choices; the address (address.py) holds what must
survive a reload.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

from compare.errors import SignInError
from compare.settings import ROUTE_TOKEN_MAX_AGE_S, sign_route
from compare.ui import address, resources
from compare.ui.address import Address
from compare.ui.naming import take_name
from compare.ui.person import UNNAMED, person
from compare.ui.sign_in import sign_in

T = TypeVar("T")

DEFAULT_MODELS = ("sim-lite", "sim-flash", "sim-large")


def follow_address() -> None:
    """Take over what the address asks for, where that is news; to be called before a page draws anything."""
    asked = address.news()
    if asked is None:
        return
    st.session_state["run_id"] = asked.run
    if asked.thread is not None:
        st.session_state["thread_id"] = asked.thread
        st.session_state["start_turn"] = (asked.thread, asked.turn)
    if asked.models is not None:
        keep_models(asked.models)
        st.session_state["candidate_choice"] = st.session_state["models_asked_for"] = list(asked.models)
    if asked.blind is not None:
        st.session_state["blind"] = st.session_state["blind_choice"] = asked.blind
    if asked.repeat is not None:
        st.session_state["repeat"] = st.session_state["repeat_choice"] = asked.repeat


def follow_library_address() -> Address | None:
    """What the address asks of the thread library, where that is news; the run of the playground stays as it is."""
    return address.news()


def run_id() -> str | None:
    """The run on screen: from the address, else from this session (a click in the navigation drops the address).

    An address that asks for a thread or models asks for a new comparison.
    """
    follow_address()
    run: str | None = st.session_state.setdefault("run_id", None)
    if run:
        show_run(run)
    return run or None


def show_run(run: str | None) -> None:
    """Put a run on screen, or none: then the set-up screen says what stands in the address."""
    st.session_state["run_id"] = run
    if run is not None:
        address.write(Address(run=run))


def show_choice(thread: str | None, models: Sequence[str], *, blind: bool, repeat: int) -> None:
    """Put the choice for the next run into the address; one that was never touched needs none."""
    choice = Address(thread=thread, models=tuple(models), blind=blind, repeat=repeat, turn=start_turn(thread))
    first = st.session_state.setdefault("first_choice", choice)
    if choice != first or address.current() != Address():
        address.write(choice)


def models_asked_for() -> list[str]:
    """The models that the address has just asked for, once; the chooser says which of them it does not have."""
    return list(st.session_state.pop("models_asked_for", ()))


def thread_id() -> str | None:
    """The thread chosen for the next comparison."""
    found = st.session_state.get("thread_id")
    return str(found) if found else None


def choose_thread(thread: str) -> None:
    """Choose a thread."""
    st.session_state["thread_id"] = thread


def start_turn(thread: str | None) -> int | None:
    """The turn of the user at which the next run on this thread begins; None for its last."""
    of, turn = st.session_state.get("start_turn", (None, None))
    return turn if thread is not None and of == thread else None


def start_at_last_turn() -> None:
    """Have the next run begin at the last turn."""
    st.session_state.pop("start_turn", None)


def settle(key: str, value: T) -> T:
    """Have a widget show this value; what is returned must also be given to the widget as its own default.

    A value in session state is sent to the browser once. Where the page is drawn again before the browser has built
    the widget, it is lost: the widget shows its first option and reports that as chosen. A widget's default is sent at
    every drawing and read only when the widget is built. Giving a value again that stands there already would undo what
    was chosen meanwhile.
    """
    if key in st.session_state and st.session_state[key] != value:
        st.session_state[key] = value
    return value


def insist(key: str, value: object) -> None:
    """Give a widget its value at every drawing, where a callback of the widget takes in what is chosen.

    For a widget that links elsewhere on the page change too: a page that is drawn again at once may be so before the
    browser has taken in a value that is given only once.
    """
    st.session_state[key] = value


def chosen_models() -> list[str]:
    """Model ids chosen last; at first the simulated ones."""
    return list(st.session_state.get("models", DEFAULT_MODELS))


def keep_models(models: Sequence[str]) -> None:
    """Remember the choice across pages."""
    st.session_state["models"] = list(models)


def is_blind() -> bool:
    """Whether the next run was chosen to be blind."""
    return bool(st.session_state.get("blind_choice", False))


def repeat() -> int:
    """How often each candidate of the next run was chosen to be asked."""
    return int(st.session_state.get("repeat_choice", 1))


def keep_how(*, blind: bool, repeat: int) -> None:
    """Remember both across pages."""
    st.session_state["blind_choice"], st.session_state["repeat_choice"] = blind, repeat


def choose(keys: Sequence[str]) -> None:
    """Choose these candidates, each once; to be called before the chooser is drawn (from a callback)."""
    chosen = list(dict.fromkeys(keys))
    keep_models(chosen)
    st.session_state["candidate_choice"] = chosen


def rater_name() -> str:
    """Who votes in this session."""
    found = person()
    return UNNAMED if found is None else found.name


def keep_rater_name(name: str) -> None:
    """Remember who votes, or ask first where the name reads like another's; an empty one changes nothing."""
    take_name(name)


def mark_names_seen(run: str) -> None:
    """The names of a blind run have been on this session's screen."""
    st.session_state.setdefault("names_seen", set()).add(run)


def names_seen(run: str) -> bool:
    """True where they have, whoever is voting now."""
    return run in st.session_state.get("names_seen", ())


def rater_id() -> str:
    """The stored id of who votes.

    Raises:
        SignInError: people must sign in here, and nobody did.
    """
    found = person()
    if found is None and sign_in().kind != "name":
        raise SignInError("Nobody is signed in here any more. Reload the page and sign in.")
    return resources.store().rater(UNNAMED) if found is None else found.rater_id


def route_token(run: str) -> str:
    """The token with which this session's viewer reads a run; minted once, since a new one would reload the panes."""
    tokens: dict[tuple[str, str], tuple[str, float]] = st.session_state.setdefault("route_tokens", {})
    who = (run, rater_id())
    made = tokens.get(who)
    if made is None or time.monotonic() - made[1] > ROUTE_TOKEN_MAX_AGE_S / 2:
        tokens[who] = made = (sign_route(*who), time.monotonic())
    return made[0]


def press_key(comparison_id: str) -> str:
    """A name for one press of a vote button: the same press delivered twice has the same name."""
    n = st.session_state.get("n_presses", 0)
    session = st.session_state.setdefault("session_nonce", secrets.token_urlsafe(8))
    return f"{comparison_id}:{rater_id()}:{session}:{n}"


def pressed() -> None:
    """The press has been stored; the next one is another."""
    st.session_state["n_presses"] = st.session_state.get("n_presses", 0) + 1


def ask_to_edit(number: int) -> None:
    """Remember, from a callback, that a message is to be said differently; the next drawing of the page asks how."""
    st.session_state["editing"] = number


def asked_to_edit() -> int | None:
    """The number of that message, once."""
    found = st.session_state.pop("editing", None)
    return None if found is None else int(found)


def notice() -> str | None:
    """A sentence left by a callback for the next drawing of the page."""
    found = st.session_state.pop("notice", None)
    return str(found) if found else None


def leave_notice(text: str) -> None:
    """Leave a sentence for the next drawing of the page."""
    st.session_state["notice"] = text
