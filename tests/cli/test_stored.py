"""The models and the database that commands use: whatever is wrong with them is said in one sentence."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from compare.store import open_store
from compare.store.migrations import VERSION
from tests.cli.command import weighbridge
from tests.store.test_database import as_ordinary_user, open_folder

__all__ = ["open_folder"]

# Every way into the database, with what else a command needs.
OPENING = {
    "threads list": "",
    "threads import": "conversations.jsonl",
    "threads export": "some-id",
    "run": "--threads conversations.jsonl --models sim-lite",
    "votes export": "",
    "comparison list": "",
    "comparison export": "some-id --to json",
    "rate": "",
    "agreement": "",
    "route recommend": "",
    "route export": "--out routing",
    "results": "",
    "scorecard": "",
    "tokens calibration": "",
    "serve": "",
}


@pytest.fixture(autouse=True)
def in_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# --- models ----------------------------------------------------------------------------------------------------------


def run_with(models: str) -> str:
    return weighbridge("run", "--threads", "conversations.jsonl", "--models", models).complaint


def test_a_misspelt_model_is_told_with_near_names() -> None:
    told = run_with("sim-lite,sim-larg")
    assert told.startswith("There is no model 'sim-larg' in the catalogue. Did you mean sim-large or sim-")


def test_a_model_like_no_other_is_told_with_all_names_and_how_to_add_one() -> None:
    told = run_with("zzz")
    assert "Known are: sim-lite, sim-flash" in told
    assert "WEIGHBRIDGE_MODELS" in told


def test_a_model_named_twice_is_refused_before_anything_is_asked() -> None:
    assert run_with("sim-lite, sim-lite") == (
        "The model sim-lite is named twice. Name it once; --repeat asks it more often."
    )


def test_a_model_without_its_key_is_refused_before_a_thread_leaves_this_machine() -> None:
    told = run_with("sim-lite,gpt-6-luna")
    assert told == "The model gpt-6-luna cannot be asked: needs OPENAI_API_KEY. Mend that, or leave it out."


def test_a_retired_model_is_refused_with_its_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret")
    told = run_with("claude-sonnet-3-7")
    assert "retired by Anthropic on 2026-02-19" in told
    assert "sk-secret" not in told


# --- the data folder -------------------------------------------------------------------------------------------------


def test_a_data_folder_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WEIGHBRIDGE_DATA_DIR", str(tmp_path / "file" / "data"))
    assert weighbridge("threads", "list").complaint == (
        f"The data folder {tmp_path / 'file' / 'data'} cannot be made (Not a directory). "
        "Name a folder that you may write to in WEIGHBRIDGE_DATA_DIR and start again."
    )


def test_a_missing_data_folder_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIGHBRIDGE_DATA_DIR", str(tmp_path / "new" / "data"))
    assert weighbridge("threads", "list").status == 0
    assert (tmp_path / "new" / "data" / "weighbridge.db").is_file()


def test_a_read_only_data_folder(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert weighbridge("threads", "list").status == 0  # another user may not be allowed to import what this needs
    monkeypatch.setenv("WEIGHBRIDGE_DATA_DIR", str(open_folder))
    with as_ordinary_user(open_folder):
        open_folder.chmod(0o555)
        told = weighbridge("threads", "list").complaint
    assert str(open_folder) in told
    assert "is read-only" in told
    assert "WEIGHBRIDGE_DATA_DIR" in told


# --- the database ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def newer_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("newer") / "weighbridge.db"
    open_store(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 3}")
    return path


@pytest.mark.usefixtures("conversations")
@pytest.mark.parametrize("words", OPENING)
def test_a_newer_database_is_refused_by_every_command_and_left_alone(
    words: str, newer_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "weighbridge.db"
    path.write_bytes(newer_file.read_bytes())
    told = weighbridge(*words.split(), *OPENING[words].split()).complaint
    assert told.startswith(f"The database {path} has version {VERSION + 3} and was written by a newer Weighbridge;")
    assert f"knows versions up to {VERSION}. Update Weighbridge" in told
    assert path.read_bytes() == newer_file.read_bytes()


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "weighbridge.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    before = path.read_bytes()
    assert weighbridge("threads", "list").complaint == (
        f"{path} is a database of another program. Move it away, or name another folder in WEIGHBRIDGE_DATA_DIR."
    )
    assert path.read_bytes() == before


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "weighbridge.db").write_bytes(b"recipes\n" * 1000)
    assert "is not a database: it holds something else. Move it away" in weighbridge("votes", "export").complaint


def test_a_folder_in_the_databases_place(tmp_path: Path) -> None:
    (tmp_path / "weighbridge.db").mkdir()
    assert "weighbridge.db is a folder. Move it away" in weighbridge("rate").complaint
