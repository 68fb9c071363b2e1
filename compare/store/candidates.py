"""Candidates: what is run, rated and weighted. The id is the hash of what can change an answer, so a row never changes
in what it asks; only its label and the catalogue entry it was run with are brought up to date.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from decimal import Decimal
from urllib.parse import urlsplit, urlunsplit

from compare.errors import NotFoundError
from compare.records import Candidate, ModelSpec, Settings
from compare.store.part import Part


class Candidates(Part):
    """The store's part for candidates."""

    def save_candidate(self, candidate: Candidate, spec: ModelSpec | None = None) -> str:
        """Keep a candidate and return its id; a new label or catalogue entry replaces the one that is stored.

        Args:
            candidate: what is run.
            spec: the catalogue's entry at this time, where it is in the catalogue.
        """
        with self._database.reading() as connection:
            if not _would_change(connection, candidate, spec):
                return candidate.id
        with self._database.writing() as connection:
            insert_candidate(connection, candidate, spec)
        return candidate.id

    def candidate(self, candidate_id: str) -> Candidate:
        """The candidate with this id.

        Raises:
            NotFoundError: none has it.
        """
        with self._database.reading() as connection:
            row = connection.execute("SELECT * FROM candidates WHERE id = ?", (candidate_id,)).fetchone()
        if row is None:
            raise NotFoundError(f"No candidate has the id {candidate_id!r}; it was never stored in this database.")
        return to_candidate(row)

    def candidates(self) -> dict[str, Candidate]:
        """Every stored candidate by its id, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT * FROM candidates ORDER BY rowid").fetchall()
        return {row["id"]: to_candidate(row) for row in rows}


def insert_candidate(connection: sqlite3.Connection, candidate: Candidate, spec: ModelSpec | None = None) -> None:
    """Keep a candidate, within the caller's transaction."""
    connection.execute(
        """
        INSERT INTO candidates
            (id, label, model_id, settings_json, context_policy, preparation, fallback, handover_from, handover_turn,
             catalog_json, simulated)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET
            label = CASE excluded.label WHEN '' THEN label ELSE excluded.label END,
            catalog_json = coalesce(excluded.catalog_json, catalog_json),
            simulated = max(excluded.simulated, simulated)
        """,
        (
            candidate.id,
            candidate.label,
            candidate.model_id,
            json.dumps(asdict(candidate.settings), ensure_ascii=False),
            candidate.context_policy,
            candidate.preparation,
            candidate.fallback,
            candidate.handover_from,
            candidate.handover_turn,
            _catalog_json(spec) if spec else None,
            candidate.simulated,
        ),
    )


def to_candidate(row: sqlite3.Row) -> Candidate:
    """The candidate of a row of table candidates."""
    settings = json.loads(row["settings_json"])
    settings["stop"] = tuple(settings["stop"])
    return Candidate(
        model_id=row["model_id"],
        settings=Settings(**settings),
        context_policy=row["context_policy"],
        preparation=row["preparation"],
        fallback=row["fallback"],
        handover_from=row["handover_from"],
        handover_turn=row["handover_turn"],
        label=row["label"],
        simulated=bool(row["simulated"]),
    )


def _would_change(connection: sqlite3.Connection, candidate: Candidate, spec: ModelSpec | None) -> bool:
    """True where storing is more than reading: most runs use candidates that are stored already."""
    row = connection.execute(
        "SELECT label, catalog_json, simulated FROM candidates WHERE id = ?", (candidate.id,)
    ).fetchone()
    return (
        row is None
        or (candidate.label not in ("", row["label"]))
        or (candidate.simulated and not row["simulated"])
        or (spec is not None and _catalog_json(spec) != row["catalog_json"])
    )


def _catalog_json(spec: ModelSpec) -> str:
    """The entry as JSON; a user name, password or query in its address is left out, since it may be a secret."""
    entry = asdict(spec)
    address = urlsplit(spec.base_url)
    host = address.netloc.rpartition("@")[2]
    entry["base_url"] = urlunsplit((address.scheme, host, address.path, "", ""))
    return json.dumps(entry, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a catalogue entry")
