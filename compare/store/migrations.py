"""Brings a database file up to date by the steps in steps/. They are only ever appended; a released one never changes.

`PRAGMA user_version` holds the number of steps that a file has seen. It is read first, because sqlite-utils, which
applies the steps and keeps its own table of them, imports pandas and takes half a second to load. All pending steps run
in one transaction, so two processes that start on one fresh file both find it complete.

Rows are append-only. Where a foreign key is missing on purpose, the reason stands beside the column.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from compare.errors import NewerDatabaseError, StoreError
from compare.store.steps.m001_core import m001_core
from compare.store.steps.m002_fallback import m002_fallback
from compare.store.steps.m003_ways_to_go_on import m003_ways_to_go_on
from compare.store.steps.m004_jobs import m004_jobs
from compare.store.steps.m005_imports import m005_imports
from compare.store.steps.m006_library import m006_library
from compare.store.steps.m007_studies import m007_studies
from compare.store.steps.m008_names_seen import m008_names_seen
from compare.store.steps.m009_exports import m009_exports
from compare.store.steps.m010_answers_named import m010_answers_named

if TYPE_CHECKING:
    from sqlite_utils import Database

APPLICATION_ID = 0x57425247
"""The letters WBRG: tells our files from other programs' databases."""

STEPS: tuple[Callable[[Database], None], ...] = (
    m001_core,
    m002_fallback,
    m003_ways_to_go_on,
    m004_jobs,
    m005_imports,
    m006_library,
    m007_studies,
    m008_names_seen,
    m009_exports,
    m010_answers_named,
)
VERSION = len(STEPS)


def is_current(connection: sqlite3.Connection, path: Path) -> bool:
    """True where the file has seen every step; False where steps are pending.

    Raises:
        NewerDatabaseError: the file has seen steps that this program does not know.
        StoreError: the file belongs to another program.
    """
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    if not ours and (found or connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()):
        raise StoreError(
            f"{path} is a database of another program. Move it away, or name another folder in WEIGHBRIDGE_DATA_DIR."
        )
    if found > VERSION:
        from compare import __version__

        raise NewerDatabaseError(
            f"The database {path} has version {found} and was written by a newer Weighbridge; this one ({__version__}) "
            f"knows versions up to {VERSION}. Update Weighbridge, or name another folder in WEIGHBRIDGE_DATA_DIR."
        )
    return bool(found == VERSION)


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Apply the pending steps, inside the caller's transaction; harmless where there are none.

    Raises:
        NewerDatabaseError, StoreError: as is_current.
    """
    if is_current(connection, path):
        return
    # Imported here because it costs half a second and most starts do not need it.
    from sqlite_utils import Database, Migrations

    steps = Migrations("weighbridge")
    for step in STEPS:
        steps(name=step.__name__)(step)
    steps.apply(Database(connection, execute_plugins=False, recursive_triggers=False))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
