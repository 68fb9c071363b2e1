"""Preferences can always be derived again from the ballots."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compare.records import Ballot, Message, Preference, Thread
from compare.review import rebuild as module
from compare.review.rebuild import rebuild
from compare.review.votes import Choice, cast, undo
from compare.store import Store, open_store
from tests.review.conftest import Table

presses = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["Ann", "Bob"]),
        st.sampled_from(["best 0", "best 1", "best 2", "tie", "all_bad", "skip", "undo"]),
    ),
    max_size=12,
)


def press(table: Table, comparisons: list[str], which: int, rater: str, action: str, key: str) -> None:
    comparison = table.store.comparison(comparisons[which])
    assert comparison is not None
    rater_id = table.store.rater(rater)
    if action == "undo":
        undo(table.store, comparison, rater_id)
        return
    verdict, _, place = action.partition(" ")
    chosen = Choice(verdict, int(place) % len(comparison.current) if place else None)  # type: ignore[arg-type]
    cast(table.store, comparison, rater_id, chosen, key=key)


def opened(folder: Path) -> Table:
    store = open_store(folder / f"{len(list(folder.iterdir()))}.db")
    saved = store.save_thread(Thread((Message("user", "Where is it?"),), workload="batch"))
    return Table(store, store.thread(saved.id))


@given(presses)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_rebuilt_equals_what_was_stored(tmp_path: Path, told: list[tuple[int, str, str]]) -> None:
    table = opened(tmp_path)
    comparisons = [table.compare("p", "q").id, table.compare("p", "q", "r", blind=True).id, table.compare("p", "p").id]
    for n, (which, rater, action) in enumerate(told):
        press(table, comparisons, which, rater, action, f"key-{n}")
    before = (everything(table.store), table.store.preference_counts(), table.store.ballot_totals())
    assert rebuild(table.store) == sum(len(table.store.ballots(c)) for c in comparisons)
    assert (everything(table.store), table.store.preference_counts(), table.store.ballot_totals()) == before
    table.store.close()


def everything(store: Store) -> list[Preference]:
    return sorted(store.preferences(), key=repr)


def test_rows_that_went_wrong_are_mended_and_an_undone_ballot_stays_undone(table: Table) -> None:
    comparison = table.compare("p", "q")
    ann = table.store.rater("Ann")
    first = cast(table.store, comparison, ann, Choice("best", 0), key="k1")
    second = cast(table.store, comparison, ann, Choice("best", 1), key="k2")
    right = table.store.preferences()
    table.store.replace_preferences({first.id: [], second.id: []})
    assert table.store.preferences() == []
    assert rebuild(table.store) == 2
    assert table.store.preferences() == right
    undo(table.store, comparison, ann)
    assert [p.ballot_id for p in table.store.preferences()] == [first.id]


def test_imported_votes_stay_as_they_are(table: Table) -> None:
    table.compare("p", "q")
    candidates = list(table.store.candidates())
    ballot = Ballot("b", "k", None, table.store.rater("Ann"), "best", source="import")
    row = Preference(
        "b", candidates[0], candidates[1], 1.0, "best", 0, 1, 3, "batch", "fixed", False, ballot.rater_id, ""
    )
    table.store.cast(ballot, [row])
    stored = table.store.preferences()
    assert rebuild(table.store) == 0
    assert table.store.preferences() == stored
    assert len(stored) == 1


def test_many_ballots_are_rebuilt_in_several_transactions(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    comparison = table.compare("p", "q")
    for n in range(5):
        cast(table.store, comparison, table.store.rater(f"Rater {n}"), Choice("best", 0), key=f"k{n}")
    monkeypatch.setattr(module, "_AT_ONCE", 2)
    assert rebuild(table.store) == 5
    assert len(table.store.preferences()) == 5


def test_an_empty_database_has_nothing_to_rebuild(store: Store) -> None:
    assert rebuild(store) == 0
