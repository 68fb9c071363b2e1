"""Raters: who votes. A typed name is trimmed and is its typist's identity; who signs in has one from outside."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from compare.errors import StoreError
from compare.store.part import Part, new_id, now, storable


@dataclass(frozen=True, slots=True)
class KnownRater:
    """Somebody whom this database knows."""

    id: str
    name: str
    identity: str | None
    """The identity from outside under which they sign in; None for a typed name."""
    role: str
    """The highest role at their last visit; says nothing for a typed name."""
    since: str
    """When they were first seen, ISO 8601 in UTC."""
    n_ballots: int


class SignedIn(NamedTuple):
    """A rater with an identity from outside."""

    id: str
    name: str


class Raters(Part):
    """The store's part for raters."""

    def rater(self, name: str) -> str:
        """Id of the rater with this name, who is added when new. Outer and doubled spaces do not count.

        Raises:
            StoreError: the name is empty.
        """
        clean = _clean(name)
        query = "SELECT id FROM raters WHERE name = ? AND oidc_sub IS NULL"
        with self._database.reading() as connection:
            row = connection.execute(query, (clean,)).fetchone()
        if row:
            return str(row["id"])
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO raters (id, name, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (new_id(), clean, now()),
            )
            return str(connection.execute(query, (clean,)).fetchone()["id"])

    def rater_signed_in(self, identity: str, name: str, role: str) -> SignedIn:
        """The rater with this identity from outside, who is added when new; name and role are kept as they are now.

        Names are what a study's list of raters holds, so no two who sign in have the same: the second one's is told
        apart by a mark made of their identity.

        Raises:
            StoreError: the name is empty.
        """
        clean = _clean(name)
        mark = hashlib.sha256(identity.encode()).hexdigest()[:6]
        with self._database.reading() as connection:
            row = connection.execute(_SIGNED_IN, (identity,)).fetchone()
        if row and row["role"] == role and row["name"] in (clean, f"{clean} ({mark})"):
            return SignedIn(row["id"], row["name"])
        with self._database.writing() as connection:
            taken = connection.execute(
                "SELECT 1 FROM raters WHERE name = ? AND oidc_sub IS NOT NULL AND oidc_sub <> ?", (clean, identity)
            ).fetchone()
            connection.execute(
                "INSERT INTO raters (id, name, oidc_sub, role, created_at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (oidc_sub) DO UPDATE SET name = excluded.name, role = excluded.role",
                (new_id(), f"{clean} ({mark})" if taken else clean, identity, role, now()),
            )
            row = connection.execute(_SIGNED_IN, (identity,)).fetchone()
            return SignedIn(row["id"], row["name"])

    def known_raters(self) -> list[KnownRater]:
        """Everybody, by name."""
        query = (
            "SELECT id, name, oidc_sub, role, created_at, "
            "(SELECT count(*) FROM ballots WHERE rater_id = raters.id) AS n FROM raters ORDER BY name, id"
        )
        with self._database.reading() as connection:
            return [
                KnownRater(row["id"], row["name"], row["oidc_sub"], row["role"], row["created_at"], row["n"])
                for row in connection.execute(query)
            ]

    def rater_names(self) -> dict[str, str]:
        """Every rater's name by id."""
        with self._database.reading() as connection:
            return {row["id"]: row["name"] for row in connection.execute("SELECT id, name FROM raters")}


_SIGNED_IN = "SELECT id, name, role FROM raters WHERE oidc_sub = ?"


def _clean(name: str) -> str:
    clean = unicodedata.normalize("NFC", " ".join(storable(name).split()))
    if not clean:
        raise StoreError("A rater needs a name; this one is empty. Type a name and try again.")
    return clean
