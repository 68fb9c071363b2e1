from __future__ import annotations

import base64
import json
import os
import stat
import time
from pathlib import Path

import pytest

from compare.people.remembered import MAX_AGE_S, cookie_of, note, remembered
from compare.settings import cookie_key, process_key, read_route, seal, sign_route


def test_a_name_comes_back_from_the_cookie_made_of_its_note() -> None:
    cookie = cookie_of(note("rater-1", "Ren\u00e9, the 2nd"))
    assert cookie is not None
    assert cookie.isascii()
    assert remembered(cookie) == ("rater-1", "Ren\u00e9, the 2nd")


def test_nobody_can_write_another_rater_into_a_cookie() -> None:
    cookie = cookie_of(note("rater-1", "Ann"))
    assert cookie is not None
    body, mark = cookie.split(".")
    said = json.loads(base64.urlsafe_b64decode(body + "=="))
    said[1] = "rater-2"
    forged = base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).rstrip(b"=").decode()
    for wrong in (f"{forged}.{mark}", f"{body}.", body, "", None, "a.b.c", "\u00e9.\u00e9"):
        assert remembered(wrong) is None


def test_a_seal_of_one_kind_opens_nothing_of_another() -> None:
    route = sign_route("run", "rater-1")
    assert cookie_of(route) is None
    assert remembered(note("rater-1", "Ann")) is None
    assert remembered(seal(("remembered name", "rater-1", "Ann"), process_key())) is None
    assert read_route(note("rater-1", "Ann")) is None
    cookie = cookie_of(note("rater-1", "Ann"))
    assert cookie is not None
    assert cookie_of(cookie) is None
    assert read_route(cookie) is None


def test_it_is_forgotten_after_half_a_year_and_a_note_after_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    made = note("rater-1", "Ann")
    cookie = cookie_of(made)
    now = time.time()
    monkeypatch.setattr("compare.settings.time.time", lambda: now + 3700)
    assert cookie_of(made) is None
    assert remembered(cookie) == ("rater-1", "Ann")
    monkeypatch.setattr("compare.settings.time.time", lambda: now + MAX_AGE_S + 10)
    assert remembered(cookie) is None


def test_the_key_is_the_data_folders_own_and_for_nobody_elses_eyes(tmp_path: Path) -> None:
    key = cookie_key()
    assert len(key) == 32
    assert cookie_key() == key
    assert stat.S_IMODE(os.stat(tmp_path / "cookie.key").st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["cookie.key"]
    (tmp_path / "cookie.key").unlink()
    assert cookie_key() != key
