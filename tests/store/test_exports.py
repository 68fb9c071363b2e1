"""The history of exported weights."""

from __future__ import annotations

import pytest

import compare.store.exports
from compare.errors import NotFoundError, StoreError
from compare.store import Store


def test_an_export_says_who_made_it_from_which_votes(store: Store) -> None:
    first = store.keep_export(
        "routes: 1", evidence_sha256="ab", n_votes=60, votes_kind="blind", summary="more", made_by="Ann"
    )
    (kept,) = store.exports()
    assert kept == store.export(first)
    assert (kept.n_votes, kept.votes_kind, kept.summary, kept.made_by) == (60, "blind", "more", "Ann")
    assert (kept.parent_id, kept.approved_by, store.approved_export()) == (None, None, None)
    second = store.keep_export("routes: 2", parent_text="routes: 1")
    assert store.export(second).parent_id == first
    assert [each.id for each in store.exports()] == [second, first]


def test_the_same_file_taken_along_twice_is_kept_once(store: Store) -> None:
    first = store.keep_export("routes: 1", made_by="Ann")
    assert store.keep_export("routes: 1", made_by="Ann") == first
    assert store.keep_export("routes: 1", made_by="Ann", target="litellm") != first
    assert store.keep_export("routes: 1", made_by="Bob") != first


def test_an_approval_is_given_once_by_somebody_with_a_name(store: Store) -> None:
    export_id = store.keep_export("routes: 1")
    with pytest.raises(StoreError, match="An approval needs a name"):
        store.approve_export(export_id, " ")
    store.approve_export(export_id, "Olga")
    kept = store.approved_export()
    assert kept is not None
    assert (kept.id, kept.approved_by) == (export_id, "Olga")
    with pytest.raises(StoreError, match="approved already, by Olga"):
        store.approve_export(export_id, "Ann")
    with pytest.raises(NotFoundError):
        store.approve_export("gone", "Ann")
    with pytest.raises(NotFoundError):
        store.export("gone")


def test_what_was_approved_last_runs_now_also_within_one_moment(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare.store.exports, "now", lambda: "2026-11-23T12:00:00.000Z")
    first, second = store.keep_export("routes: 1"), store.keep_export("routes: 2")
    store.approve_export(second, "Olga")
    store.approve_export(first, "Olga")
    kept = store.approved_export()
    assert kept is not None
    assert kept.id == first
