"""Sentences about a study as a whole."""

from __future__ import annotations

from datetime import datetime

from compare.store.names_seen import Filed


def filed_sentence(filed: Filed) -> str:
    """What to tell of files that name a study's candidates; empty where none was written.

    The command line knows no person, so such a file makes nobody's ballots open by itself.
    """
    if filed.last_at is None:
        return ""
    at = datetime.fromisoformat(filed.last_at)
    return (
        f"{filed.n_filed:,} of its {filed.n_answers:,} answers also stand in files that name their candidates (written "
        f"by {', '.join(filed.commands)}; last on {at.day} {at:%B %Y, %H:%M} UTC). Whoever has read one does not rate "
        "blind: ask your raters."
    )
