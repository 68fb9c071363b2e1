from __future__ import annotations

import pytest

from compare.errors import StoreError
from compare.store import Store


def test_a_name_is_one_rater_however_it_is_spaced(store: Store) -> None:
    ann = store.rater("Ann Lee")
    assert store.rater("  Ann   Lee\n") == ann
    assert store.rater("ann lee") != ann


def test_the_same_letters_in_another_encoding_are_the_same_name(store: Store) -> None:
    assert store.rater("Ren\u00e9") == store.rater("Rene\u0301")


@pytest.mark.parametrize("name", ["", "   ", "\n\t"])
def test_an_empty_name_is_refused(store: Store, name: str) -> None:
    with pytest.raises(StoreError, match="A rater needs a name"):
        store.rater(name)


def test_someone_who_signed_in_is_not_taken_for_a_typed_name(store: Store) -> None:
    with store._database.writing() as connection:
        connection.execute("INSERT INTO raters (id, name, oidc_sub, created_at) VALUES ('o', 'Ann', 'sub-1', '')")
    assert store.rater("Ann") != "o"


def test_ids_cannot_be_guessed_and_are_safe_as_arguments(store: Store) -> None:
    ids = [store.rater(f"rater {k}") for k in range(50)]
    assert len(set(ids)) == 50
    assert all(len(i) == 24 and i.isalnum() for i in ids)
