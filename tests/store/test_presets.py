"""Settings under a name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from compare.errors import StoreError
from compare.records import Preset, Settings
from compare.store import Store, open_store

WHOLE = Settings("Be brief.\nNo lists.", 0.2, 500, "low", ("END", "\u00df"))
BRIEF = Preset("Brief", WHOLE, "pinned:3+last:8", "clean@1+framed@1")


def test_a_preset_comes_back_as_it_was_saved_also_from_another_program(store: Store, path: Path) -> None:
    saved = store.save_preset(BRIEF)
    other = open_store(path)
    assert other.presets() == {"Brief": saved}
    other.close()
    assert replace(saved, saved_at="") == BRIEF
    assert saved.saved_at > "2026"


def test_settings_that_were_left_open_stay_open(store: Store) -> None:
    store.save_preset(Preset("Nothing"))
    assert store.presets()["Nothing"].settings == Settings()


def test_a_name_is_written_over_only_on_purpose(store: Store) -> None:
    store.save_preset(BRIEF)
    changed = replace(BRIEF, settings=Settings(temperature=1.0), context_policy="full")
    with pytest.raises(StoreError, match="There is a preset named 'Brief' already"):
        store.save_preset(changed)
    assert store.presets()["Brief"].settings == WHOLE
    store.save_preset(changed, overwrite=True)
    (kept,) = store.presets().values()
    assert (kept.settings, kept.context_policy, kept.preparation) == (changed.settings, "full", "clean@1+framed@1")


def test_presets_stand_in_the_order_of_the_alphabet(store: Store) -> None:
    for name in ("b", "C", "a", "B"):
        store.save_preset(Preset(name))
    assert list(store.presets()) == ["a", "B", "b", "C"]


def test_a_deleted_preset_is_gone_and_its_name_is_free(store: Store) -> None:
    store.save_preset(BRIEF)
    assert store.delete_preset("Brief")
    assert store.presets() == {}
    assert not store.delete_preset("Brief")
    store.save_preset(BRIEF)


def test_one_name_however_it_is_spaced(store: Store) -> None:
    assert store.save_preset(replace(BRIEF, name="  My \n brief ")).name == "My brief"
    with pytest.raises(StoreError, match="already"):
        store.save_preset(replace(BRIEF, name="My  brief"))


@pytest.mark.parametrize(("name", "said"), [(" \t", "needs a name"), ("x" * 81, "has 81 characters; at most 80")])
def test_a_name_that_cannot_be_kept_is_refused(store: Store, name: str, said: str) -> None:
    with pytest.raises(StoreError, match=said):
        store.save_preset(replace(BRIEF, name=name))
    assert store.presets() == {}


def test_half_a_character_in_a_name_or_a_prompt_breaks_nothing(store: Store) -> None:
    store.save_preset(Preset("a\ud83c", Settings(system_prompt="b\ud83c")))
    assert list(store.presets()) == ["a\ufffd"]
