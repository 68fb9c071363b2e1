from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

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


def test_who_signs_in_is_one_rater_whatever_their_name_and_role_become(store: Store) -> None:
    first = store.rater_signed_in("issuer|1", "ann@example.com", "rater")
    again = store.rater_signed_in("issuer|1", "ann.lee@example.com", "admin")
    assert again == (first.id, "ann.lee@example.com")
    (known,) = store.known_raters()
    assert (known.id, known.name, known.role, known.n_ballots) == (first.id, "ann.lee@example.com", "admin", 0)


def test_two_who_sign_in_under_one_name_are_told_apart(store: Store) -> None:
    first, second = (store.rater_signed_in(f"issuer|{k}", "Ann Lee", "rater") for k in (1, 2))
    assert first.name == "Ann Lee"
    assert second.name.startswith("Ann Lee (")
    assert first.id != second.id
    assert store.rater_signed_in("issuer|2", "Ann Lee", "rater") == second
    typed = store.rater("Ann Lee")
    assert typed not in (first.id, second.id)


def test_the_same_visit_twice_at_once_makes_one_rater(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(lambda _: store.rater_signed_in("issuer|1", "Ann", "rater"), range(40)))
    assert len(set(seen)) == 1
