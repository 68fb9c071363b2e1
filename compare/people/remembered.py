"""The name that somebody typed, remembered by their browser: a convenience, and no proof of who they are.

    note(rater_id, name)   what a page hands to the browser, which brings it to the route that sets the cookie
    cookie_of(note)        the cookie's value for it
    remembered(cookie)     (rater id, name) of a cookie

Both are signed, so that nobody can write somebody else's rater id into a cookie. Whoever reaches the app can still type
any name: only sign-in or a proxy (docs/sign-in.md) keeps people apart.
"""

from __future__ import annotations

from typing import NamedTuple

from compare.settings import cookie_key, process_key, seal, unseal

COOKIE = "weighbridge_name"
MAX_AGE_S = 180 * 24 * 3600
"""How long a browser remembers, in seconds."""
_NOTE_MAX_AGE_S = 3600.0
# A seal for one purpose opens nothing of another.
_NOTE, _COOKIE = "note of a name", "remembered name"


class Remembered(NamedTuple):
    """Whom a browser remembers."""

    rater_id: str
    name: str


def note(rater_id: str, name: str) -> str:
    """What the browser brings to the route that sets the cookie, soon."""
    return seal((_NOTE, rater_id, name), process_key())


def cookie_of(note: str) -> str | None:
    """The cookie's value for a note that this process made, else None."""
    found = unseal(note, process_key(), _NOTE_MAX_AGE_S)
    if found is None or len(found) != 3 or found[0] != _NOTE:
        return None
    return seal((_COOKIE, *found[1:]), cookie_key())


def remembered(cookie: str | None) -> Remembered | None:
    """Whom the cookie names; None where it is no cookie of this data folder's, or too old."""
    found = unseal(cookie, cookie_key(), MAX_AGE_S) if cookie else None
    if found is None or len(found) != 3 or found[0] != _COOKIE:
        return None
    return Remembered(found[1], found[2])
