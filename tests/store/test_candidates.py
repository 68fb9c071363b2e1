from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compare.errors import NotFoundError
from compare.records import Candidate, ModelSpec, Price, Settings
from compare.store import Store

words = st.text(st.characters(codec="utf-8"), max_size=20)
all_settings = st.builds(
    Settings,
    system_prompt=st.none() | words,
    temperature=st.none() | st.floats(0, 2) | st.integers(0, 2),
    max_output_tokens=st.none() | st.integers(1, 10**6),
    reasoning_effort=st.none() | st.sampled_from(["low", "high"]),
    stop=st.lists(words, max_size=3).map(tuple),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.builds(Candidate, words, all_settings, words, words, words, words, st.integers(1, 99), words, st.booleans()))
def test_a_candidate_comes_back_with_its_id(store: Store, candidate: Candidate) -> None:
    candidate_id = store.save_candidate(candidate)
    stored = store.candidate(candidate_id)
    assert stored.id == candidate_id == candidate.id
    assert (stored.settings, stored.model_id) == (candidate.settings, candidate.model_id)


def test_a_new_label_replaces_the_old_and_an_empty_one_does_not(store: Store) -> None:
    candidate_id = store.save_candidate(Candidate("m", label="Old"))
    store.save_candidate(Candidate("m", label="New"))
    store.save_candidate(Candidate("m"))
    assert store.candidate(candidate_id).label == "New"
    assert len(store.candidates()) == 1


def test_saving_what_is_stored_writes_nothing(store: Store) -> None:
    spec = ModelSpec("m", "openai-chat", "http://127.0.0.1:8000/v1", "m")
    store.save_candidate(Candidate("m", label="M"), spec)
    with store._database.reading() as connection:
        before = connection.total_changes
        store.save_candidate(Candidate("m", label="M"), spec)
        store.save_candidate(Candidate("m"))
        assert connection.total_changes == before


def test_the_catalogue_entry_is_kept_with_its_price(store: Store) -> None:
    price = Price(Decimal("0.25"), Decimal("1.50"), as_of="2026-11-01")
    spec = ModelSpec("m", "openai-chat", "http://127.0.0.1:8000/v1", "server-name", api_key_env="MY_KEY", price=price)
    store.save_candidate(Candidate("m"), spec)
    store.save_candidate(Candidate("m"))
    entry = catalog_entry(store)
    assert entry["model"] == "server-name"
    assert entry["price"]["input_usd_per_mtok"] == "0.25"


def test_no_secret_of_an_address_is_stored(store: Store) -> None:
    spec = ModelSpec("m", "openai-chat", "https://ann:hunter2@host.example:8443/v1?key=sk-123#k", "m")
    store.save_candidate(Candidate("m"), spec)
    assert catalog_entry(store)["base_url"] == "https://host.example:8443/v1"


def test_an_unknown_candidate_is_not_found(store: Store) -> None:
    with pytest.raises(NotFoundError, match="'nobody'"):
        store.candidate("nobody")


def catalog_entry(store: Store) -> dict[str, object]:
    with store._database.reading() as connection:
        return json.loads(connection.execute("SELECT catalog_json FROM candidates").fetchone()[0])
