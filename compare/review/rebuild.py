"""Derives every preference again from its ballot, for when the rule in preferences.py has changed.

Ballots are what people said and never change; preferences follow from them. Imported votes, which belong to no
comparison, come as preferences and stay as they are.
"""

from __future__ import annotations

from compare.records import Ballot, Comparison, Preference
from compare.review.preferences import derive
from compare.store.store import Store

_AT_ONCE = 500
"""Ballots per transaction, so that nobody waits long for the database."""


def rebuild(store: Store) -> int:
    """Put newly derived rows in the place of the stored ones, whatever the state of their ballot; how many ballots.

    Raises:
        StoreError: the database cannot be read or written; what was replaced so far is whole.
    """
    about: dict[str, Comparison | None] = {}
    rows: dict[str, list[Preference]] = {}
    n_ballots = 0
    for ballot in [ballot for ballot, _ in store.iter_ballots() if ballot.comparison_id is not None]:
        assert ballot.comparison_id is not None
        if ballot.comparison_id not in about:
            about[ballot.comparison_id] = store.comparison(ballot.comparison_id)
        comparison = about[ballot.comparison_id]
        assert comparison is not None, "a ballot's comparison is a foreign key"
        rows[ballot.id] = _derived(store, ballot, comparison)
        n_ballots += 1
        if len(rows) == _AT_ONCE:
            store.replace_preferences(rows)
            rows = {}
    store.replace_preferences(rows)
    return n_ballots


def _derived(store: Store, ballot: Ballot, comparison: Comparison) -> list[Preference]:
    workload = store.thread(comparison.thread_id).workload
    return derive(ballot, store.answers(ballot.shown_order), thread_id=comparison.thread_id, workload=workload)
