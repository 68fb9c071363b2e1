"""Raters: who votes. A typed name is trimmed and is the identity of whoever types it."""

from __future__ import annotations

import unicodedata

from compare.errors import StoreError
from compare.store.part import Part, new_id, now, storable


class Raters(Part):
    """The store's part for raters."""

    def rater(self, name: str) -> str:
        """Id of the rater with this name, who is added when new. Outer and doubled spaces do not count.

        Raises:
            StoreError: the name is empty.
        """
        clean = unicodedata.normalize("NFC", " ".join(storable(name).split()))
        if not clean:
            raise StoreError("A rater needs a name; this one is empty. Type a name and try again.")
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

    def rater_names(self) -> dict[str, str]:
        """Every rater's name by id."""
        with self._database.reading() as connection:
            return {row["id"]: row["name"] for row in connection.execute("SELECT id, name FROM raters")}
