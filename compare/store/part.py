"""What every part of the store shares: the database, new ids, the clock, and text that UTF-8 can hold."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from compare.store.database import Database


class Part:
    """One concept's share of the store; `store.Store` joins them."""

    def __init__(self, database: Database) -> None:
        self._database = database


def new_id() -> str:
    """An id that nobody can guess: 96 random bits, safe in addresses and, never starting with a dash, as arguments."""
    return secrets.token_hex(12)


def now() -> str:
    """The time in UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def storable(text: str) -> str:
    """`text` without halves of characters (lone surrogates), which no UTF-8 file can hold.

    Two halves that stand together, as two pieces of a stream may leave them, become their character; a half alone
    becomes U+FFFD. All other text is returned as it is.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
