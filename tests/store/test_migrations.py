from __future__ import annotations

import importlib
import sqlite3
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlite_utils import Database

from compare import records
from compare.errors import NewerDatabaseError, StoreError
from compare.store import Store, open_store
from compare.store.migrations import STEPS, VERSION, is_current, migrate
from compare.store.steps.script import run_script


def schema(connection: sqlite3.Connection) -> list[Any]:
    return connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()


def test_every_step_can_be_applied_twice() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        database = Database(connection, execute_plugins=False)
        for step in STEPS:
            step(database)
            once = schema(connection)
            step(database)
            assert schema(connection) == once


def test_the_steps_are_numbered_in_their_order() -> None:
    assert [step.__name__[:5] for step in STEPS] == [f"m{number:03}_" for number in range(1, VERSION + 1)]
    assert VERSION >= 1


def test_opening_again_changes_no_table(path: Path) -> None:
    open_store(path).close()
    with closing(sqlite3.connect(path)) as connection:
        before = schema(connection)
    open_store(path).close()
    with closing(sqlite3.connect(path)) as connection:
        assert schema(connection) == before
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_steps_recorded_but_not_counted_are_not_applied_again(path: Path) -> None:
    """As after a copy by a tool that does not keep user_version."""
    store = open_store(path)
    store.rater("Ann")
    store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA user_version = 0")
    again = open_store(path)
    with again._database.reading() as connection:
        assert connection.execute("SELECT name FROM raters").fetchone()[0] == "Ann"
        assert connection.execute("PRAGMA user_version").fetchone()[0] == VERSION
    again.close()


def test_a_failed_migration_leaves_a_fresh_file_fresh(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def m002_broken(database: Database) -> None:
        database.execute("CREATE TABLE half (id TEXT) STRICT")
        raise StoreError("the second step fails")

    monkeypatch.setattr("compare.store.migrations.STEPS", (*STEPS, m002_broken))
    monkeypatch.setattr("compare.store.migrations.VERSION", VERSION + 1)
    with pytest.raises(StoreError, match="the second step fails"):
        open_store(path)
    with closing(sqlite3.connect(path)) as connection:
        assert schema(connection) == []


def test_an_older_database_is_brought_up_to_date(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = open_store(path)
    old.rater("Ann")
    old.close()

    def m002_notes(database: Database) -> None:
        database.execute("CREATE TABLE IF NOT EXISTS notes (id TEXT) STRICT")

    monkeypatch.setattr("compare.store.migrations.STEPS", (*STEPS, m002_notes))
    monkeypatch.setattr("compare.store.migrations.VERSION", VERSION + 1)
    new = open_store(path)
    with new._database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM notes").fetchone()[0] == 0
        assert connection.execute("SELECT name FROM raters").fetchone()[0] == "Ann"
        assert connection.execute("PRAGMA user_version").fetchone()[0] == VERSION + 1
    new.close()


def test_a_newer_database_is_refused_with_both_versions_and_left_alone(path: Path) -> None:
    open_store(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 6}")
    before = path.read_bytes()
    with pytest.raises(NewerDatabaseError, match=rf"version {VERSION + 6}.*up to {VERSION}\. Update Weighbridge"):
        open_store(path)
    assert path.read_bytes() == before


def test_another_programs_database_is_refused_and_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="database of another program"):
        open_store(path)
    assert path.read_bytes() == before


def test_threads_that_open_a_fresh_file_at_once_all_succeed(path: Path) -> None:
    barrier = threading.Barrier(8)
    outcomes: list[Any] = []

    def start() -> None:
        barrier.wait()
        try:
            store = open_store(path)
            outcomes.append(store.rater("Ann"))
            store.close()
        except Exception as exc:  # whatever goes wrong in a thread must be seen by the test
            outcomes.append(exc)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 8
    assert len(set(outcomes)) == 1, outcomes
    assert isinstance(outcomes[0], str)


def test_jobs_of_an_older_database_keep_their_answers_and_can_be_paused(scene: Any, path: Path) -> None:
    """The table of jobs is made anew, while answers point at it."""
    job_id = scene.store.start_job("run", "{}")
    scene.store.save_answer(scene.answer("a1", job_id=job_id, cell_key="k1"))
    scene.store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for table in ("answer_cache", "job_cells", "job_workers"):
            connection.execute(f"DROP TABLE {table}")
        sql = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'jobs'").fetchone()[0]
        before = sql.replace("'paused', ", "").replace("name TEXT NOT NULL DEFAULT '',", "")
        before = before.replace("terms_json TEXT NOT NULL DEFAULT '{}',", "").replace(
            "created_at TEXT NOT NULL,", "created_at TEXT NOT NULL"
        )
        before = before.replace("note TEXT NOT NULL DEFAULT '',", "").replace("ended_at TEXT", "")
        connection.execute("PRAGMA foreign_keys = OFF")
        columns = "id, kind, spec_json, state, created_at"
        connection.execute("CREATE TABLE kept AS SELECT * FROM jobs")
        connection.execute("DROP TABLE jobs")
        connection.execute(before)
        connection.execute(f"INSERT INTO jobs ({columns}) SELECT {columns} FROM kept")
        connection.execute("DROP TABLE kept")
        connection.execute("DELETE FROM _sqlite_migrations WHERE name = 'm004_jobs'")
        connection.execute("PRAGMA user_version = 3")
    again = open_store(path)
    assert [answer.id for answer in again.job_answers(job_id)] == ["a1"]
    again.finish_job(job_id, "paused", "later")
    assert again.job(job_id).note == "later"
    with again._database.reading() as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    again.close()


def test_every_table_of_ours_is_strict(store: Store) -> None:
    with store._database.reading() as connection:
        tables = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%sqlite%'"
        ).fetchall()
    assert len(tables) == 35
    assert [name for name, sql in tables if "STRICT" not in sql.rpartition(")")[2]] == []


@pytest.mark.parametrize(
    ("table", "column"),
    [("answers", "ttft_ms"), ("answers", "in_reported"), ("ballots", "active_ms"), ("preferences", "score")],
)
def test_a_number_column_refuses_text(scene, table: str, column: str) -> None:
    scene.store.save_answer(scene.answer("a1"))
    scene.vote()
    refused = pytest.raises(StoreError, match=rf"TEXT value in \w+ column {table}\.{column}")
    with refused, scene.store._database.writing() as connection:
        connection.execute(f"UPDATE {table} SET {column} = 'fast'")


@pytest.mark.parametrize(
    ("table", "column", "allowed"),
    [
        ("messages", "role", records.Role),
        ("answers", "history", records.History),
        ("answers", "origin", records.Origin),
        ("answers", "status", records.Status),
        ("answers", "finish", records.Finish),
        ("answers", "usage_source", records.UsageSource),
        ("answers", "error_kind", records.FailureKind),
        ("comparisons", "history", records.History),
        ("ballots", "verdict", records.Verdict),
        ("ballot_status", "state", records.BallotState),
        ("preferences", "verdict", records.Verdict),
        ("preferences", "history", records.History),
    ],
)
def test_closed_sets_of_the_database_are_those_of_the_records(scene, table: str, column: str, allowed: Any) -> None:
    """A word added to a record's closed set needs a migration; this test says so."""
    scene.store.save_answer(scene.answer("a1"))
    scene.store.save_comparison(scene.comparison("c1"))
    scene.vote()
    with scene.store._database.writing() as connection:
        for word in get_args(allowed):
            connection.execute(f"UPDATE {table} SET {column} = ?", (word,))
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            connection.execute(f"UPDATE {table} SET {column} = 'something else'")


def test_migrating_a_current_file_needs_no_library(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlite_utils", None)
    with pytest.raises(ImportError):
        importlib.import_module("sqlite_utils")
    path = store._database.path
    with store._database.writing() as connection:
        before = schema(connection)
        migrate(connection, path)
        assert schema(connection) == before
    with closing(open_store(path)) as again, again._database.reading() as connection:
        assert is_current(connection, path)


def test_a_script_runs_whole_or_says_what_has_no_end() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        database = Database(connection, execute_plugins=False)
        run_script(database, "-- kept; as it is\nCREATE TABLE a (x);\n\nCREATE TABLE b (\n    y\n);\n")
        assert database.table_names() == ["a", "b"]
        with pytest.raises(ValueError, match=r"without an end.*CREATE TABLE c"):
            run_script(database, "CREATE TABLE c (z)")
