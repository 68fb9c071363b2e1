"""Connections to the one database file: one per thread, opened when first used, closed when the thread ends.

Invariants: every write runs in a transaction that begins IMMEDIATE (a deferred one that reads first fails at once when
another process wrote meanwhile, whatever the busy timeout); a connection is never used in a process that inherited it
by a fork. What the tables are is written in `steps/`, what stands in them in the other files of this folder.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from compare.errors import StoreError
from compare.store.failures import told_as_sentences

BUSY_TIMEOUT_S = 30.0
_OLDEST_SQLITE = (3, 38, 0)  # STRICT tables came with 3.37, JSON functions that are always there with 3.38


class _Handle:
    """One thread's connection. The thread's locals own it, so that it goes when the thread ends."""

    def __init__(self, database: Database, connection: sqlite3.Connection) -> None:
        self.database = database
        self.connection = connection
        self.pid = os.getpid()
        self.uses = 0
        """How many blocks are inside a read or a write with it."""

    def __del__(self) -> None:
        if self.pid == os.getpid():
            self.connection.close()
        else:
            # A fork ended the thread that owned it. It waits here until this process first uses a database.
            _process.left_over.append(self)


class _Process:
    """All connections of one process, whatever file they lead to."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.lock = threading.Lock()
        self.handles: weakref.WeakSet[_Handle] = weakref.WeakSet()
        self.left_over: list[_Handle] = []


_process = _Process()
_after_fork = threading.Lock()


def _leave_parent(path: Path) -> None:
    """In a forked child: close the copies of the parent's connections before any of our own is opened.

    SQLite keeps its locks per process and file. With the copies open, it would believe that this process holds the
    parent's locks, and the parent's exit could remove the log that we write to. Closing an idle copy harms nobody: the
    parent's real locks stand.
    """
    global _process
    inherited = [*_process.left_over, *_process.handles]
    if any(handle.uses for handle in inherited):
        raise StoreError(
            f"This process was forked while its parent was using the database {path}, so it cannot use it safely. "
            "Start the process with the 'spawn' method instead."
        )
    for handle in inherited:
        handle.connection.close()
    _process = _Process()


class Database:
    """The file and this process's connections to it."""

    def __init__(self, path: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.path = path
        self.busy_timeout_s = busy_timeout_s
        self._closed = False
        self._start()

    def _start(self) -> None:
        self._local = threading.local()
        # Threads of one process queue here; SQLite's own way is to sleep and try again, which is slower and unfair.
        self._writer = threading.Lock()
        self._pid = os.getpid()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection, for statements that only read.

        Raises:
            StoreError: the file cannot be read.
        """
        with told_as_sentences(self.path, self.busy_timeout_s):
            handle = self._handle()
            handle.uses += 1
            try:
                yield handle.connection
            finally:
                handle.uses -= 1

    @contextmanager
    def writing(self, *, durable: bool = False, wait_s: float | None = None) -> Iterator[sqlite3.Connection]:
        """One transaction: all that the block writes is kept, or, if it raises, none of it. Blocks do not nest.

        Args:
            durable: when the block ends, the rows are on the disk and survive a power cut (synchronous=FULL). Without
                it they survive the end of the process, but a power cut may take back the last few transactions.
            wait_s: how long to wait for other writers; None as long as the database was opened for.

        Raises:
            StoreError: the file cannot be written; nothing was kept.
        """
        with self.reading() as connection, self._turn(connection, wait_s):
            # The setting cannot change inside a transaction.
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            with _waiting(connection, wait_s, self.busy_timeout_s):
                connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own with one unchanging view of the data, for reading rows one by one.

        The thread's own connection must not be left inside a read: its next write would be refused.
        """
        with told_as_sentences(self.path, self.busy_timeout_s):
            self._enter_process()
            handle = self._open_handle()
            handle.uses += 1
            try:
                handle.connection.execute("BEGIN")
                yield handle.connection
            finally:
                handle.uses -= 1
                handle.connection.close()

    def close(self) -> None:
        """Close this database's connections that are not in use; the others close when their threads end."""
        self._closed = True
        with _process.lock:
            handles = [h for h in _process.handles if h.database is self and h.uses == 0]
        for handle in handles:
            handle.connection.close()

    @contextmanager
    def _turn(self, connection: sqlite3.Connection, wait_s: float | None) -> Iterator[None]:
        if connection.in_transaction:
            raise RuntimeError("a write inside a write: pass the outer block's connection on instead")
        wait_s = self.busy_timeout_s if wait_s is None else wait_s
        if not self._writer.acquire(timeout=wait_s):
            raise StoreError(
                f"Other work in this program kept the database {self.path} busy for {wait_s:g} s and "
                "nothing was saved. Try again when it is done."
            )
        try:
            yield
        finally:
            self._writer.release()

    def _handle(self) -> _Handle:
        self._enter_process()
        handle: _Handle | None = getattr(self._local, "handle", None)
        if handle is None or self._closed:
            handle = self._local.handle = self._open_handle()
        return handle

    def _open_handle(self) -> _Handle:
        if self._closed:
            raise StoreError(f"The database {self.path} was closed by this program; open it again to use it.")
        handle = _Handle(self, open_connection(self.path, self.busy_timeout_s))
        with _process.lock:
            _process.handles.add(handle)
        return handle

    def _enter_process(self) -> None:
        """Start afresh where this is a forked child of the process that used the database last."""
        if self._pid == os.getpid():
            return
        with _after_fork:
            if _process.pid != os.getpid():
                _leave_parent(self.path)
            if self._pid != os.getpid():
                self._start()


def open_connection(path: Path, busy_timeout_s: float) -> sqlite3.Connection:
    """A connection with our settings; without implicit transactions, so that every BEGIN is ours."""
    connection = sqlite3.connect(path, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.create_function("casefold", 1, str.casefold, deterministic=True)
    except BaseException:
        connection.close()
        raise
    connection.row_factory = sqlite3.Row
    return connection


@contextmanager
def _waiting(connection: sqlite3.Connection, wait_s: float | None, otherwise_s: float) -> Iterator[None]:
    """Wait so long for other processes inside the block, and `otherwise_s` after it."""
    if wait_s is None:
        yield
        return
    connection.execute(f"PRAGMA busy_timeout = {round(1000 * wait_s)}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {round(1000 * otherwise_s)}")


def use_write_ahead_log(connection: sqlite3.Connection, path: Path, busy_timeout_s: float) -> None:
    """Switch the file to write-ahead logging, where readers and the writer do not wait for each other.

    Raises:
        StoreError: the file system cannot do it.
    """
    deadline = time.monotonic() + busy_timeout_s
    while True:
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            break
        except sqlite3.OperationalError as exc:
            # The busy timeout does not cover this statement when two processes switch a fresh file at once.
            if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    if mode != "wal":
        raise StoreError(
            f"The file system of {path} does not support SQLite's write-ahead log (it stays in mode {mode!r}). Put the "
            "data on a local disk and name its folder in WEIGHBRIDGE_DATA_DIR."
        )


def check_place(path: Path) -> None:
    """Refuse a place where the database could not be written, before SQLite finds a vaguer word for it.

    Raises:
        StoreError: the folder is missing or read-only, or the file is read-only or a folder; or SQLite is too old.
    """
    other = "name another folder in WEIGHBRIDGE_DATA_DIR."
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        needed = ".".join(map(str, _OLDEST_SQLITE))
        raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old; {needed} or newer is needed. Update Python.")
    if os.path.isdir(path):
        raise StoreError(f"The database {path} is a folder. Move it away, or {other}")
    if not os.path.isdir(path.parent):
        raise StoreError(f"The folder {path.parent} for the database is not there. Make it, or {other}")
    if not _allowed(path.parent, os.W_OK | os.X_OK):
        raise StoreError(f"The folder {path.parent} of the database is read-only. Make it writable, or {other}")
    if os.path.exists(path) and not _allowed(path, os.R_OK | os.W_OK):
        raise StoreError(f"The database {path} is read-only. Make the file writable, or {other}")


def _allowed(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)
