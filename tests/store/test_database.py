from __future__ import annotations

import gc
import os
import sqlite3
import stat
import tempfile
import threading
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from compare.errors import StoreError
from compare.store import Store, open_store


def in_thread(work: Any) -> Any:
    """What `work()` returns in a thread of its own, which has ended."""
    results = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    thread.join()
    return results[0]


@contextmanager
def as_ordinary_user(folder: Path) -> Iterator[None]:
    """Root may write anywhere, so the tests of read-only places act as another user where they run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.chown(folder, 65534, 65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that an ordinary user can reach; pytest's own are closed to all but their owner."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


# --- settings --------------------------------------------------------------------------------------------------------


def test_the_file_uses_the_write_ahead_log_and_foreign_keys(store: Store) -> None:
    with store._database.reading() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1
        assert connection.execute("PRAGMA busy_timeout").fetchone()[0] == 30_000


def test_only_durable_writes_wait_for_the_disk(store: Store) -> None:
    normal, full = 1, 2
    for durable, expected in [(False, normal), (True, full), (False, normal)]:
        with store._database.writing(durable=durable) as connection:
            assert connection.execute("PRAGMA synchronous").fetchone()[0] == expected


def test_casting_and_undoing_are_durable(scene, store: Store) -> None:
    for write in (
        scene.vote,
        lambda: store.undo("ballot-1", by=scene.rater),
        lambda: store.save_answer(scene.answer("a")),
    ):
        with store._database.reading() as connection:
            statements: list[str] = []
            connection.set_trace_callback(statements.append)
        write()
        connection.set_trace_callback(None)
        begin = statements.index("BEGIN IMMEDIATE")
        expected = "NORMAL" if any("INTO answers" in s for s in statements) else "FULL"
        assert statements[begin - 1] == f"PRAGMA synchronous = {expected}"
        assert statements[-1] == "COMMIT"


def test_opening_and_using_a_current_file_loads_no_heavy_library(programs, path: Path) -> None:
    open_store(path).close()
    code = (
        "import sys; from pathlib import Path; from compare.store import open_store; "
        "store = open_store(Path(sys.argv[1])); store.rater('Ann'); store.close(); "
        "print([m for m in ('sqlite_utils', 'pandas', 'numpy', 'streamlit') if m in sys.modules])"
    )
    assert programs.run("-c", code, path) == "[]\n"


# --- threads and processes -------------------------------------------------------------------------------------------


def test_each_thread_has_its_own_connection_and_keeps_it(store: Store) -> None:
    def mine() -> sqlite3.Connection:
        with store._database.reading() as connection:
            return connection

    assert mine() is mine()
    assert in_thread(mine) is not mine()


def test_a_connection_is_closed_when_its_thread_ends(store: Store) -> None:
    def mine() -> Any:
        store.rater("Ann")
        return weakref.ref(store._database._local.handle), store._database._local.handle.connection

    handle, connection = in_thread(mine)
    gc.collect()
    assert handle() is None
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


def test_threads_write_at_once_without_losing_anything(scene, store: Store) -> None:
    barrier = threading.Barrier(8)

    def vote(name: str) -> None:
        rater = store.rater(name)
        barrier.wait()
        for i in range(25):
            store.cast(scene.ballot(id=f"{name}-{i}", idempotency_key=f"{name}-{i}", rater_id=rater))

    threads = [threading.Thread(target=vote, args=(f"rater {k}",)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.ballot_totals() == {"best": 200}


FORK = """
import os, sys
from pathlib import Path
from compare.store import open_store

store, second = open_store(Path(sys.argv[1])), open_store(Path(sys.argv[1]))
store.rater("parent"), second.rater("parent")
wait, go = os.pipe()
child = os.fork()
if child == 0:
    store.rater("child 0")
    os.read(wait, 1)
    for i in range(1, 20):
        second.rater(f"child {i}")
    os._exit(0)
store.close(), second.close()   # the parent leaves: by the locks of the operating system, it is the last user
os.write(go, b"x")
_, status = os.waitpid(child, 0)
print(os.waitstatus_to_exitcode(status))
"""


def test_a_forked_child_writes_safely_after_its_parent_left(programs, path: Path) -> None:
    """With the parent's connections left open in the child, the parent's exit removed the log under the child."""
    assert programs.run("-c", FORK, path) == "0\n"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM raters").fetchone() == (21,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


FORK_AND_READ = """
import os, sys
from pathlib import Path
from compare.store import open_store

store = open_store(Path(sys.argv[1]))
store.rater("parent")
child = os.fork()
if child == 0:
    print(list(store.iter_votes()), store.rater("child") != store.rater("parent"))
    sys.stdout.flush()
    os._exit(0)
_, status = os.waitpid(child, 0)
store.close()
closed = os.fork()
if closed == 0:
    try:
        store.rater("late")
    except Exception as exc:
        print(type(exc).__name__)
    sys.stdout.flush()
    os._exit(0)
os.waitpid(closed, 0)
"""


def test_a_forked_child_may_begin_with_reading_row_by_row_and_a_closed_store_stays_closed(programs, path: Path) -> None:
    assert programs.run("-c", FORK_AND_READ, path) == "[] True\nStoreError\n"


FORK_INSIDE_A_WRITE = """
import os, sys
from pathlib import Path
from compare.errors import StoreError
from compare.store import open_store

store = open_store(Path(sys.argv[1]))
with store._database.writing():
    child = os.fork()
    if child == 0:
        try:
            store.rater("child")
        except StoreError as exc:
            print(exc)
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(child, 0)
store.rater("parent")
"""


def test_a_child_forked_in_the_midst_of_a_write_is_told_to_spawn(programs, path: Path) -> None:
    printed = programs.run("-c", FORK_INSIDE_A_WRITE, path)
    assert "forked while its parent was using the database" in printed
    assert "'spawn'" in printed
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM raters").fetchall() == [("parent",)]


# --- transactions ----------------------------------------------------------------------------------------------------


def test_a_write_that_fails_keeps_nothing(store: Store) -> None:
    def fails() -> None:
        with store._database.writing() as connection:
            connection.execute("INSERT INTO raters (id, name, created_at) VALUES ('r', 'Ann', '')")
            raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        fails()
    with store._database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM raters").fetchone()[0] == 0
        assert not connection.in_transaction


def test_a_write_inside_a_write_is_a_defect_and_is_said_at_once(store: Store) -> None:
    with pytest.raises(RuntimeError, match="a write inside a write"), store._database.writing():
        store.rater("Ann")
    assert store.rater("Ann")


def test_reading_and_then_writing_survives_another_process_writing_between(scene, programs, path: Path) -> None:
    """A deferred transaction would fail at once here, whatever the busy timeout."""
    other = (
        "import sys; from pathlib import Path; from compare.store import open_store; "
        "open_store(Path(sys.argv[1])).rater('other')"
    )
    votes = scene.store.iter_votes()
    scene.vote()
    assert next(votes)["winner"] == "model_a"
    programs.run("-c", other, path)
    scene.vote()
    votes.close()
    assert scene.store.ballot_totals() == {"best": 2}


def test_readers_are_not_held_up_by_a_writer(scene, store: Store) -> None:
    scene.vote()
    with store._database.writing() as connection:
        connection.execute("DELETE FROM preferences")
        assert in_thread(lambda: len(store.preferences())) == 1


def test_work_of_other_threads_that_takes_too_long_is_a_sentence(path: Path) -> None:
    store = open_store(path, busy_timeout_s=0.05)

    def fails() -> str:
        with pytest.raises(StoreError) as caught:
            store.rater("Ann")
        return str(caught.value)

    with store._database.writing():
        assert "busy for 0.05 s" in in_thread(fails)
    store.close()


# --- what can go wrong with the file ---------------------------------------------------------------------------------


def test_a_file_locked_by_another_program_is_a_sentence_with_the_time(path: Path) -> None:
    store = open_store(path, busy_timeout_s=0.1)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"weighbridge\.db stayed locked by another program for 0\.1 s"):
            store.rater("Ann")
        other.execute("ROLLBACK")
    assert store.rater("Ann")
    store.close()


def test_a_refused_file_is_not_kept_open(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: opened.append(connect(*a, **k)) or opened[-1])
    path.write_text("Dear diary, " * 500)
    with pytest.raises(StoreError):
        open_store(path)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        opened[0].execute("SELECT 1")


def test_a_current_file_opens_at_once_while_another_program_writes(path: Path) -> None:
    open_store(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        store = open_store(path, busy_timeout_s=0.1)
        assert store.threads() == []
        other.execute("ROLLBACK")
    store.close()


def test_a_fresh_file_locked_by_another_program_is_a_sentence(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="stayed locked"):
            open_store(path, busy_timeout_s=0.1)


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.write_text("Dear diary, " * 500)
    with pytest.raises(StoreError, match=r"weighbridge\.db is not a database"):
        open_store(path)
    assert path.read_text() == "Dear diary, " * 500


def test_an_empty_file_becomes_a_database(path: Path) -> None:
    path.touch()
    store = open_store(path)
    assert store.rater("Ann")
    store.close()


def test_a_damaged_database_is_a_sentence(scene, path: Path) -> None:
    for i in range(200):
        scene.store.save_answer(scene.answer(f"a{i}", text="x" * 2000))
    scene.store.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    with pytest.raises(StoreError, match=r"is damaged.*Restore it from a backup"):
        open_store(path).answer("a100")


def test_a_folder_in_the_place_of_the_file_is_a_sentence(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StoreError, match="is a folder"):
        open_store(path)


def test_a_missing_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"is not there\. Make it"):
        open_store(tmp_path / "none" / "weighbridge.db")


def test_a_read_only_file_is_a_sentence(open_folder: Path) -> None:
    path = open_folder / "weighbridge.db"
    open_store(path).close()
    path.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
    with (
        as_ordinary_user(open_folder),
        pytest.raises(StoreError, match=r"The database .* is read-only\. Make the file"),
    ):
        open_store(path)


def test_a_read_only_folder_is_a_sentence(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    with as_ordinary_user(open_folder), pytest.raises(StoreError, match=r"The folder .* is read-only"):
        open_store(open_folder / "weighbridge.db")


def test_a_file_made_read_only_while_open_is_a_sentence(store: Store) -> None:
    with store._database.reading() as connection:
        connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="is read-only"):
        store.rater("Ann")


def test_a_full_disk_is_a_sentence_and_keeps_what_was_there(scene, store: Store) -> None:
    with store._database.reading() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="is full, so nothing was saved"):
        store.save_answer(scene.answer("a1", text="x" * 100_000))
    assert store.answer("a1") is None
    assert store.thread(scene.thread.id) == scene.thread


def test_a_reference_to_what_is_not_stored_is_a_sentence(scene) -> None:
    with pytest.raises(StoreError, match="refers to a thread, candidate, rater"):
        scene.vote(rater_id="nobody")
    assert scene.store.ballot_totals() == {}


def test_a_defect_of_ours_is_not_dressed_up(store: Store) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"), store._database.reading() as connection:
        connection.execute("SELECT * FROM nowhere")


def test_a_closed_store_says_so_and_the_file_can_be_opened_again(path: Path) -> None:
    store = open_store(path)
    ann = store.rater("Ann")
    in_thread(lambda: store.rater("Ann"))
    store.close()
    store.close()
    with pytest.raises(StoreError, match="was closed by this program"):
        store.rater("Ann")
    again = open_store(path)
    assert again.rater("Ann") == ann
    again.close()


def test_closing_merges_the_log_into_the_file(path: Path) -> None:
    store = open_store(path)
    store.rater("Ann")
    store.close()
    assert [p.name for p in path.parent.iterdir()] == ["weighbridge.db"]


def test_the_error_of_an_old_sqlite_names_both_versions(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 31, 1))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.31.1")
    with pytest.raises(StoreError, match=r"SQLite 3\.31\.1 is too old; 3\.38\.0 or newer"):
        open_store(path)
