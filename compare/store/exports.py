"""Exported weights: the history of files that were taken along, and which of them somebody approved.

Rows are only added. An approval is given once and by one person.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from compare.errors import NotFoundError, StoreError
from compare.store.part import Part, new_id, now


class KeptExport(NamedTuple):
    """One export."""

    id: str
    parent_id: str | None
    """The export whose file ran when this one was made; None where that is not known."""
    target: str
    """yaml, or the gateway whose files were taken along."""
    routing_yaml: str
    file_sha256: str
    """Of routing_yaml."""
    evidence_sha256: str
    """Of the votes behind it."""
    n_votes: int
    votes_kind: str
    """In words: "blind, thread as given"."""
    aim_json: str
    """The limits and the guard."""
    summary: str
    """What it changes, in a sentence."""
    made_by: str
    """A name; empty where nobody had said who they are."""
    made_at: str
    approved_by: str | None = None
    approved_at: str | None = None


class Exports(Part):
    """The store's part for exported weights."""

    def keep_export(
        self,
        routing_yaml: str,
        *,
        target: str = "yaml",
        evidence_sha256: str = "",
        n_votes: int = 0,
        votes_kind: str = "",
        aim_json: str = "{}",
        summary: str = "",
        made_by: str = "",
        parent_text: str = "",
    ) -> str:
        """Keep an export and return its id; the same file for the same target by the same person is kept once.

        Args:
            routing_yaml: the file.
            target: yaml, or a gateway's name.
            evidence_sha256: of the votes.
            n_votes: how many those are.
            votes_kind: in words.
            aim_json: limits and guard.
            summary: what it changes.
            made_by: a name.
            parent_text: the file that ran then; its export becomes the parent, where it is one.
        """
        digest = sha256(routing_yaml.encode()).hexdigest()
        with self._database.writing(durable=True) as connection:
            there = connection.execute(_SAME, (digest, target, made_by)).fetchone()
            if there is not None:
                return str(there["id"])
            parent = connection.execute(_PARENT, (sha256(parent_text.encode()).hexdigest(),)).fetchone()
            kept = KeptExport(
                id=new_id(),
                parent_id=None if parent is None else str(parent["id"]),
                target=target,
                routing_yaml=routing_yaml,
                file_sha256=digest,
                evidence_sha256=evidence_sha256,
                n_votes=n_votes,
                votes_kind=votes_kind,
                aim_json=aim_json,
                summary=summary,
                made_by=made_by,
                made_at=now(),
            )
            connection.execute(_INSERT, kept[:12])
        return kept.id

    def approve_export(self, export_id: str, approved_by: str) -> None:
        """Approve an export.

        Raises:
            NotFoundError: there is no such export.
            StoreError: it is approved already, or nobody's name is given.
        """
        if not approved_by.strip():
            raise StoreError("An approval needs a name. Say who you are, then approve again.")
        with self._database.writing(durable=True) as connection:
            if connection.execute("SELECT 1 FROM exports WHERE id = ?", (export_id,)).fetchone() is None:
                raise NotFoundError(f"No export has the id {export_id!r}; it may be in another data folder.")
            row = connection.execute(
                "SELECT approved_by, approved_at FROM export_approvals WHERE export_id = ?", (export_id,)
            ).fetchone()
            if row is not None:
                raise StoreError(
                    f"This export was approved already, by {row['approved_by']} on {row['approved_at'][:10]}. "
                    "Make a new one to change it."
                )
            connection.execute(
                "INSERT INTO export_approvals (export_id, approved_by, approved_at) VALUES (?, ?, ?)",
                (export_id, approved_by.strip(), now()),
            )

    def exports(self, limit: int = 50) -> list[KeptExport]:
        """The newest exports, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(f"{_SELECT} ORDER BY e.rowid DESC LIMIT ?", (limit,)).fetchall()
        return [KeptExport(*row) for row in rows]

    def export(self, export_id: str) -> KeptExport:
        """One export.

        Raises:
            NotFoundError: there is none of this id.
        """
        with self._database.reading() as connection:
            row = connection.execute(f"{_SELECT} WHERE e.id = ?", (export_id,)).fetchone()
        if row is None:
            raise NotFoundError(f"No export has the id {export_id!r}; it may be in another data folder.")
        return KeptExport(*row)

    def approved_export(self) -> KeptExport | None:
        """The export that was approved last: what runs now, as far as this database knows."""
        with self._database.reading() as connection:
            row = connection.execute(f"{_SELECT} WHERE a.export_id IS NOT NULL ORDER BY {_LATEST}").fetchone()
        return None if row is None else KeptExport(*row)


_COLUMNS = KeptExport._fields[:12]
_INSERT = f"INSERT INTO exports ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
_SELECT = f"""
SELECT {", ".join(f"e.{name}" for name in _COLUMNS)}, a.approved_by, a.approved_at
FROM exports e LEFT JOIN export_approvals a ON a.export_id = e.id
"""
_LATEST = "a.rowid DESC LIMIT 1"
_SAME = "SELECT id FROM exports WHERE file_sha256 = ? AND target = ? AND made_by = ? ORDER BY rowid DESC LIMIT 1"
_PARENT = "SELECT id FROM exports WHERE file_sha256 = ? ORDER BY rowid DESC LIMIT 1"
